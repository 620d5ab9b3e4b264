"""Speed and memory of the server on the project's own data, each beside its peer in the same run.

    make bench

1. CPU seconds of the whole process tree from `g7graph serve` to its first answer (wanted: under 2), and its memory
   (proportional set size, PSS) after every saved query was asked (wanted: under 150 MB).
2. Each saved query through the server and on an rdflib in-memory graph: median times and their ratio (wanted: 20 ×),
   evaluated anew each time; beside it the time of an answer that the server has kept.

Larger parts, over synthetic frameworks and beside other servers, are run one by one: PARTS below, bench/README.md.
"""

from __future__ import annotations

import http.client
import itertools
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psutil
import rdflib

import g7graph
from g7graph import run

SERVER_RUNS = 15
RDFLIB_RUNS = 3
START_SECONDS = 60.0
PARTS = {
    "bench.service": "requests a second and memory, beside oxigraph serve and rdflib-endpoint",
    "bench.saved": "each saved query over HTTP, beside rdflib-endpoint",
    "bench.load": "loading on disk beside pyoxigraph's bulk load, cold start, memory of serving from disk",
    "bench.engine": "what the engine alone takes: load, derive, each saved query",
    "bench.synthetic": "the generator of synthetic frameworks",
}


def main() -> None:
    """Measure and print; exits with 1 where a figure misses what is wanted."""
    g7 = g7graph.load()
    graph = rdflib.Graph()
    for triple in g7.graph.triples((None, None, None)):
        graph.add(triple)
    with server() as (url, process):
        cpu = cpu_seconds(process)
        ratios = [compare(f"{url}/api/queries/{query.name}.json", graph, bound(g7, query.name)) for query in g7.library]
        memory = pss_megabytes(process)
    print(f"triples                         {len(graph):8d}")
    print(f"serve to first answer, CPU      {cpu:8.2f} s    (wanted: under 2)")
    print(f"memory of the process tree, PSS {memory:8.1f} MB   (wanted: under 150)")
    worst = min(ratios)
    print(f"slowest gain over rdflib        {worst:8.1f} ×    (wanted: 20 or more)")
    print("\nfurther parts, each with --help (see bench/README.md):")
    for module, what in PARTS.items():
        print(f"  python -m {module:16s} {what}")
    sys.exit(cpu >= 2 or memory >= 150 or worst < 20)


def bound(g7: g7graph.api.G7, name: str) -> str:
    """Return the text of a saved query as the server runs it without parameters."""
    return run.bind(g7.store, g7.library[name], {})


def compare(url: str, graph: rdflib.Graph, text: str) -> float:
    """Time a query on both sides, print the line, return how many times faster the server is.

    Answers are kept by what was asked for: an `Accept` header of its own has the server evaluate each time.
    """
    turns, connection = itertools.count(), http.client.HTTPConnection(urlsplit(url).netloc)
    fresh = (f"application/sparql-results+json, x/{turn};q=0.1" for turn in turns)
    ours = median(lambda: fetched(connection, url, next(fresh)), SERVER_RUNS)
    kept = median(lambda: fetched(connection, url, "*/*"), SERVER_RUNS)
    connection.close()
    theirs = median(lambda: list(graph.query(text)), RDFLIB_RUNS)
    name, ratio = url.rpartition("/")[2].removesuffix(".json"), theirs / ours
    times = f"server {ours * 1000:8.2f} ms   kept {kept * 1000:6.2f} ms   rdflib {theirs * 1000:9.1f} ms"
    print(f"{name:20s} {times}   {ratio:8.1f} ×")
    return ratio


def fetched(connection: http.client.HTTPConnection, url: str, accept: str) -> bytes:
    """Return the body of an answer over a connection that is kept, as clients keep theirs."""
    connection.request("GET", url, headers={"Accept": accept})
    return connection.getresponse().read()


def fetch(url: str, accept: str) -> bytes:
    """Return the body of an answer."""
    asked = urllib.request.Request(url, headers={"Accept": accept})  # noqa: S310 - our own server
    with urllib.request.urlopen(asked) as answer:  # noqa: S310 - our own server
        return bytes(answer.read())


def median(work: Callable[[], object], times: int) -> float:
    """Return the median of the wall seconds that `work` takes."""
    return statistics.median(_timed(work) for _ in range(times))


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@contextmanager
def server() -> Iterator[tuple[str, psutil.Process]]:
    """Run `g7graph serve` on a free port of the loopback until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "g7graph", "serve", "--port", str(port)]
    process = psutil.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/api/queries/indicator-progress.json", process)
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_for(url: str, process: psutil.Popen) -> None:
    """Wait until a URL answers."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            fetch(url, "*/*")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.01)
        else:
            return
    raise SystemExit("the server did not start")


def cpu_seconds(process: psutil.Process) -> float:
    """Return user and system seconds of a process and its descendants, ended ones included."""
    total = 0.0
    for one in (process, *process.children(recursive=True)):
        times = one.cpu_times()
        total += times.user + times.system + times.children_user + times.children_system
    return total


def pss_megabytes(process: psutil.Process) -> float:
    """Return the proportional set size of a process and its descendants."""
    tree = (process, *process.children(recursive=True))
    return float(sum(one.memory_full_info().pss for one in tree)) / 1e6


if __name__ == "__main__":
    main()
