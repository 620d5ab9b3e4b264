"""Importing IATI activities beside bare parsers of the same file and of its statements: speed, and highest memory.

Each part runs in a process of its own; the file is made here, of as many activities as asked for.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import iterparse

_PERIODS = 4
_FIGURES = "".join(
    f'<period><period-start iso-date="20{10 + n}-01-01"/><period-end iso-date="20{10 + n}-12-31"/>'
    f'<target value="{n * 10}"/><actual value="{n * 9}"><comment><narrative>Year {n}</narrative></comment></actual>'
    "</period>"
    for n in range(_PERIODS)
)
_INDICATOR = (
    '<indicator measure="1" ascending="1"><title><narrative>People reached</narrative></title>'
    f'<baseline year="2009" value="0"/>{_FIGURES}</indicator>'
)
_RESULT = f'<result type="1"><title><narrative>Services used</narrative></title>{_INDICATOR * 3}</result>'
_ACTIVITY = (
    '<iati-activity xml:lang="en"><iati-identifier>XX-BENCH-{number}</iati-identifier>'
    '<reporting-org ref="XX-BENCH" type="10"><narrative>Bench</narrative></reporting-org>'
    "<title><narrative>Activity {number}</narrative></title>"
    '<participating-org role="1" ref="XX-BENCH" type="10"><narrative>Bench</narrative></participating-org>'
    '<budget><value currency="USD" value-date="2010-01-01">1</value></budget>'
    f"{_RESULT * 2}</iati-activity>\n"
)


def make(path: Path, activities: int) -> None:
    """Write a file of activities, two results with three indicators each."""
    with path.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<iati-activities version="2.03">\n')
        file.writelines(_ACTIVITY.format(number=number) for number in range(activities))
        file.write("</iati-activities>\n")


def ours(path: Path) -> None:
    """Import a file into N-Triples beside it."""
    from click.testing import CliRunner

    from g7graph.cli import main

    result = CliRunner().invoke(main, ["import", "iati", str(path), "--output", str(path.with_suffix(".nt"))])
    assert result.exit_code == 0, result.output


def bare(path: Path) -> None:
    """Parse a file with the standard library, forgetting each activity."""
    for _, element in iterparse(path):  # noqa: S314 - our own
        if element.tag == "iati-activity":
            element.clear()


def oxigraph(path: Path) -> None:
    """Parse the statements with pyoxigraph."""
    import pyoxigraph as ox

    for _ in ox.parse(path=str(path.with_suffix(".nt"))):
        pass


PARTS: dict[str, Callable[[Path], None]] = {"ours": ours, "iterparse": bare, "pyoxigraph": oxigraph}


def part(name: str, path: Path) -> None:
    """Run a part here; print its seconds of processor time and the highest resident megabytes of this process."""
    begun = time.process_time()
    PARTS[name](path)
    print(time.process_time() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3)


def measured(name: str, path: Path) -> tuple[float, float]:
    """Run a part in a process of its own; return its seconds and its highest resident megabytes."""
    command = [sys.executable, "-m", "bench.iati", "--part", name, str(path)]
    found = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(found[0]), float(found[1])


def run(activities: int, folder: Path) -> None:
    """Measure every part at a size, and print it with the ratios."""
    path = folder / f"{activities}.xml"
    make(path, activities)
    found = {name: measured(name, path) for name in PARTS}
    print(f"{activities} activities, {path.stat().st_size / 1e6:.0f} MB")
    for name, (seconds, megabytes) in found.items():
        speed = seconds / found["ours"][0]
        print(f"  {name:10} {seconds:7.1f} s  {megabytes:6.0f} MB at its highest  ours is {speed:.2f} × as fast")


def main() -> None:
    """Measure at each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[1_000, 4_000, 16_000], metavar="ACTIVITIES")
    parser.add_argument("--part", nargs=2, metavar=("PART", "FILE"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.part:
        part(chosen.part[0], Path(chosen.part[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        for size in chosen.sizes:
            run(size, Path(folder))


if __name__ == "__main__":
    main()
