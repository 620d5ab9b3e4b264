"""Readers on one machine: workers forked over a store in memory, beside workers that each open one store on disk.

    python -m bench.replicas --triples 1000000 [--workers 1 2 4] [--seconds S] [--folder FOLDER]

For each number of workers: the memory of the process tree (PSS: what is shared is counted once; USS: what is nobody
else's), before and at its highest while a medium SELECT (1,000 rows), never the same twice, is asked eight at a time;
its requests a second; the seconds from the start to the first answer.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import psutil

from bench import servers
from bench.dataset import prepare
from bench.servers import Server, peak_pss, pss_megabytes
from bench.service import kept_folder
from bench.throughput import Asker, Request, answer

CONCURRENCY = 8


def main() -> None:
    """Measure and print what the options ask for."""
    options = _options()
    with kept_folder(options.folder) as folder:
        dataset = prepare(folder, options.triples, options.seed)
        print(f"{options.triples} triples      first answer   PSS    USS   highest PSS   medium at {CONCURRENCY}")
        for workers in options.workers:
            for name, store in (("memory", "memory"), ("disk", str(dataset.store))):
                given = ["--workers", str(workers)]
                with servers.ours(dataset.root, store=store, options=given) as server:
                    print(f"{name:8s}{workers} workers {_measured(server, options.seconds)}", flush=True)


def _measured(server: Server, seconds: float) -> str:
    asker, medium = Asker(), Request.named("medium")
    answer(server, medium)
    before, own = pss_megabytes(server), uss_megabytes(server)
    with peak_pss(server) as peak:
        figures = asker.measure(server, medium, concurrency=CONCURRENCY, seconds=seconds)
    failed = f" ({figures.failed} failed)" if figures.failed else ""
    return f"{server.seconds:8.2f} s {before:8.0f} {own:6.0f} MB {peak[0]:8.0f} MB {figures.rate:9.1f}/s{failed}"


def uss_megabytes(server: Server) -> float:
    """Return the memory that each process of the tree has for itself; what ends meanwhile counts nothing."""
    total = 0
    for process in server.tree:
        try:
            total += process.memory_full_info().uss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return total / 1e6


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--triples", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4], metavar="N")
    parser.add_argument("--seconds", type=float, default=10.0, metavar="S", help="of each measurement")
    parser.add_argument("--folder", type=Path, metavar="FOLDER", help="keep data and store here for the next run")
    return parser.parse_args()


if __name__ == "__main__":
    main()
