"""What a limit of the address space (`ulimit -v`) leaves to this process."""

from pathlib import Path

STATUS = Path("/proc/self/status")


def left() -> int | None:
    """Bytes that it can still map; None where there is no limit, or the system does not tell.

    >>> found = left()
    >>> found is None or found > 0
    True
    """
    try:
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        if limit == resource.RLIM_INFINITY:
            return None
        line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmSize:"))
    except (ImportError, OSError, StopIteration):
        return None
    return max(0, limit - 1024 * int(line.split()[1]))
