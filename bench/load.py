"""Loading on disk beside pyoxigraph's own bulk load, then a cold start and the memory of serving from disk.

    python -m bench.load --triples 10000000 [--data FILE | --framework] [--rounds N] [--dumps] [--folder FOLDER]

What `g7graph build --no-dumps` does and `Store(path).bulk_load` take turns over the same files: N-Quads served as they
are or, with `--framework`, the Turtle of a framework. Each is a process of its own, from its start to its end; what
ours does more for a framework, to derive, to compact and to prepare, stands on lines of its own. Seconds, peak resident
memory, ratio of the loads; of a framework also what its overviews take, as they are materialised and as queries of
strangers, which are evaluated anew, and its front page. `--dumps`: all that `build` writes for publication beside the
engine's own dump of N-Quads.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

from pyoxigraph import Literal

from bench import servers
from bench.patterns import framework, quads
from bench.servers import Server, peak_pss, pss_megabytes
from bench.service import kept_folder
from bench.synthetic import generate
from bench.throughput import Asker, Request, answer
from g7graph import i18n
from g7graph.project import Project
from g7graph.queries import Library
from g7graph.run import filled

STORE = "store"
STARTS = 3
OVERVIEWS = ("axis-progress", "objective-progress", "result-progress", "agency-progress")
_TIMES = re.compile(r"(\w+);dur=([\d.]+)")
MORE = ("derive", "compact", "prepare")


@dataclass(frozen=True)
class Load:
    """What a load took, the highest resident memory of its process, and the seconds of each of its steps."""

    seconds: float
    megabytes: float
    steps: Mapping[str, float] = field(default_factory=dict)

    @property
    def loading(self) -> float:
        """Its seconds without those of what a bulk load does not do."""
        return self.seconds - sum(self.steps.get(name, 0.0) for name in MORE)


def main() -> None:
    """Measure and print what the options ask for."""
    options = _options()
    with kept_folder(options.folder) as folder:
        data = _data(folder, options)
        built, theirs = folder / "load-ours", folder / "load-theirs"
        if not options.serve_only:
            loading(data, built, theirs, options.rounds)
        if options.dumps:
            dumping(data, built)
        serving(data, built / STORE)


def loading(data: Path, built: Path, theirs: Path, rounds: int) -> None:
    """Load on both sides in turns and print seconds, memory and the ratio of speeds."""
    own, other = [], []
    for _ in range(rounds):
        shutil.rmtree(built, ignore_errors=True)
        own.append(_child("--build", data, built / STORE))
        shutil.rmtree(theirs, ignore_errors=True)
        other.append(_child("--bulk-load", data, theirs))
        shutil.rmtree(theirs, ignore_errors=True)
    for name, loads in (("g7graph, loading", own), ("pyoxigraph bulk_load", other)):
        seconds = statistics.median(load.loading for load in loads)
        print(f"{name:22s}{seconds:8.1f} s   {max(load.megabytes for load in loads):7.0f} MB at its highest")
    ratio = statistics.median(b.loading / a.loading for a, b in zip(own, other, strict=True))
    print(f"{'speed':22s}{ratio:8.2f} × that of bulk_load", flush=True)
    for name in MORE:
        if name in own[0].steps:
            print(f"{f'g7graph, {name}':22s}{statistics.median(load.steps[name] for load in own):8.1f} s", flush=True)


def dumping(data: Path, built: Path) -> None:
    """Write the dumps of the store that was built, and what the engine's own `dump` writes of it; print both."""
    shutil.rmtree(built / "dumps", ignore_errors=True)
    own = run([sys.executable, "-m", "g7graph", "--data", str(data), "build", "--output", str(built)])
    other = _child("--dump", built / "theirs.nq", built / STORE)
    (built / "theirs.nq").unlink()
    for name, load in (("all dumps", own), ("pyoxigraph dump", other)):
        print(f"{name:22s}{load.seconds:8.1f} s   {load.megabytes:7.0f} MB at its highest", flush=True)
    files = [path for path in (built / "dumps").rglob("*") if path.is_file()]
    megabytes = sum(path.stat().st_size for path in files) / 1e6
    ratio = own.seconds / other.seconds
    print(f"{'':22s}{ratio:8.1f} × as long for {len(files)} files, {megabytes:.0f} MB", flush=True)


def serving(data: Path, store: Path) -> None:
    """Start from the built store some times, then ask until the memory settles; print both."""
    starts = []
    for _ in range(STARTS):
        with servers.ours(data, store=str(store)) as server:
            starts.append(server.seconds)
    print(f"{'serve to first answer':22s}{statistics.median(starts):8.2f} s   (wall, store built, page cache warm)")
    if data.is_dir():
        with servers.ours(data, store=str(store)) as server:
            overviews(server)
    with servers.ours(data, store=str(store)) as server:
        print(f"{'memory, started':22s}{pss_megabytes(server):8.0f} MB PSS")
        with peak_pss(server) as peak:
            _ask(server, _requests(data))
        print(f"{'memory, after queries':22s}{pss_megabytes(server):8.0f} MB PSS, {peak[0]:.0f} MB at its highest")


def overviews(server: Server) -> None:
    """Ask for the overviews at addresses and in texts that were not asked for before; print the time of the engine."""
    library = Library.read(Project.default().queries)
    for name in OVERVIEWS:
        text = filled(library[name].text, {"lang": [Literal("es")]})
        addresses = [f"/api/queries/{name}.{form}?lang={lang}" for form in ("json", "csv") for lang in i18n.LANGUAGES]
        ready = [_timed(server, address)["eval"] for address in addresses]
        queries = [quote(f"{text}\n# {number}", safe="") for number in range(len(addresses))]
        anew = [_timed(server, f"{server.path}?query={query}")["eval"] for query in queries]
        print(f"{name:22s}{_spread(ready)} materialised; {_spread(anew)} evaluated anew", flush=True)
    pages = [_timed(server, f"/?lang={lang}")["total"] for lang in i18n.LANGUAGES]
    print(f"{'front page':22s}{_spread(pages)} of the server", flush=True)


def _timed(server: Server, target: str) -> dict[str, float]:
    """Return what an answer says it took, in milliseconds. Raises SystemExit for one that is none."""
    status, headers, body = servers.get(server.port, target, timeout=120.0, accept="*/*")
    if status != http.client.OK:
        raise SystemExit(f"{server.name} answers {status} to {target}: {body[:300]!r}")
    return {name: float(time) for name, time in _TIMES.findall(headers["server-timing"])}


def _spread(times: Sequence[float]) -> str:
    return f"{statistics.median(times):8.1f} ms (most {max(times):.1f})"


def run(command: Sequence[str]) -> Load:
    """Run a program to its end; what it prints are the seconds of its steps. Raises SystemExit where it fails."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        printed = process.stdout.read() if process.stdout else b""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    seconds = time.perf_counter() - start
    return Load(seconds, usage.ru_maxrss * 1024 / 1e6, json.loads(printed) if printed else {})


def _child(what: str, data: Path, folder: Path) -> Load:
    return run([sys.executable, "-m", "bench.load", what, str(data), "--folder", str(folder)])


def build(data: Path, folder: Path) -> None:
    """Build as `g7graph build --no-dumps` does, and print the seconds of each step."""
    from g7graph import build as ours

    begun: list[tuple[str, float]] = []
    project = Project.find(data)
    version = ours.build(project, folder, on_step=lambda name: begun.append((name, time.perf_counter())))
    begun.append(("count", time.perf_counter()))
    store = ours.opened(folder, version, union=not project.is_plain)
    len(store.inner)
    print(json.dumps({name: after - start for (name, start), (_, after) in pairwise(begun)}))


def bulk_load(data: Path, folder: Path) -> None:
    """Load as pyoxigraph does: a file of N-Quads, or each Turtle file of a framework into its graph."""
    import pyoxigraph as ox

    from g7graph.graph import format_of

    store = ox.Store(str(folder))
    for file in Project.find(data).graph_files():
        graph = ox.NamedNode(file.iri) if file.iri else None
        store.bulk_load(path=str(file.path), format=format_of(file.path), to_graph=graph)
    store.flush()


def dump(target: Path, folder: Path) -> None:
    """Write a store as N-Quads, as the engine does: in no order, in one file, not packed."""
    import pyoxigraph as ox

    ox.Store.read_only(str(folder)).dump(str(target), format=ox.RdfFormat.N_QUADS)


def _ask(server: Server, requests: Sequence[Request]) -> None:
    """A mix: some of each size one by one, then eight of the largest at a time. Raises SystemExit for what fails."""
    asker = Asker()
    for request in requests:
        status, _, body = answer(server, request)
        if status != http.client.OK or b'"value"' not in body:
            raise SystemExit(f"no rows, status {status}: {body[:300]!r}")
        asker.measure(server, request, concurrency=1, seconds=5)
    asker.measure(server, requests[-1], concurrency=8, seconds=20)


def _requests(data: Path) -> list[Request]:
    """A medium and a large SELECT; of plain RDF, whose default graph may be empty, from its named graphs."""
    if data.is_dir():
        return [Request.named(name) for name in ("medium", "large")]
    return [Request(f"SELECT ?s ?p ?o WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }} LIMIT {rows}") for rows in (1_000, 100_000)]


def _data(folder: Path, options: argparse.Namespace) -> Path:
    name = folder / f"load-{options.triples}-{options.seed}"
    path = name if options.framework else name.with_suffix(".nq")
    if options.data or path.exists():
        return options.data or path
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
    parser.add_argument("--data", type=Path, metavar="PATH", help="load this, whatever it is, and nothing generated")
    parser.add_argument("--dumps", action="store_true", help="write the dumps, too")
    for name in CHILDREN:
        parser.add_argument(f"--{name}", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    for name, work in CHILDREN.items():
        given = getattr(options, name.replace("-", "_"))
        if given:
            work(given, options.folder)
            raise SystemExit
    return options


#: What is measured in a process of its own.
CHILDREN = {"build": build, "bulk-load": bulk_load, "dump": dump}


if __name__ == "__main__":
    main()
