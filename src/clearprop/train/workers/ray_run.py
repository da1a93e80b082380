"""A run on Ray: TorchTrainer starts the workers and replaces lost ones; the loop is the same as anywhere."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any

import numpy as np

from clearprop import errors
from clearprop.engine.committee import Committee
from clearprop.engine.engine import Engine
from clearprop.errors import ClearpropError, WorkersError
from clearprop.network import Parameters
from clearprop.train.alone import Score
from clearprop.train.checkpoint import Checkpoint
from clearprop.train.checkpoint_folder import EVERY, Folder
from clearprop.train.checkpoint_signals import Asked, held_back
from clearprop.train.loop import Watch, train
from clearprop.train.record import Record
from clearprop.train.settings import Settings
from clearprop.train.source import Divisible
from clearprop.train.workers.group import Group
from clearprop.train.workers.ray_channel import Channel, listen, teller
from clearprop.train.workers.ray_cluster import cluster
from clearprop.train.workers.shares import joined
from clearprop.train.workers.together import Together, networks
from clearprop.train.workers.wanted import Workers

if TYPE_CHECKING:
    from clearprop.train.workers.training import Spread


NAME = "ray"  # of the folder that Ray keeps beside the checkpoints during a run


@dataclass(frozen=True)
class Job:
    """What every worker needs; `shares` and `score` are references to what only some need."""

    networks: list[tuple[Parameters, tuple[float, ...], int]]  # weights, dropout and seed of each
    aside: np.ndarray | None
    settings: Settings
    shares: list[Any]
    score: Any
    is_scored: bool
    folder: tuple[Path, float]
    identity: dict[str, Any]
    channel: Any


@dataclass(frozen=True)
class Done:
    """What the first worker returns: the parameters and the record, or why there are none."""

    flat: np.ndarray | None
    record: Record | None
    error: tuple[str, str] | None = None
    signal: int | None = None


def on_ray(
    spread: "Spread", engine: Engine | Committee, source: Divisible, settings: Settings, score: Score | None,
    watch: Watch | None, folder: Folder | None, identity: dict[str, Any],
) -> Record:  # fmt: skip
    """See `loop.train`; the engine has the parameters at the end.

    Raises
    ------
    WorkersError
        If the workers cannot be had, or are lost more often than they may be.
    """
    workers = spread.workers
    assert workers
    # Ray sets a handler of its own for SIGTERM when it is connected; ours comes after it.
    with cluster(workers) as ray, held_back() as asked, tempfile.TemporaryDirectory() as place:
        channel = ray.remote(num_cpus=0)(Channel).remote()
        count = int(workers.count)
        job = Job(
            [(network.params.copy(), network.dropout, network.seed) for network in networks(engine)],
            getattr(engine, "aside", None), settings,
            [ray.put(source.share(number, count)) for number in range(count)], ray.put(score),
            score is not None, _folder(folder, place), identity, channel,
        )  # fmt: skip
        say: dict[str, Callable[[str], None]] = {
            "tell": folder.tell if folder else _nobody,
            "warn": folder.warn if folder else _nobody,
            "worth": spread.warn or _nobody,
        }
        trainer = _trainer(job, workers, folder.path if folder else Path(place))
        try:
            done = listen(ray, channel, lambda: trainer.fit().return_value, watch, say, asked)
        except Exception as error:
            raise _lost(error, workers, folder) from None
        finally:
            ray.kill(channel)
            if folder is not None:
                rmtree(folder.path / NAME, ignore_errors=True)
    return _taken(done, engine)


def _folder(folder: Folder | None, place: str) -> tuple[Path, float]:
    """Where the workers' checkpoints go, which lost ones are replaced from; and how often."""
    return (folder.path.resolve(), folder.every) if folder else (Path(place), EVERY)


def _trainer(job: Job, workers: Workers, place: Path) -> Any:
    from ray.train import FailureConfig, RunConfig, ScalingConfig  # pyright: ignore[reportMissingImports]
    from ray.train.torch import TorchConfig, TorchTrainer  # pyright: ignore[reportMissingImports]

    count = int(workers.count)
    return TorchTrainer(
        _worker,
        train_loop_config={"job": job},
        torch_config=TorchConfig(backend="gloo", timeout_s=int(max(workers.timeout, 1))),
        scaling_config=ScalingConfig(
            num_workers=count if workers.fewest == count else (workers.fewest, count),
            resources_per_worker={"CPU": 1},
        ),
        run_config=RunConfig(
            name=NAME, storage_path=str(place),
            failure_config=FailureConfig(max_failures=workers.restarts, controller_failure_limit=3),
        ),
    )  # fmt: skip


def _worker(config: dict[str, Any]) -> Done | None:
    """What each worker does; the first one returns what came of it."""
    import ray  # pyright: ignore[reportMissingImports]

    from clearprop.train.workers.torch_group import TorchGroup

    job: Job = config["job"]
    group, asked = TorchGroup(), Asked()
    way = Together(group, asked)
    engine = _engine(job)
    try:
        checkpoint = watch = None
        score: Any = _elsewhere if job.is_scored else None
        if group.rank == 0:
            score, checkpoint, watch = ray.get(job.score), _checkpoint(job), teller(ray, job.channel, asked)
        share = joined(ray.get(mine(job.shares, group)), group.rank, group.size)
        record = train(engine, share, job.settings, score, watch, checkpoint, way)
    except WorkersError:
        raise  # Ray replaces the lost ones, and all go on from the last checkpoint
    except ClearpropError as error:
        return Done(None, None, (type(error).__name__, str(error)))
    except SystemExit:
        return Done(None, None, None, way.agreed.number)
    if group.rank:
        return None
    if verdict := way.worth.verdict():
        job.channel.say.remote("worth", verdict)
    return Done(engine.flat.copy(), record)


def mine(shares: list[Any], group: Group) -> list[Any]:
    """The shares of a worker, where fewer started than there are shares."""
    return shares[len(shares) * group.rank // group.size : len(shares) * (group.rank + 1) // group.size]


def _engine(job: Job) -> Engine | Committee:
    settings = job.settings
    members = [
        Engine(params, settings.solver, settings.batch_size, settings.dtype, dropout, seed)
        for params, dropout, seed in job.networks
    ]
    return members[0] if len(members) == 1 and job.aside is None else Committee(members, job.aside)


def _checkpoint(job: Job) -> Checkpoint | None:
    """Where the folder can be reached; one of the starter's own cannot be from other machines."""
    path, every = job.folder
    if not path.is_dir():
        return None
    say = lambda kind: lambda text: job.channel.say.remote(kind, text)  # noqa: E731
    folder = Folder(path, True, every, say("tell"), say("warn"))
    folder.resume = folder.number > 0  # of an earlier run, or of this one before a worker was lost
    return Checkpoint(folder, job.identity, Asked())


def _elsewhere(engine: Engine | Committee) -> float:
    """The score is asked of the first worker only."""
    raise NotImplementedError


def _taken(done: Done, engine: Engine | Committee) -> Record:
    if done.error:
        raise getattr(errors, done.error[0], ClearpropError)(done.error[1])
    if done.signal is not None:
        raise SystemExit(128 + done.signal)
    assert done.flat is not None
    assert done.record is not None
    engine.flat[...] = done.flat
    return done.record


def _lost(error: Exception, workers: Workers, folder: Folder | None) -> ClearpropError:
    """What Ray says, in a line."""
    if isinstance(error, ClearpropError):
        return error
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    why = lines[-1][:200] if lines else type(error).__name__
    kept = f" {folder.path} holds a checkpoint to resume from." if folder and folder._numbers() else ""
    msg = f"The workers were lost, and {workers.restarts} restarts did not help: {why.rstrip('.')}.{kept}"
    return WorkersError(msg)


def _nobody(text: str) -> None:
    pass
