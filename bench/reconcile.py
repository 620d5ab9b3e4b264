"""Batches of messy names at `/reconcile`: the server's own time, beside RapidFuzz alone over the same labels.

    python -m bench.reconcile [--triples 0 1000000] [--folder FOLDER]

0 triples are the project's own data, with the labelled names of the tests; else the names are labels of the synthetic
framework with a letter changed. The peer is what a script would do: `process.extract` with `WRatio` over all names,
folded, without types, codes, kinds or reasons. Both are asked in turn; the least of some turns counts.
"""

from __future__ import annotations

import argparse
import csv
import http.client
import json
import random
import re
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

from rapidfuzz import fuzz, process

from bench import servers
from bench.dataset import prepare
from bench.servers import Server
from bench.service import kept_folder
from bench.throughput import JSON
from g7graph.vocab import fold
from g7graph.web import asks

SIZES = (10, 50)
TURNS = 7
SEED = 1
_NAMES = Path(__file__).resolve().parent.parent / "tests" / "data" / "reconcile" / "names.csv"
_TOTAL = re.compile(r"total;dur=([\d.]+)")
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def main() -> None:
    """Measure and print, one size of data after the other; each line ends with the ratio, ours by the peer's."""
    options = _options()
    for triples in options.triples:
        with kept_folder(options.folder) as folder, ExitStack() as stack:
            root = prepare(folder, triples).root if triples else None
            mine = stack.enter_context(servers.ours(root))
            labels = _labels(mine)
            names = _misspelt(labels) if triples else [row["name"] for row in csv.DictReader(_NAMES.open())]
            name = f"{triples:,} triples" if triples else "own data"
            print(f"{name}: {len(labels)} names; ms for a batch, the least of {TURNS} turns")
            for size in SIZES:
                _batch(mine, labels, random.Random(SEED).sample(names, size))  # noqa: S311 - no secret


def _batch(mine: Server, labels: Sequence[str], names: Sequence[str]) -> None:
    ours, theirs = [], []
    for _ in range(TURNS):
        ours.append(_ours(mine, names))
        theirs.append(_theirs(labels, names))
    own, peer = min(ours), min(theirs)
    print(f"  {len(names):3d} names: ours {own:7.1f}, RapidFuzz {peer:7.1f}, ratio {own / peer:5.2f}", flush=True)


def _ours(mine: Server, names: Sequence[str]) -> float:
    """Return the milliseconds that the server says a batch took."""
    batch = json.dumps({str(number): {"query": name} for number, name in enumerate(names)})
    connection = http.client.HTTPConnection("127.0.0.1", mine.port)
    connection.request("POST", "/reconcile", urlencode({"queries": batch}), _FORM)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    found = _TOTAL.search(answer.headers.get("Server-Timing", ""))
    if answer.status != http.client.OK or found is None:
        raise SystemExit(body.decode())
    return float(found[1])


def _theirs(labels: Sequence[str], names: Sequence[str]) -> float:
    begun = time.perf_counter()
    for name in names:
        process.extract(fold(name), labels, scorer=fuzz.WRatio, limit=10)
    return (time.perf_counter() - begun) * 1000


def _labels(mine: Server) -> list[str]:
    """Return the names of all things that can be matched, folded."""
    connection = http.client.HTTPConnection("127.0.0.1", mine.port)
    query = urlencode({"query": asks.text("reconcile-things")})
    connection.request("POST", "/sparql", query, {**_FORM, "Accept": JSON})
    rows = json.loads(connection.getresponse().read())["results"]["bindings"]
    connection.close()
    return sorted({fold(row["value"]["value"]) for row in rows if row["role"]["value"] in ("name", "other", "later")})


def _misspelt(labels: Sequence[str]) -> list[str]:
    chance = random.Random(SEED)  # noqa: S311 - no secret
    places = [(label, chance.randrange(len(label))) for label in labels]
    return [label[:place] + "x" + label[place + 1 :] for label, place in places]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--triples", type=int, nargs="+", default=[0])
    parser.add_argument("--folder", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
