"""Each saved query over HTTP, evaluated anew and repeated, beside the same SPARQL text at rdflib-endpoint.

    python -m bench.saved --triples 100000 --rdflib PROGRAM [--limit SECONDS] [--queries NAME …]

rdflib takes minutes for some: after the time limit its server is ended and started again, and the ratio is at least
the limit over our time. Ours is the median of some requests, whose last LIMIT differs so that nothing is kept; then,
in brackets, of the same request again and again, as most requests for a saved query are. Both are asked over one
connection that stays open.
"""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import time
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import quote

from bench import servers
from bench.dataset import prepare
from bench.servers import Server
from bench.service import kept_folder
from bench.throughput import JSON
from g7graph.project import Project
from g7graph.queries import Library, SavedQuery

#: Requests of each query, from which the median is taken; of ours enough that every worker has evaluated it before.
OURS, THEIRS = 25, 5
FIRST_LIMIT = 1_000_000
LONGEST_SECONDS = 600.0


class Client:
    """A server and the connection to it."""

    def __init__(self, server: Server, limit: float = LONGEST_SECONDS) -> None:
        self.server = server
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=limit)

    def asked(self, text: str) -> tuple[float, int]:
        """Return the seconds that a query took and how many rows it gave. Raises TimeoutError after the limit."""
        start = time.perf_counter()
        target = f"{self.server.path}?query={quote(text, safe='')}"
        status, _, body = servers.got(self._connection, target, accept=JSON)
        seconds = time.perf_counter() - start
        if status != http.client.OK:
            raise SystemExit(f"{self.server.name} answers {status}: {body[:300]!r}")
        return seconds, len(json.loads(body)["results"]["bindings"])

    def close(self) -> None:
        """Close the connection; the next question opens it again."""
        self._connection.close()


class Peer:
    """rdflib-endpoint, which is started again once it has been given up on."""

    def __init__(self, program: str, data: Path, limit: float) -> None:
        self._start = (program, data)
        self._limit = limit
        self._stack = ExitStack()
        self._client: Client | None = None

    def seconds(self, text: str) -> tuple[float, int | None]:
        """Return how long it took and the number of rows; None where the limit came first."""
        if self._client is None:
            server = self._stack.enter_context(servers.rdflib_endpoint(*self._start))
            self._client = self._stack.enter_context(closing(Client(server, self._limit)))
        try:
            return self._client.asked(text)
        except TimeoutError:
            self.end()
            return self._limit, None

    def rest(self) -> None:
        """Close the connection, which its server would end while ours is asked."""
        if self._client:
            self._client.close()

    def end(self) -> None:
        """End the server."""
        self._stack.close()
        self._client = None


def main() -> None:
    """Measure and print; the last line is the smallest ratio."""
    options = _options()
    with kept_folder(options.folder) as folder, ExitStack() as stack:
        dataset = prepare(folder, options.triples, options.seed)
        library = Library.read(Project.find(dataset.root).queries)
        server = stack.enter_context(servers.ours(dataset.root, options=options.serve))
        mine = stack.enter_context(closing(Client(server)))
        peer = None
        if options.rdflib:
            peer = Peer(options.rdflib, dataset.flat, options.limit)
            stack.callback(peer.end)
        chosen = [query for query in library if not options.queries or query.name in options.queries]
        ratios = [ratio for query in chosen if (ratio := compare(query, mine, peer))]
    if ratios:
        print(f"the smallest ratio is {min(ratios):.1f}")


def compare(query: SavedQuery, mine: Client, peer: Peer | None) -> float | None:
    """Time a query on both sides, print the line, return how many times faster ours is, evaluated anew (at least)."""
    found = [mine.asked(_varied(query.text, turn)) for turn in range(OURS)]
    own = statistics.median(seconds for seconds, _ in found)
    kept = statistics.median(mine.asked(_varied(query.text, 0))[0] for _ in range(OURS))
    mine.close()  # it is opened again: the peer may take longer than a connection may be idle
    line = f"{query.name:20s} g7graph {own * 1000:9.1f} ms ({kept * 1000:.1f} ms) {found[0][1]:7d} rows"
    if peer is None:
        print(line, flush=True)
        return None
    seconds, rows = peer.seconds(_varied(query.text, OURS))
    if rows is not None:
        more = [peer.seconds(_varied(query.text, OURS + turn))[0] for turn in range(1, THEIRS)]
        seconds = statistics.median([seconds, *more])
    peer.rest()
    least = "≥" if rows is None else " "
    differs = "" if rows in (None, found[0][1]) else f"   ({rows} rows)"
    ratios = f"{least}{seconds / own:8.1f} × ({seconds / kept:.0f} ×)"
    print(f"{line}   rdflib-endpoint {least}{seconds * 1000:10.1f} ms   {ratios}{differs}", flush=True)
    return seconds / own


def _varied(text: str, turn: int) -> str:
    """Return the query without its header's comments, ended by a LIMIT that cuts nothing off."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    return "\n".join([*lines, f"LIMIT {FIRST_LIMIT + turn}"])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--triples", type=int, default=100_000, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--rdflib", metavar="PROGRAM", help="the `rdflib-endpoint` of the PyPI package of that name")
    parser.add_argument("--limit", type=float, default=120.0, metavar="SECONDS", help="for each query of the peer's")
    parser.add_argument("--queries", nargs="+", metavar="NAME", help="these only")
    parser.add_argument("--serve", nargs="*", default=[], metavar="OPTION", help="more options for `g7graph serve`")
    parser.add_argument("--folder", type=Path, metavar="FOLDER", help="keep the data here for the next run")
    return parser.parse_args()


if __name__ == "__main__":
    main()
