"""From a stream to a trained model: one pass to learn the encoding, then epochs that read it anew."""

from dataclasses import replace
from typing import Any

import numpy as np

from clearprop.errors import SpecError
from clearprop.estimators.beginning import seed_of
from clearprop.estimators.course import Course
from clearprop.estimators.important import judges_of
from clearprop.estimators.presets import resolved
from clearprop.estimators.rows import Learned, Rows, judged_of
from clearprop.estimators.training import trained
from clearprop.tables.encoding import Encoding
from clearprop.tables.giving_back import give_back
from clearprop.tables.prepare import FIXED
from clearprop.tables.stream import Stream, most_rows, sample
from clearprop.tables.stream_files import GroupedTable, Part
from clearprop.tables.stream_learn import Facts, Roles, learn_stream, weights_in
from clearprop.tables.stream_pools import PoolPlan, Pools, Reader
from clearprop.tables.table import Table
from clearprop.train.memory import needed, readable
from clearprop.train.model import Model
from clearprop.train.stream_source import StreamSource
from clearprop.train.workers.group import from_first

JUDGES = 100_000  # rows that choose the epoch, at most: the error of a score on them is a few thousandths
GROUPS_EACH = 4  # row groups of a pool, for each of many workers, at least
RAW = 40  # bytes that a value takes while its part of the table is read and encoded


def fit_stream(
    estimator: Any, task: str, stream: Stream, held: Rows | Stream | None, course: Course
) -> Model:
    """A model of a stream; `held` rows choose the epoch, or rows are set aside for it by a hash of their numbers."""
    room, seed, spread = room_of(stream), seed_of(estimator, course.folder), course.spread
    if spread.group:  # a text table is prepared by the first process; the others find it done
        from_first(spread.group, lambda: bool(stream.open(estimator.missing, estimator.categorical)) * b"")
    table = stream.open(estimator.missing, estimator.categorical)
    roles = stream.roles(table, task)
    share = estimator.validation_fraction if held is None and estimator.early_stopping else 0.0
    aside = Part(seed, 0.0, min(share, most_rows(table, JUDGES, room // 8) / table.expected_rows))
    preset = resolved(estimator.preset, estimator.get_params(deep=False))
    began = course.deadline.spent
    facts = learn_stream(table, aside, roles, dtype=estimator.dtype, budget=room // 4, places=preset.places)
    reading = course.deadline.spent - began  # of all rows once: an epoch takes about as long
    if isinstance(held, Stream):
        held = _sampled(estimator, held, room // 8)
    elif held is None and facts.aside is not None:
        held = _rows(facts.aside, roles)
    held = held and held.weighted()
    learned = Learned(facts.encoding, facts.target, roles.target, facts.baseline)
    judged = None if held is None else judged_of(facts.encoding, facts.target, held)
    table.close()
    give_back()
    plan = PoolPlan(facts.counts, _capacity(estimator, stream, table, facts, spread.most), seed)
    learning = table.part(Part(seed, aside.high, 1.0))
    pools = Pools(plan, Reader(learning, roles, facts.encoding, facts.target, facts.most))
    about = {"the number of rows to learn from": plan.rows, "the values": facts.sums}
    about |= {"the rows of a pool": plan.capacity, "the row groups": facts.counts.tolist()}
    try:
        model = trained(estimator, learned, StreamSource(pools), judged, course, seed, about, reading=reading)
    finally:
        pools.close()
    if held is None or judged is None:
        return model
    return replace(model, judges=judges_of(model, held, judged))


def room_of(stream: Stream) -> int:
    """The memory beyond what the libraries take.

    Raises
    ------
    SpecError
        If it is too little for any table.
    """
    if stream.bytes < FIXED * 5 // 4:
        msg = (
            f"`memory` must be at least {readable(FIXED * 5 // 4)}, of which the libraries take {readable(FIXED)}; "
            f"got {readable(stream.bytes)}."
        )
        raise SpecError(msg)
    return stream.bytes - FIXED


def _capacity(estimator: Any, stream: Stream, table: GroupedTable, facts: Facts, workers: int) -> int:
    """The rows that a pool may have: there are two, beside the network, the rows that judge, and a part being read.

    As many as one process could hold, so that the steps are the same; more only if each of many workers would find no
    groups of its own in a pool.
    """
    encoding, itemsize = facts.encoding, np.dtype(facts.encoding.dtype).itemsize
    row = (encoding.n_outputs + 2) * itemsize + 24  # with its place in the order, and what makes the order
    judges = 0 if facts.aside is None else facts.aside.n_rows * (row + 16 * len(table.columns))
    part = table.rows_at_once * (RAW * len(table.columns) + encoding.n_outputs * itemsize)
    left = room_of(stream) - judges - part - _network(estimator, encoding, facts)
    capacity, largest = left // (2 * row), int(facts.counts.max())
    if capacity < largest:
        more = (largest - capacity) * 2 * row
        msg = (
            f"A pool must hold a row group of {table.source}, {largest:,} rows of {encoding.n_outputs:,} encoded "
            f"columns. Raise `memory` by {readable(more)}, or use `clearprop prepare`, which makes small row groups."
        )
        raise SpecError(msg)
    return max(capacity, GROUPS_EACH * workers * largest if workers > 1 else 0)


def _network(estimator: Any, encoding: Encoding, facts: Facts) -> int:
    """Bytes of the network in training, with a checkpoint being written."""
    preset = resolved(estimator.preset, estimator.get_params(deep=False))
    hidden = np.atleast_1d(np.asarray(preset.hidden_layer_sizes, object))
    sizes = encoding.n_outputs, *(int(n) for n in hidden), len(facts.baseline)
    how: dict[str, Any] = {"scales": preset.scale_rate > 0, "blended": preset.blended}
    how["embedded"] = len(encoding.scaled) if preset.embedded else 0
    return 3 * preset.members * needed(sizes, 256, encoding.dtype, **how)


def _rows(table: Table, roles: Roles) -> Rows:
    return Rows(table.select(list(roles.inputs)), table.column(roles.target), weights_in(table, roles.weight))


def _sampled(estimator: Any, held: Stream, bytes_: int) -> Rows:
    """The rows of another stream that choose the epoch; a sample if they are many."""
    table = held.open(estimator.missing, estimator.categorical)
    return _rows(sample(table, JUDGES, bytes_), held.roles(table, "classification"))
