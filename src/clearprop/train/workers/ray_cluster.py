"""A Ray cluster: one that is there, or one on this machine that ends with the run and leaves nothing."""

import logging
import os
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from clearprop.errors import WorkersError
from clearprop.train.workers.wanted import Workers

QUIET = {  # read by Ray when it is imported or started
    "RAY_AUTH_MODE": "disabled",  # else a token is written into the home folder
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_TRAIN_HEALTH_CHECK_INTERVAL_S": "0.2",
    "RAY_TRAIN_METRICS_ENABLED": "0",
    "RAY_worker_niceness": "0",  # as their starter's; by default they give way to everything
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_TRAIN_ENABLE_PREEMPTION_WATCHER": "0",
}
PREFIX = "clearprop-ray-"
PATIENCE = 20.0  # seconds until a cluster has answered


@contextmanager
def cluster(workers: Workers) -> Iterator[Any]:
    """The module `ray`, connected; what is started here is ended here.

    Raises
    ------
    WorkersError
        If Ray is not installed, the cluster does not answer, or it has too few CPUs for the workers.
    """
    ray = _ray()
    if ray.is_initialized():
        _check_room(ray, workers)
        yield ray
        return
    with _folder() as folder, _handlers_kept():
        try:
            _connect(ray, workers, folder)
            _check_room(ray, workers)
            yield ray
        finally:
            ray.shutdown()


def _ray() -> Any:
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    try:
        import ray  # pyright: ignore[reportMissingImports]
        import ray.train  # pyright: ignore[reportMissingImports]
        import torch  # noqa: F401  # gloo is its  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        msg = f"`workers` needs Ray and PyTorch ({error}): pip install clearprop[ray]."
        raise WorkersError(msg) from None
    return ray


def _connect(ray: Any, workers: Workers, folder: Path) -> None:
    quiet = {"log_to_driver": False, "logging_level": logging.ERROR, "configure_logging": True}
    address = workers.address or os.environ.get("RAY_ADDRESS")
    try:
        if address:
            _knock(address)
            ray.init(address, **quiet)
        else:
            ray.init(
                "local", include_dashboard=False, num_cpus=_cpus(), _temp_dir=str(folder), **quiet,
                object_store_memory=None,
            )  # fmt: skip
    except (OSError, ValueError, RuntimeError) as error:
        where = f"at {address}" if address else "on this machine"
        msg = f"Ray cannot be reached or started {where}: {' '.join(str(error).split())[:200]}"
        raise WorkersError(msg) from None


def _knock(address: str) -> None:
    """Whether anybody listens at host:port; Ray itself would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), timeout=PATIENCE).close()


def _cpus() -> int:
    """All that this process may use; it waits itself, and needs none."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _check_room(ray: Any, workers: Workers) -> None:
    """Refuse what Ray would wait for."""
    wanted, there = workers.fewest, int(ray.cluster_resources().get("CPU", 0))
    free = int(ray.available_resources().get("CPU", 0))
    if wanted > there:
        msg = (
            f"{wanted} workers need as many CPUs; the Ray cluster has {there}. Use {max(there, 1)} or fewer."
        )
        raise WorkersError(msg)
    if wanted > free:
        msg = f"{wanted} workers need as many CPUs; of the Ray cluster's {there} only {free} are free. Wait for others."
        raise WorkersError(msg)


@contextmanager
def _handlers_kept() -> Iterator[None]:
    """Ray sets a handler for SIGTERM when it is connected, and leaves it there."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL if before is None else before)


@contextmanager
def _folder() -> Iterator[Path]:
    """Where Ray keeps its sockets and logs; those of runs that were killed are removed."""
    base = Path(tempfile.gettempdir())
    for old in base.glob(f"{PREFIX}*"):
        pid = old.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdecimal() and not Path("/proc", pid).exists():
            shutil.rmtree(old, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    try:
        yield folder
    finally:
        with suppress(OSError):
            shutil.rmtree(folder, ignore_errors=True)
