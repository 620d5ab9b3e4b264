"""The SPARQL service beside its peers, over the same synthetic framework, in one run.

    python -m bench.service --triples 100000 --oxigraph PROGRAM [--rdflib PROGRAM] [--parts uncached repeated memory]

Requests a second of a tiny ASK, a medium SELECT (1,000 rows) and a large one (100,000 rows) at concurrency 1 and 8.
The servers take turns (A B A B …), so that a noisy machine slows both; medians of the turns, and their ratio.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bench import servers
from bench.dataset import Dataset, prepare
from bench.servers import Server, peak_pss, pss_megabytes
from bench.throughput import Asker, Figures, Request, answer

NAMES = ("ask", "medium", "large")
CONCURRENCY = (1, 8)
PARTS = ("uncached", "repeated", "memory")
RDFLIB_SECONDS = 10.0
LARGE_TIMES = 5  # large answers are few: their turns take longer


@dataclass(frozen=True)
class Plan:
    """How long and how often each server is asked, and by whom."""

    seconds: float
    rounds: int
    asker: Asker


def main() -> None:
    """Measure and print what the options ask for."""
    options = _options()
    plan = Plan(options.seconds, options.rounds, Asker())
    with kept_folder(options.folder) as folder, ExitStack() as stack:
        dataset = prepare(folder, options.triples, options.seed)
        mine = stack.enter_context(servers.ours(dataset.root, store=options.store, options=options.serve))
        found = [mine]
        if options.oxigraph:
            found.append(stack.enter_context(servers.oxigraph(options.oxigraph, dataset.quads)))
        print(f"{options.triples} triples; g7graph answers {mine.seconds:.2f} s after its start")
        same_answers(found, options.queries)
        if "uncached" in options.parts:
            uncached(found, options.queries, plan)
        if "repeated" in options.parts:
            repeated(found, options.queries, plan)
        if "memory" in options.parts:
            memory(found, options.queries, plan)
        if options.rdflib:
            slow_peer(mine, options.rdflib, dataset, options.queries, plan)


def same_answers(found: Sequence[Server], names: Sequence[str]) -> None:
    """Stop where the servers do not give as many rows."""
    for name in names:
        rows = {one.name: _rows(one, Request.named(name)) for one in found}
        print(f"{name:8s} rows: {', '.join(f'{server} {count}' for server, count in rows.items())}")
        if len(set(rows.values())) > 1:
            raise SystemExit(f"{name}: the servers do not agree")


def uncached(found: Sequence[Server], names: Sequence[str], plan: Plan) -> None:
    """Every request differs, by the number of its LIMIT."""
    print("\nuncached: every request differs")
    for name in names:
        for concurrency in CONCURRENCY:
            _compare(name, dict.fromkeys(found, Request.named(name)), concurrency, plan)


def repeated(found: Sequence[Server], names: Sequence[str], plan: Plan) -> None:
    """Always the same request; then ours with the ETag of its answer, against the peer's without."""
    print("\nrepeated: the same request")
    for name in names:
        same = replace(Request.named(name), step=0)
        for concurrency in CONCURRENCY:
            _compare(name, dict.fromkeys(found, same), concurrency, plan)
        etag = answer(found[0], same)[1].get("etag", "")
        if etag:
            requests = dict.fromkeys(found, same) | {found[0]: replace(same, etag=etag)}
            _compare(f"{name} 304", requests, CONCURRENCY[-1], plan)


def memory(found: Sequence[Server], names: Sequence[str], plan: Plan) -> None:
    """The memory of each server before, and at its highest while 8 results at a time are read."""
    print("\nmemory of the process tree, PSS in MB")
    for one in found:
        figures = [f"{pss_megabytes(one):7.0f} now"]
        for name in names:
            with peak_pss(one) as peak:
                plan.asker.measure(one, Request.named(name), concurrency=8, seconds=LARGE_TIMES * plan.seconds)
            figures.append(f"{peak[0]:7.0f} at its highest with 8 × {name}")
        print(f"{one.name:10s}{', '.join(figures)}", flush=True)


def slow_peer(mine: Server, program: str, dataset: Dataset, names: Sequence[str], plan: Plan) -> None:
    """rdflib-endpoint, uncached and once; started anew each time, for it works on when nobody waits any longer."""
    print(f"\nuncached, beside rdflib-endpoint in {RDFLIB_SECONDS:.0f} s")
    for name in names:
        for concurrency in CONCURRENCY:
            with servers.rdflib_endpoint(program, dataset.flat) as peer:
                request = Request.named(name)
                own = plan.asker.measure(mine, request, concurrency=concurrency, seconds=plan.seconds * LARGE_TIMES)
                theirs = plan.asker.measure(peer, request, concurrency=concurrency, seconds=RDFLIB_SECONDS)
            _print(name, concurrency, {mine: [own], peer: [theirs]})


def _compare(what: str, requests: dict[Server, Request], concurrency: int, plan: Plan) -> None:
    """Ask in turns and print one line."""
    seen: dict[Server, list[Figures]] = {one: [] for one in requests}
    seconds = plan.seconds * (LARGE_TIMES if what.startswith("large") else 1)
    for _ in range(plan.rounds):
        for one, request in requests.items():
            seen[one].append(plan.asker.measure(one, request, concurrency=concurrency, seconds=seconds))
    _print(what, concurrency, seen)


def _print(what: str, concurrency: int, seen: dict[Server, list[Figures]]) -> None:
    """Print the median rates, and the median of the ratios turn by turn: how many times that of the peer ours is."""
    line = f"{what:12s} at {concurrency}"
    own = next(iter(seen.values()))
    for one, figures in seen.items():
        rate = statistics.median(each.rate for each in figures)
        line += f"   {one.name} {rate:9.1f}/s{_failures(figures)}"
        if figures is not own:
            ratios = [mine.rate / theirs.rate for mine, theirs in zip(own, figures, strict=True) if theirs.rate]
            line += f" {_times(statistics.median(ratios)):>9s} ×" if ratios else "   none in time"
    print(line, flush=True)


def _times(ratio: float) -> str:
    return f"{ratio:.0f}" if ratio >= 100 else f"{ratio:.3g}"


def _failures(figures: Sequence[Figures]) -> str:
    failed = sum(each.failed for each in figures)
    return f" ({failed} failed)" if failed else ""


def _rows(server: Server, request: Request) -> int:
    """Return how many rows an answer has; an ASK counts as its truth."""
    status, _, body = answer(server, request)
    if status != 200:
        raise SystemExit(f"{server.name} answers {status}: {body[:300]!r}")
    found = json.loads(body)
    return int(found["boolean"]) if "boolean" in found else len(found["results"]["bindings"])


@contextmanager
def kept_folder(given: Path | None) -> Iterator[Path]:
    """Where data is kept: a folder of the user's, to be used again, or one for this run."""
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="g7graph-bench-") as folder:
        yield Path(folder)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--triples", type=int, default=100_000, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--oxigraph", metavar="PROGRAM", help="the `oxigraph` of the PyPI package oxigraph")
    parser.add_argument("--rdflib", metavar="PROGRAM", help="the `rdflib-endpoint` of the PyPI package of that name")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--queries", nargs="+", choices=NAMES, default=NAMES)
    parser.add_argument("--seconds", type=float, default=2.0, metavar="S", help="of each turn")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="turns of each server")
    parser.add_argument("--store", default="memory", metavar="FOLDER", help="ours serves from disk, out of this folder")
    parser.add_argument("--serve", nargs="*", default=[], metavar="OPTION", help="more options for `g7graph serve`")
    parser.add_argument("--folder", type=Path, metavar="FOLDER", help="keep the data here for the next run")
    return parser.parse_args()


if __name__ == "__main__":
    main()
