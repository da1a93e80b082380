"""What a run says: a table for people, a dictionary for programs, and the machine it ran on."""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

from arithmetic import fastest, gflops, percent_of_peak, ratio
from measure import Agreement, Measured
from nets import NETS
from peers import OURS
from rich.table import Table

from clearprop import __version__

LIBRARIES = ("numpy", "scipy", "numba", "scikit-learn", "torch", "jax", "jaxlib")
COLUMNS = (
    "peer", "threads", "µs a step", "× clearprop", "steps a second", "GFLOP/s", "% of peak", "first call, s",
)  # fmt: skip


def machine() -> dict[str, Any]:
    """Facts that the numbers depend on."""
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "libraries": {"clearprop": __version__}
        | {name: found for name in LIBRARIES if (found := _version(name))},
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "load": _load(),
    }


def rows(name: str, found: Measured) -> list[dict[str, Any]]:
    """A net's results, a peer each, ours first and then the fastest first."""
    flops, result = NETS[name].flops, []
    ours = found.times[OURS][fastest(found.times[OURS])] if OURS in found.times else None
    for peer, times in found.times.items():
        threads = fastest(times)
        us = median(times[threads])
        result.append(
            {
                "peer": peer,
                "threads": threads,
                "us_per_step": us,
                "ratio": ratio(times[threads], ours) if ours else None,
                "steps_per_second": 1e6 / us,
                "gflops": gflops(flops, us),
                "percent_of_peak": percent_of_peak(flops, times[threads], found.peaks[threads]),
                "cores_busy": median(found.cores[peer][threads]),
                "first_call_seconds": found.first[peer],
                "rounds_us": {str(t): each for t, each in times.items()},
            }
        )
    return sorted(result, key=lambda row: (row["peer"] != OURS, row["us_per_step"]))


def as_dict(name: str, found: Measured) -> dict[str, Any]:
    """A net's part of the JSON file."""
    net = NETS[name]
    return {
        "description": str(net),
        "sizes": list(net.sizes),
        "batch": net.batch,
        "flops_per_step": net.flops,
        "peak_gflops": {str(t): median(each) for t, each in sorted(found.peaks.items())},
        "peak_rounds_gflops": {str(t): each for t, each in found.peaks.items()},
        "results": rows(name, found),
        "not_available": found.missing,
    }


def table(part: dict[str, Any]) -> Table:
    """A net's part, to be looked at."""
    peaks = ", ".join(f"{gf:.0f} ({t})" for t, gf in part["peak_gflops"].items())
    title = f"{part['description']}; {part['flops_per_step'] / 1e6:,.4g} MFLOP a step; sgemm GFLOP/s (threads): {peaks}"
    drawn = Table(title=title, title_justify="left", title_style="bold")
    for column in COLUMNS:
        drawn.add_column(column, justify="left" if column == "peer" else "right", no_wrap=True)
    for row in part["results"]:
        drawn.add_row(*_cells(row))
    for peer in part["not_available"]:
        drawn.add_row(peer, *["–"] * (len(COLUMNS) - 1))
    absent = "; ".join(f"{peer} ({reason})" for peer, reason in part["not_available"].items())
    drawn.caption, drawn.caption_justify = f"Not available: {absent}" if absent else None, "left"
    return drawn


def agreement(found: Agreement) -> str:
    """A line: the losses beside each other, and whether they agree."""
    each = ", ".join(f"{peer} {loss:.6f}" for peer, loss in found.losses.items())
    absent = "".join(f"; without {peer} ({reason})" for peer, reason in found.absent.items())
    verdict = f"{'agree' if found.holds else 'DO NOT AGREE'}, relative difference {found.spread:.1e}"
    verdict = verdict if len(found.losses) > 1 else "nobody to compare with"
    return f"{found.net} by {found.solver}: {each}: {verdict}{absent}"


def _cells(row: dict[str, Any]) -> list[str]:
    times = "" if row["ratio"] is None else f"{row['ratio']:.2f}"
    return [
        row["peer"], str(row["threads"]), _three(row["us_per_step"]), times, f"{row['steps_per_second']:,.0f}",
        _three(row["gflops"]), f"{row['percent_of_peak']:.1f}", _three(row["first_call_seconds"]),
    ]  # fmt: skip


def _three(x: float) -> str:
    """Three digits that count, and thousands apart."""
    return f"{x:,.0f}" if x >= 100 else f"{x:.1f}" if x >= 10 else f"{x:.2f}"


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or "unknown")


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _load() -> list[float] | None:
    return [round(x, 2) for x in os.getloadavg()] if hasattr(os, "getloadavg") else None
