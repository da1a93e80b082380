"""Whether a network in training fits into memory: asked before anything of its size is made."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike

from clearprop.engine import address_space
from clearprop.errors import SpecError
from clearprop.network import FURTHER, OF_AN_INPUT, WAVES

# Vectors of all parameters at the fullest moment, as measured.
STEPS = 7  # the parameters, the gradient, two moments, the start, and the best
SCALES = 5  # more, where each input has a scale of its own: the direction, the scales and their two moments, and a draw
LBFGS = 47  # in float64: SciPy keeps ten pairs of steps and gradients, twice, and its work space
PROC = Path("/proc")
GROUPS = Path("/sys/fs/cgroup")
LEAST = 256 * 10**6  # that the smallest training or prediction takes: tables, kernels, stacks of threads

SMALL = 10**6  # for which nobody is asked, which takes longer than to train on a hundred rows


def check_memory(
    sizes: Sequence[int], rows: int, dtype: DTypeLike, *, lbfgs: bool = False, members: int = 1, scales: bool = False,
    blended: bool = False, embedded: int = 0,
) -> None:  # fmt: skip
    """Refuse a network that cannot be trained in the memory that is free.

    Parameters
    ----------
    sizes : sequence of int
        n[0], ..., n[L].
    rows : int
        Of a batch; of lbfgs, all.
    dtype : dtype
        Of the engine's arrays.
    lbfgs : bool
        Whether SciPy's L-BFGS moves it.
    members : int
        How many such networks are trained side by side.
    scales : bool
        Whether each input has a scale of its own.
    blended : bool
        Whether each hidden unit has a share of its activation.
    embedded : int
        How many inputs are embedded.

    Raises
    ------
    SpecError
        With the estimate, what it is made of, and what is free.

    Examples
    --------
    >>> check_memory((3, 4, 2), 200, "float32")
    """
    need = members * needed(
        sizes, rows, dtype, lbfgs=lbfgs, scales=scales, blended=blended, embedded=embedded
    )
    free = available_memory() if need > SMALL else None
    if free is None or need <= free:
        return
    msg = (
        f"Training needs about {readable(need)} of memory: {_each(members)}the layers {'-'.join(map(str, sizes))} have "
        f"{parameters(sizes, blended, embedded):,} parameters, and a batch {rows:,} rows; {readable(free)} are free. "
        f"Use smaller `hidden_layer_sizes`, {'another `solver`' if lbfgs else 'a smaller `batch_size`'}, or float32."
    )
    raise SpecError(msg)


def _each(members: int) -> str:
    return f"in each of {members} networks " if members > 1 else ""


def check_least(what: str = "Training") -> None:
    """Refuse to begin where so little memory is free that a library would end the process; `what` is to begin.

    Raises
    ------
    SpecError
        With what is free.

    Examples
    --------
    >>> check_least()
    """
    free = available_memory()
    if free is not None and free < LEAST:
        msg = f"{what} needs {readable(LEAST)} of free memory at least; {readable(free)} are free. Free some first."
        raise SpecError(msg)


def needed(
    sizes: Sequence[int], rows: int, dtype: DTypeLike, *, lbfgs: bool = False, scales: bool = False,
    blended: bool = False, embedded: int = 0,
) -> int:  # fmt: skip
    """Bytes that training takes: vectors of the parameters, and z, a and delta of each layer of a batch.

    Of a blended network there are its shares too, and g(z) of each hidden layer; of inputs that are embedded their
    waves, phases and further numbers, and those of a[0].

    Examples
    --------
    >>> needed((10, 100, 1), 200, "float32")  # 7 * 1201 parameters, and 200 rows of 10 + 3 * 101 numbers
    284028
    """
    itemsize = np.dtype(dtype).itemsize
    vectors = LBFGS * 8 if lbfgs else (STEPS + SCALES * scales) * itemsize
    a_row = sizes[0] + 3 * sum(sizes[1:]) + (sum(sizes[1:-1]) if blended else 0)
    a_row += 2 * (WAVES + FURTHER) * embedded
    return parameters(sizes, blended, embedded) * vectors + rows * a_row * itemsize


def parameters(sizes: Sequence[int], blended: bool = False, embedded: int = 0) -> int:
    """How many entries all W[l], b[l] and, where there are any, c[l] and embeddings have together, however large.

    Examples
    --------
    >>> parameters((3, 4, 2))
    26
    """
    shares = sum(int(n) for n in sizes[1:-1]) if blended else 0
    waves = embedded * (OF_AN_INPUT + FURTHER * int(sizes[1]))
    return waves + shares + sum(int(a) * int(b) + int(b) for a, b in pairwise(sizes))


def available_memory() -> int | None:
    """Bytes that this process can still take: of the machine, of its control group, and of its own limit.

    None where the system does not tell.

    Examples
    --------
    >>> free = available_memory()
    >>> free is None or free > 0
    True
    """
    found = list(_of_machine())
    with suppress(OSError, ValueError, IndexError):
        found += _of_groups()
    found += [own] if (own := address_space.left()) is not None else []
    return max(0, min(found)) if found else None


def readable(count: int) -> str:
    """Bytes for people.

    Examples
    --------
    >>> readable(284028), readable(3 * 10**12)
    ('284.0 kB', '3.0 TB')
    """
    value, units = float(count), iter(("B", "kB", "MB", "GB", "TB", "PB"))
    unit = next(units)
    for larger in units:
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:,.1f} {unit}"


def _of_machine() -> Iterator[int]:
    with suppress(OSError, ValueError, StopIteration):
        yield _kilobytes(PROC / "meminfo", "MemAvailable:")


def _kilobytes(file: Path, name: str) -> int:
    line = next(line for line in file.read_text().splitlines() if line.startswith(name))
    return 1024 * int(line.split()[1])


def _of_groups() -> Iterator[int]:
    """What the memory controller of each group above this process leaves, in either version of control groups."""
    for line in (PROC / "self" / "cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if not controllers:
            root, names = GROUPS, ("memory.max", "memory.current", "inactive_file")
        elif "memory" in controllers.split(","):
            root, names = (
                GROUPS / "memory",
                ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
            )
        else:
            continue
        place = root / path.strip("/")
        for folder in (place, *place.parents):
            if folder.is_relative_to(root):
                yield from _of_group(folder, *names)


def _of_group(folder: Path, most: str, now: str, cache: str) -> Iterator[int]:
    """The limit less what is used; files that were read can be dropped."""
    with suppress(OSError, ValueError):  # "max": no limit
        limit, used = (int((folder / name).read_text()) for name in (most, now))
        kept = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
        yield limit - used + int(kept.get(cache, 0))
