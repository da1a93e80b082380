"""The processes that a process started, found in /proc; what a run leaves in folders that all share."""

import os
import time
from pathlib import Path


def descendants(pid: int) -> dict[int, str]:
    """The processes below one, and their command lines."""
    parents, lines = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text()
            lines[int(folder.name)] = (
                (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            )
        except OSError:  # it has ended meanwhile
            continue
        parents[int(folder.name)] = int(stat.rpartition(")")[2].split()[1])
    found, new = set(), {pid}
    while new:
        new = {child for child, parent in parents.items() if parent in new} - found
        found |= new
    return {child: lines.get(child, "") for child in found}


def ray_workers(pid: int, count: int = 2, seconds: float = 60) -> list[int]:
    """The training workers below a process, in the order of their numbers, once there are so many."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = sorted(
            child for child, line in descendants(pid).items() if line.startswith("ray::RayTrainWorker")
        )
        if len(found) >= count:
            return found
        time.sleep(0.05)
    raise AssertionError(descendants(pid))


def wait_until_ended(processes: dict[int, str], seconds: float = 180) -> None:
    """Wait until none of these processes is there any more."""
    end = time.monotonic() + seconds
    while left := [line for pid, line in processes.items() if os.path.exists(f"/proc/{pid}")]:
        assert time.monotonic() < end, left
        time.sleep(0.2)


def left_behind(before: set[str]) -> list[str]:
    """What lies in the folders for temporary files and shared memory that was not there before, of Ray or of ours."""
    ours = ("clearprop-ray-", "ray", "plasma")
    return sorted(name for name in places() - before if Path(name).name.startswith(ours))


def places() -> set[str]:
    """What lies in the folders for temporary files and shared memory."""
    return {f"{folder}/{name}" for folder in ("/tmp", "/dev/shm") for name in os.listdir(folder)}
