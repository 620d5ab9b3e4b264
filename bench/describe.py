"""Documents about things: the server's own time for each, made anew, beside `oxigraph serve` over the same data.

    python -m bench.describe --oxigraph PROGRAM [--triples 0 1000000] [--things N] [--folder FOLDER]

0 triples are the project's own data. Some things of every kind, then those that most points to, whose first document
in each worker has to put all that points to them in order. Each is asked for in a few turns, all of them in each turn,
at an address that was not asked for before; the least counts, for machines are noisy, and slow for seconds at a time.
Beside it stand of how many things the median of the turns, and how many of all the requests, are below what they may
take: the first time in each of two fronts takes longer.
The peer is asked for `DESCRIBE`, which gives the thing's own statements without labels, passages or anything that
points to it.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from bench import servers
from bench.dataset import prepare
from bench.servers import Server
from bench.service import kept_folder
from bench.throughput import JSON, QUERIES
from g7graph import vocab

FORMS = {"page": "text/html", "Turtle": "text/turtle"}
TURNS = 6
MILLISECONDS, LARGE_MILLISECONDS = 5, 15  # what a document may take, of the own data and of larger ones
SEED = 1
_TOTAL = re.compile(r"total;dur=([\d.]+)")


@dataclass(frozen=True)
class Time:
    """Milliseconds: what the server says it took (ours only), and what the client saw."""

    server: float
    client: float


def main() -> None:
    """Measure and print, one size after the other."""
    options = _options()
    for triples in options.triples:
        with kept_folder(options.folder) as folder, ExitStack() as stack:
            root, quads = _data(folder, triples)
            mine = stack.enter_context(servers.ours(root, store=options.store))
            peer = stack.enter_context(servers.oxigraph(options.oxigraph, quads)) if options.oxigraph else None
            name = f"{triples:,} triples" if triples else "own data"
            most = LARGE_MILLISECONDS if triples else MILLISECONDS
            print(f"\n{name}: ms, median / 95 % / most; of each thing the least of {TURNS} turns")
            for form, media_type in FORMS.items():
                _some(mine, peer, options.things, form, most)
                _hubs(mine, peer, form, media_type)
            _terms(mine)


def _some(mine: Server, peer: Server | None, count: int, form: str, most: int) -> None:
    """Some things of each kind, and how many of them take less than they may at most."""
    kinds: dict[str, list[str]] = {}
    for iri, *_ in _rows(mine, "things"):
        kinds.setdefault(iri.removeprefix(vocab.THING).partition("/")[0], []).append(iri)
    chosen = [
        iri
        for things in kinds.values()
        for iri in random.Random(SEED).sample(things, min(count, len(things)))  # noqa: S311 - which are taken is no secret
    ]
    turns = _asked(lambda iri, turn: _document(mine, iri, FORMS[form], turn), chosen)
    every = _least_of(turns)
    ratios = _ratios(every, peer, chosen)
    below = sum(one.server < most for one in every)
    line = f"{form:8s} {len(every)} things of {len(kinds)} kinds{_line(every, ratios)}"
    single = [one.server for turn in turns for one in turn]
    print(f"{line}   {below} of them below {most} ms", flush=True)
    medians = [statistics.median(one.server for one in times) for times in zip(*turns, strict=True)]
    line = f"the median of {sum(time < most for time in medians)} of {len(medians)} things, most {max(medians):.1f}"
    line += f"; {sum(time < most for time in single)} of {len(single)} requests, most {max(single):.1f}"
    print(f"{form:8s} below {most} ms: {line}", flush=True)


def _hubs(mine: Server, peer: Server | None, form: str, media_type: str) -> None:
    """What most points to: the first time, which puts in order all that does, and the times after."""
    counts = {iri: int(count) for iri, count in _rows(mine, "hubs")}
    first = [_document(mine, iri, media_type, TURNS) for iri in counts]
    least = _turns(lambda iri, turn: _document(mine, iri, media_type, TURNS + 1 + turn), [*counts])
    ratios = _ratios(least, peer, [*counts])
    for place, (iri, count) in enumerate(counts.items()):
        name = f"{vocab.curie(iri)} ({count:,})"
        line = _line(least[place : place + 1], ratios[place : place + 1])
        print(f"{form:8s} {name:45s} first {first[place].server:6.1f}{line}", flush=True)


def _terms(mine: Server) -> None:
    """A class and a property stand in the document of the vocabulary."""
    for form, media_type in FORMS.items():
        least = _least(_get(mine, f"/ontology?turn={turn}", media_type) for turn in range(TURNS))
        print(f"{form:8s} any class or property: the vocabulary{_line([least], [])}", flush=True)


def _ratios(every: Sequence[Time], peer: Server | None, things: Sequence[str]) -> list[float]:
    """Return how many times that of the peer our time is for each thing, as the client saw both; none without it."""
    if not peer:
        return []
    theirs = _turns(lambda iri, _: _get(peer, _description(peer, iri), "text/turtle"), things)
    return [own.client / their.client for own, their in zip(every, theirs, strict=True)]


def _description(peer: Server, iri: str) -> str:
    return f"{peer.path}?query={quote(f'DESCRIBE <{iri}>', safe='')}"


def _turns(asked: Callable[[str, int], Time], things: Sequence[str]) -> list[Time]:
    """Ask for things, one after the other, in some turns; return the least of each."""
    return _least_of(_asked(asked, things))


def _asked(asked: Callable[[str, int], Time], things: Sequence[str]) -> list[list[Time]]:
    """Ask for things, one after the other, in some turns; return the times of each turn."""
    return [[asked(iri, turn) for iri in things] for turn in range(TURNS)]


def _least_of(turns: Sequence[Sequence[Time]]) -> list[Time]:
    return [_least(times) for times in zip(*turns, strict=True)]


def _least(times: Iterable[Time]) -> Time:
    found = list(times)
    return Time(min(one.server for one in found), min(one.client for one in found))


def _line(found: Sequence[Time], ratios: Sequence[float]) -> str:
    times = sorted(one.server for one in found)
    last = times[min(len(times) - 1, int(len(times) * 0.95))]
    line = f"   server {statistics.median(times):6.1f} / {last:6.1f} / {times[-1]:6.1f}"
    line += f"   client {statistics.median(one.client for one in found):6.1f}"
    return line + (f"   {statistics.median(ratios):5.2f} × DESCRIBE at oxigraph" if ratios else "")


def _document(mine: Server, iri: str, media_type: str, turn: int = 0) -> Time:
    path = iri.replace(vocab.THING, "/doc/", 1)
    return _get(mine, f"{path}?turn={turn}", media_type)


def _get(server: Server, target: str, media_type: str) -> Time:
    start = time.perf_counter()
    status, headers, body = servers.get(server.port, target, timeout=60.0, accept=media_type)
    seconds = time.perf_counter() - start
    if status != http.client.OK:
        raise SystemExit(f"{server.name} answers {status} to {target}: {body[:300]!r}")
    total = _TOTAL.search(headers.get("server-timing", ""))
    return Time(float(total[1]) if total else 0.0, seconds * 1000)


def _rows(server: Server, name: str) -> list[list[str]]:
    text = quote((QUERIES / f"{name}.rq").read_text(encoding="utf-8"), safe="")
    status, _, body = servers.get(server.port, f"{server.path}?query={text}", timeout=120.0, accept=JSON)
    if status != http.client.OK:
        raise SystemExit(f"{server.name} answers {status}: {body[:300]!r}")
    found = json.loads(body)
    return [[row[name]["value"] for name in found["head"]["vars"]] for row in found["results"]["bindings"]]


def _data(folder: Path, triples: int) -> tuple[Path | None, Path]:
    """Return the root that ours serves (None: the project's own) and what the peer gets: the same with all derived."""
    if triples:
        dataset = prepare(folder, triples)
        return dataset.root, dataset.quads
    command = [sys.executable, "-m", "g7graph", "build", "--output", str(folder / "own")]
    subprocess.run(command, check=True, capture_output=True)
    return None, folder / "own" / "dataset.nq"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--triples", type=int, nargs="+", default=[0], metavar="N", help="0: the project's own data")
    parser.add_argument("--things", type=int, default=5, metavar="N", help="of each kind")
    parser.add_argument("--oxigraph", metavar="PROGRAM", help="the `oxigraph` of the PyPI package oxigraph")
    parser.add_argument("--store", default="memory", metavar="FOLDER", help="ours serves from disk, out of this folder")
    parser.add_argument("--folder", type=Path, metavar="FOLDER", help="keep the data here for the next run")
    return parser.parse_args()


if __name__ == "__main__":
    main()
