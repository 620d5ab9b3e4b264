"""What importing EITI data takes beside pyoxigraph parsing the same triples, and whether memory grows with the file.

    python -m bench.eiti [--payments N] [--folder FOLDER]

A synthetic table of payments is imported to N-Quads and these are parsed, each in a process of its own, twice in turns;
then a table a tenth as long, for its memory. The ratio is of CPU seconds, start included: each works on one core.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import resource
import tempfile
import time
from collections import deque
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pyoxigraph as ox

from g7graph.cli.output import opened
from g7graph.sources.eiti.importer import Import
from g7graph.sources.eiti.source import Source

TURNS = 2
COMPANIES, STREAMS, AGENCIES, PROJECTS = 500, 40, 12, 300
CODES = ("1112E1", "1112E2", "114521E", "1415E1", "1415E2")
HEADINGS = "country,year,company,identification,revenue_stream,gfs_code,receiving_agency,project_name,value,currency\n"


def main() -> None:
    """Measure and print."""
    options = _options()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        table, quads, short = folder / "payments.csv", folder / "payments.nq", folder / "short.csv"
        write(table, options.payments)
        write(short, max(options.payments // 10, 1))
        ours, theirs = [], []
        for _ in range(TURNS):
            ours.append(apart(convert, table, quads))
            theirs.append(apart(parse, quads, quads))
        small = apart(convert, short, folder / "short.nq")
    (seconds, memory), (parsing, peak) = min(ours), min(theirs)
    print(f"{options.payments} payments")
    print(f"g7graph import eiti, CSV to N-Quads   {seconds:8.1f} s   {memory:6.0f} MB at its highest")
    print(f"pyoxigraph, parsing those N-Quads     {parsing:8.1f} s   {peak:6.0f} MB at its highest")
    print(f"speed beside the parser               {parsing / seconds:8.2f} ×")
    print(f"memory beside a tenth of the payments {memory / small[1]:8.2f} × ({small[1]:.0f} MB)")


def write(path: Path, payments: int) -> None:
    """Write a table of payments: the same number, the same bytes."""
    chance = random.Random(1)  # noqa: S311 - a synthetic table
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADINGS)
        for number in range(payments):
            company, stream = chance.randrange(COMPANIES), chance.randrange(STREAMS)
            file.write(
                f"GH,{2004 + number % 20},Minera {company} S.A.,C{company:06d},Stream {stream},"
                f"{CODES[stream % len(CODES)]},Agency {stream % AGENCIES},Project {chance.randrange(PROJECTS)},"
                f"{chance.randrange(10**9) / 100:.2f},GHS\n"
            )


def convert(table: Path, quads: Path) -> None:
    """Import a table as the command line does."""
    run = Import("imported/eiti/bench", print, quads=True)
    with opened(quads) as file:
        file.writelines(block.encode() for block in run.read([Source(table.name, table)]))


def parse(quads: Path, _: Path) -> None:
    """Parse N-Quads, and keep nothing."""
    deque(ox.parse(path=str(quads), format=ox.RdfFormat.N_QUADS), maxlen=0)


def apart(what: Callable[[Path, Path], None], source: Path, target: Path) -> tuple[float, float]:
    """Do something in a process of its own; return its CPU seconds and its highest resident size in MB."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_timed, args=(what, source, target, sender))
    process.start()
    found: tuple[float, float] = receiver.recv()
    process.join()
    return found


def _timed(what: Callable[[Path, Path], None], source: Path, target: Path, sender: Connection) -> None:
    what(source, target)
    sender.send((time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--payments", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--folder", type=Path, metavar="FOLDER", help="keep the files here")
    return parser.parse_args()


if __name__ == "__main__":
    main()
