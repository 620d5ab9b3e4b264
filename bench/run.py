"""Speed and memory of the server on the project's own data, each beside its peer in the same run.

    make bench

1. CPU seconds of the whole process tree from `g7graph serve` to its first answer (wanted: under 2), and its memory
   (proportional set size, PSS) after every saved query was asked (wanted: under 150 MB).
2. Each saved query through the server and on an rdflib in-memory graph: median times and their ratio (wanted: 20 ×).
"""

from __future__ import annotations

import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil
import rdflib

import g7graph
from g7graph import run

SERVER_RUNS = 15
RDFLIB_RUNS = 3
START_SECONDS = 60.0


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
    worst = min(ratio for ratio in ratios)
    print(f"slowest gain over rdflib        {worst:8.1f} ×    (wanted: 20 or more)")
    sys.exit(cpu >= 2 or memory >= 150 or worst < 20)


def bound(g7: g7graph.api.G7, name: str) -> str:
    """Return the text of a saved query as the server runs it without parameters."""
    return run.bind(g7.store, g7.library[name], {})


def compare(url: str, graph: rdflib.Graph, text: str) -> float:
    """Time a query on both sides, print the line, return how many times faster the server is."""
    ours = median(lambda: urllib.request.urlopen(url).read(), SERVER_RUNS)  # noqa: S310 - our own server
    theirs = median(lambda: list(graph.query(text)), RDFLIB_RUNS)
    name = url.rpartition("/")[2].removesuffix(".json")
    print(f"{name:24s} server {ours * 1000:9.2f} ms   rdflib {theirs * 1000:10.1f} ms   {theirs / ours:8.1f} ×")
    return theirs / ours


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
        wait_for(f"http://127.0.0.1:{port}/health", process)
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_for(url: str, process: psutil.Popen) -> None:
    """Wait until a URL answers."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url).read()  # noqa: S310 - our own server
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
