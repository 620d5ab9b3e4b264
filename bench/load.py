"""Loading on disk beside pyoxigraph's own bulk load, then a cold start and the memory of serving from disk.

    python -m bench.load --triples 10000000 [--framework] [--rounds N] [--folder FOLDER]

`g7graph build` and `Store(path).bulk_load` take turns over the same data: N-Quads served as they are or, with
`--framework`, the Turtle of a framework, which ours also derives from. Seconds, peak resident memory, ratio.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import servers
from bench.patterns import framework, quads
from bench.servers import Server, peak_pss, pss_megabytes
from bench.service import kept_folder
from bench.synthetic import generate
from bench.throughput import Asker, Request, answer

STORE = "store"
STARTS = 3


@dataclass(frozen=True)
class Load:
    """What a load took, and the highest resident memory of its process."""

    seconds: float
    megabytes: float


def main() -> None:
    """Measure and print what the options ask for."""
    options = _options()
    with kept_folder(options.folder) as folder:
        data = _data(folder, options)
        built, theirs = folder / "load-ours", folder / "load-theirs"
        if not options.serve_only:
            loading(data, built, theirs, options.rounds)
        serving(data, built / STORE)


def loading(data: Path, built: Path, theirs: Path, rounds: int) -> None:
    """Load on both sides in turns and print seconds, memory and the ratio of speeds."""
    own, other = [], []
    for _ in range(rounds):
        shutil.rmtree(built, ignore_errors=True)
        own.append(run([sys.executable, "-m", "g7graph", "--data", str(data), "build", "--output", str(built)]))
        shutil.rmtree(theirs, ignore_errors=True)
        other.append(run([sys.executable, "-m", "bench.load", "--bulk-load", str(data), "--folder", str(theirs)]))
        shutil.rmtree(theirs, ignore_errors=True)
    for name, loads in (("g7graph build", own), ("pyoxigraph bulk_load", other)):
        seconds = statistics.median(load.seconds for load in loads)
        print(f"{name:22s}{seconds:8.1f} s   {max(load.megabytes for load in loads):7.0f} MB at its highest")
    ratio = statistics.median(b.seconds / a.seconds for a, b in zip(own, other, strict=True))
    print(f"{'speed':22s}{ratio:8.2f} × that of bulk_load", flush=True)


def serving(data: Path, store: Path) -> None:
    """Start from the built store some times, then ask until the memory settles; print both."""
    starts = []
    for _ in range(STARTS):
        with servers.ours(data, store=str(store)) as server:
            starts.append(server.seconds)
    print(f"{'serve to first answer':22s}{statistics.median(starts):8.2f} s   (wall, store built, page cache warm)")
    with servers.ours(data, store=str(store)) as server:
        print(f"{'memory, started':22s}{pss_megabytes(server):8.0f} MB PSS")
        with peak_pss(server) as peak:
            _ask(server)
        print(f"{'memory, after queries':22s}{pss_megabytes(server):8.0f} MB PSS, {peak[0]:.0f} MB at its highest")


def run(command: Sequence[str]) -> Load:
    """Run a program to its end. Raises SystemExit where it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Load(time.perf_counter() - start, usage.ru_maxrss * 1024 / 1e6)


def bulk_load(data: Path, folder: Path) -> None:
    """Load as pyoxigraph does: a file of N-Quads, or each Turtle file of a framework into its graph."""
    import pyoxigraph as ox

    from g7graph.graph import format_of
    from g7graph.project import Project

    store = ox.Store(str(folder))
    for file in Project.find(data).graph_files():
        graph = ox.NamedNode(file.iri) if file.iri else None
        store.bulk_load(path=str(file.path), format=format_of(file.path), to_graph=graph)
    store.flush()


def _ask(server: Server) -> None:
    """A mix: some of each size one by one, then eight large ones at a time."""
    asker = Asker()
    for name in ("ask", "medium", "large"):
        answer(server, Request.named(name))
        asker.measure(server, Request.named(name), concurrency=1, seconds=5)
    asker.measure(server, Request.named("large"), concurrency=8, seconds=20)


def _data(folder: Path, options: argparse.Namespace) -> Path:
    name = folder / f"load-{options.triples}-{options.seed}"
    path = name if options.framework else name.with_suffix(".nq")
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    if options.framework:
        with framework(path) as sink:
            generate(sink, options.triples, options.seed)
    else:
        with path.open("w", encoding="utf-8", newline="\n") as target, quads(target) as sink:
            generate(sink, options.triples, options.seed)
    return path


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--triples", type=int, default=10_000_000, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--framework", action="store_true", help="a framework's Turtle, derived from, not N-Quads")
    parser.add_argument("--rounds", type=int, default=1, metavar="N", help="turns of each side")
    parser.add_argument("--serve-only", action="store_true", help="do not load: a kept folder has the store")
    parser.add_argument("--folder", type=Path, metavar="FOLDER", help="keep data and store here for the next run")
    parser.add_argument("--bulk-load", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bulk_load:
        bulk_load(options.bulk_load, options.folder)
        raise SystemExit
    return options


if __name__ == "__main__":
    main()
