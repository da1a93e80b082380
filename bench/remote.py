"""The other end of a worker: starts it with its threads, asks, and waits no longer than a limit."""

import json
import os
import select
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

LIMIT = 600.0  # seconds for one answer; a compilation may be long
WORKER = Path(__file__).with_name("worker.py")


class WorkerError(Exception):
    """The worker could not do it; `missing` if its library is not installed."""

    def __init__(self, message: str, missing: bool = False) -> None:
        super().__init__(message)
        self.missing = missing


class Remote:
    """One worker process, alive until closed."""

    def __init__(self, threads: int) -> None:
        self.errors = tempfile.TemporaryFile("w+")  # noqa: SIM115  closed with the worker
        self.process = subprocess.Popen(
            [sys.executable, str(WORKER), str(threads)], env=environment(threads), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
        )  # fmt: skip

    def ask(self, do: str, **request: Any) -> dict[str, Any]:
        """One request, one answer. Raises WorkerError."""
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(json.dumps({"do": do} | request) + "\n")
            stdin.flush()
        except BrokenPipeError:
            raise WorkerError(self._last_words()) from None
        if not select.select([stdout], [], [], LIMIT)[0]:
            self.process.kill()
            msg = f"no answer in {LIMIT:g} s"
            raise WorkerError(msg)
        line = stdout.readline()
        if not line:
            raise WorkerError(self._last_words())
        answer = json.loads(line)
        if "error" in answer:
            raise WorkerError(
                short(answer["error"]), answer["kind"] in ("ModuleNotFoundError", "ImportError")
            )
        return answer

    def close(self) -> None:
        """End the worker: it ends by itself when nobody asks any more."""
        if self.process.stdin:
            with suppress(BrokenPipeError):  # a request that a dead worker did not take
                self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()
        self.errors.close()

    def __enter__(self) -> "Remote":
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _last_words(self) -> str:
        code = self.process.wait()
        self.errors.seek(0)
        lines = [line for line in self.errors.read().splitlines() if line.strip()]
        return short(f"the process ended with {code}: {lines[-1] if lines else 'it said nothing'}")


def environment(threads: int) -> dict[str, str]:
    """The settings by which each library takes its number of threads."""
    names = ("OPENBLAS", "OMP", "MKL", "NUMBA")
    mine = {f"{name}_NUM_THREADS": str(threads) for name in names}
    mine |= {"NPROC": str(threads), "PJRT_NPROC": str(threads), "JAX_PLATFORMS": "cpu"}
    if threads == 1:
        mine["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    return os.environ | mine


def short(message: str, most: int = 200) -> str:
    """The first line that says something, cut."""
    line = next((line.strip() for line in message.splitlines() if line.strip()), "")
    return line if len(line) <= most else line[: most - 3] + "..."
