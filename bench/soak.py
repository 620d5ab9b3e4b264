"""A mixed load on a real service for a bounded time, that ends by looking for what it left behind.

    python -m bench.soak --seconds 300 [--writable] [--clients 12]

Valid and invalid queries, runaways, saved queries, pages, graphs, large answers, clients that vanish, bodies that are
cut and, if told so, writes. Latencies by kind; exit code 1 where an answer was not what it should be, or where a
process, an open file, memory or a temporary file is left once all clients have gone.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench import servers
from bench.mix import KINDS, TIMEOUT_SECONDS, TOKEN, Line, Load
from bench.patterns import framework
from bench.servers import Server
from bench.synthetic import generate

TRIPLES = 10_000
QUERY_SECONDS = 4
WARM_SECONDS = 15
WARM_WRITES = 3
QUIET_SECONDS = 45  # idle threads of the server and idle connections end in less
MARGIN_SHARE, MARGIN_MEGABYTES = 0.15, 20


@dataclass(frozen=True)
class State:
    """What there is of a service: processes, open files by process, files, memory, whether it is well."""

    processes: int
    ended: int
    files: Mapping[str, tuple[int, ...]]
    temporary: tuple[str, ...]
    memory: Mapping[str, float]
    well: bool

    @property
    def megabytes(self) -> float:
        """The memory of all."""
        return sum(self.memory.values())


def state(server: Server, folder: Path) -> State:
    """Look at a service and its temporary folder; turns are kept as files, as many as there are clients."""
    tree = server.tree
    ended = 0
    counts: dict[str, list[int]] = defaultdict(list)
    memory: Counter[str] = Counter()
    for one in tree:
        with suppress(psutil.NoSuchProcess):  # a worker that is replaced just now
            ended += one.status() == psutil.STATUS_ZOMBIE
            role = _role(one, server)
            counts[role].append(one.num_fds())
            memory[role] += one.memory_full_info().pss
    walked = (
        (Path(parent), folders + names) for parent, folders, names in os.walk(folder)
    )  # what vanishes is passed by
    found = [
        (parent / name).relative_to(folder) for parent, names in walked if parent.name != "turns" for name in names
    ]
    said = servers.get(server.port, "/health", timeout=TIMEOUT_SECONDS)
    kept = tuple(sorted("edition" if part.name.isdigit() else part.name for part in found))
    files = {role: tuple(sorted(numbers)) for role, numbers in counts.items()}
    well = said[0] == http.client.OK and bool(json.loads(said[2])["ready"])
    return State(len(tree), ended, files, kept, {role: size / 1e6 for role, size in memory.items()}, well)


def _role(process: psutil.Process, server: Server) -> str:
    if process == server.process:
        return "parent"
    if process.children():
        return "nurseries"
    return "fronts" if process.parent() == server.process else "workers"


def leaks(before: State, after: State) -> list[str]:
    """Say what is left: nothing, where all is well."""
    found = [] if after.well else ["it is not well"]
    if after.processes != before.processes or after.ended:
        found.append(f"processes: {before.processes} → {after.processes}, {after.ended} ended and not waited for")
    for role, numbers in after.files.items():
        if max(numbers) > max(before.files.get(role, (0,))):
            found.append(f"open files of {role}: {before.files.get(role)} → {numbers}")
    if after.temporary != before.temporary:
        found.append(f"temporary files: {before.temporary} → {after.temporary}")
    most = before.megabytes * (1 + MARGIN_SHARE) + MARGIN_MEGABYTES
    if after.megabytes > most:
        found.append(f"memory: {before.megabytes:.0f} → {after.megabytes:.0f} MB PSS, at most {most:.0f}")
    return found


def settled(server: Server, folder: Path, before: State | None = None) -> State:
    """Return the state once nothing goes on any more: as before, or when it has been quiet for long enough."""
    end = time.monotonic() + QUIET_SECONDS
    while True:
        now = state(server, folder)
        if time.monotonic() > end or (before and not leaks(before, now)):
            return now
        time.sleep(1)


def saved(server: Server) -> list[str]:
    """Return the addresses of the saved queries that answer as they are."""
    listed = json.loads(servers.get(server.port, "/api/queries", timeout=TIMEOUT_SECONDS)[2])
    found = [f"/api/queries/{one['name']}.json" for one in listed]
    return [one for one in found if servers.get(server.port, one, timeout=TIMEOUT_SECONDS)[0] == http.client.OK]


def soak(server: Server, folder: Path, options: argparse.Namespace) -> list[str]:
    """Warm a service up, load it, print latencies, and return what is wrong."""
    targets = saved(server)
    Load(server.port, targets, writable=options.writable).run(options.clients, WARM_SECONDS, options.seed)
    if options.writable:
        for number in range(WARM_WRITES):
            Line(server.port, "127.0.0.1").exchange(KINDS["write"][0](random.Random(number), targets))  # noqa: S311
    before = settled(server, folder)
    load = Load(server.port, targets, writable=options.writable)
    load.run(options.clients, options.seconds, options.seed + 1)
    report(load)
    after = settled(server, folder, before)
    for name, one in (("before", before), ("after", after)):
        memory = ", ".join(f"{role} {size:.0f}" for role, size in one.memory.items())
        print(f"{name:7s}{one.processes} processes, open files {dict(one.files)}, {one.megabytes:.0f} MB PSS: {memory}")
    return leaks(before, after) + [f"{count} × {what}" for what, count in Counter(load.wrong).most_common(20)]


def report(load: Load) -> None:
    """Print how many requests of each kind there were, what they ended in, how long they took."""
    print(f"{'kind':10s}{'requests':>9s}{'p50 ms':>9s}{'p99 ms':>9s}{'max ms':>9s}   ended in")
    for kind, times in sorted(load.seconds.items()):
        ordered = sorted(one * 1000 for one in times)
        p50, p99 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
        ended = ", ".join(f"{status} × {count}" for status, count in load.statuses[kind].most_common())
        print(f"{kind:10s}{len(ordered):9d}{p50:9.1f}{p99:9.1f}{ordered[-1]:9.1f}   {ended}", flush=True)


@contextmanager
def _temporary(folder: Path) -> Iterator[None]:
    """Have the service put what is temporary into a folder."""
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(folder)
    try:
        yield
    finally:
        os.environ.pop("TMPDIR")
        if before is not None:
            os.environ["TMPDIR"] = before


def main() -> None:
    """Run what the options ask for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, metavar="S")
    parser.add_argument("--clients", type=int, default=12, metavar="N")
    parser.add_argument("--triples", type=int, default=TRIPLES, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--writable", action="store_true", help="send writes, too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="g7graph-bench-") as home:
        root, folder, tokens = Path(home, "root"), Path(home, "temporary"), Path(home, "tokens")
        folder.mkdir()
        tokens.write_text(f"soak {TOKEN}\n", encoding="utf-8")
        with framework(root) as sink:
            generate(sink, options.triples, options.seed)
        more = ["--writable", "--token-file", str(tokens)] if options.writable else []
        with _temporary(folder), servers.ours(root, options=["--query-seconds", str(QUERY_SECONDS), *more]) as server:
            wrong = soak(server, folder, options)
        wrong += [f"left in the temporary folder: {one.name}" for one in folder.iterdir()]
    print("\n".join(wrong) or "nothing is left")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
