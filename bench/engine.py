"""What the engine alone takes: loading, each rule of `derive`, compaction, then each saved query.

    python -m bench.engine --root FOLDER [--store FOLDER [--opened]] [--limit SECONDS] [--queries NAME …]

In memory without `--store`, else on disk in that folder. Each query runs in a process of its own, so that one over
the limit can be ended: in memory forked from the one that loaded, on disk over the store opened anew, read-only.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
import pyoxigraph as ox

from g7graph.derive import graph_of, in_order
from g7graph.graph import format_of
from g7graph.project import Project
from g7graph.queries import Library, slot

RUNS = 3
ENOUGH_SECONDS = 5.0
LANG = 'VALUES ?lang { "es" }'


@dataclass(frozen=True)
class Found:
    """What a query took in its process: seconds to open the store, of the first run, of all runs; rows; MB."""

    opened: float
    first: float
    median: float
    rows: int
    megabytes: float


def main() -> None:
    """Measure and print what the options ask for."""
    options = _options()
    project = Project.find(options.root)
    library = Library.read(project.queries)
    built = None if options.opened else build(project, library, options.store)
    source: ox.Store | Path | None = options.store or built
    del built  # the engine locks a store on disk while it is open for writing
    assert source is not None
    for query in library:
        if not options.queries or query.name in options.queries:
            text = slot("lang").sub(LANG, query.text)
            print(f"{query.name:22s}{_line(limited(source, text, options.limit))}", flush=True)


def build(project: Project, library: Library, folder: Path | None) -> ox.Store:
    """Load, derive and compact; print what each took."""
    store = ox.Store(str(folder)) if folder else ox.Store()
    start = time.perf_counter()
    for file in project.graph_files():
        graph = ox.NamedNode(file.iri) if file.iri else None
        store.bulk_load(path=str(file.path), format=format_of(file.path), to_graph=graph)
    _say("bulk_load", start)
    for rule in in_order(library.rules):
        graph = ox.NamedNode(graph_of(rule))
        start = time.perf_counter()
        triples = store.query(rule.text, use_default_graph_as_union=True)
        quads = [ox.Quad(each.subject, each.predicate, each.object, graph) for each in triples]  # type: ignore[union-attr]
        _say(f"{rule.name}: evaluate, {len(quads)} triples", start)
        start = time.perf_counter()
        store.bulk_extend(quads)
        _say(f"{rule.name}: bulk_extend", start)
        del quads
    start = time.perf_counter()
    store.optimize()
    _say("optimize", start)
    start = time.perf_counter()
    _say(f"count, {len(store)} triples", start)
    return store


def limited(source: ox.Store | Path, text: str, seconds: float) -> Found | None:
    """Run a query some times in a process of its own; None where it takes longer than the seconds given."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_evaluate, args=(source, text, sender))
    process.start()
    found: Found | None = receiver.recv() if receiver.poll(seconds) else None
    process.kill()
    process.join()
    return found


def _evaluate(source: ox.Store | Path, text: str, sender: Connection) -> None:
    start = time.perf_counter()
    store = ox.Store.read_only(str(source)) if isinstance(source, Path) else source
    opened = time.perf_counter() - start
    times: list[float] = []
    rows = 0
    while len(times) < RUNS and sum(times) < ENOUGH_SECONDS:
        start = time.perf_counter()
        solutions = store.query(text, use_default_graph_as_union=True)
        rows = sum(1 for _ in solutions)  # type: ignore[union-attr, misc]
        times.append(time.perf_counter() - start)
    memory = psutil.Process().memory_full_info().pss / 1e6
    sender.send(Found(opened, times[0], statistics.median(times), rows, memory))


def _say(what: str, start: float) -> None:
    memory = psutil.Process().memory_full_info().pss / 1e6
    print(f"{what:42s}{time.perf_counter() - start:9.2f} s{memory:8.0f} MB PSS", flush=True)


def _line(found: Found | None) -> str:
    if found is None:
        return "over the limit"
    times = f"first {found.first * 1000:9.1f} ms   median {found.median * 1000:9.1f} ms"
    return f"open {found.opened * 1000:6.1f} ms   {times}   {found.rows:7d} rows{found.megabytes:8.0f} MB PSS"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, required=True, metavar="FOLDER", help="a framework's root")
    parser.add_argument("--store", type=Path, metavar="FOLDER", help="on disk, in this new folder")
    parser.add_argument("--opened", action="store_true", help="the store is built: only open it")
    parser.add_argument("--limit", type=float, default=60.0, metavar="SECONDS", help="for each query")
    parser.add_argument("--queries", nargs="+", metavar="NAME", help="these only")
    options = parser.parse_args()
    if options.opened and not options.store:
        parser.error("--opened needs --store")
    return options


if __name__ == "__main__":
    main()
