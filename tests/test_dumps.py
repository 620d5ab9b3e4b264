"""Dumps of whole stores: the bytes of the exports, however little is held in memory at a time."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from g7graph.exports import GRAPHS, dumps
from g7graph.store.local import LocalStore

AWKWARD = r"""
_:a <http://x/p> "a <b>"^^<http://x/t> .
_:a <http://x/p> "_:x <b" <http://x/g> .
_:b <http://x/q> _:a _:g .
<http://x/s> <http://x/p> <<( <http://x/a> <http://x/b> _:a )>> <http://x/g> .
<http://x/s> <http://x/p> <<( <http://x/a> <http://x/b> "c <d> ." )>> .
<http://x/s> <http://x/p> "a .\n <http://www.w3.org/2004/02/skos/core#x> ."@en--ltr .
<http://x/s> <http://x/p> "x\u0000y\n\"z <https://w3id.org/g7graph/id/result/4>" .
<http://x/s> <http://x/p> "x\\" <http://x/g> .
<http://x/s> <http://x/a> <http://www.w3.org/2004/02/skos/core#a/b> .
<http://x/s> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/g7graph/ontology#Result> .
<http://x/s> <http://x/p> "\u00e1\U0001f600" <https://w3id.org/g7graph/graph/a> .
"""


def statements(text: str) -> ox.Store:
    store = ox.Store()
    store.load(text, format=ox.RdfFormat.N_QUADS)
    return store


@pytest.mark.parametrize("run_bytes", [1, 300, 64_000_000])
@pytest.mark.parametrize("text", [AWKWARD, "", "<http://x/s> <http://x/p> <http://x/o> .\n"])
def test_a_dump_has_the_bytes_of_the_export(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, run_bytes: int
) -> None:
    monkeypatch.setattr(dumps, "_RUN_BYTES", run_bytes)
    store = statements(text)
    written = dumps.write(store, tmp_path)
    assert [path.name for path in written] == ["dataset.nq", "dataset.trig"]
    for path in written:
        assert path.read_bytes() == GRAPHS[path.suffix[1:]].write(store)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dataset.nq", "dataset.trig"]


def test_the_dump_of_the_project_has_the_bytes_of_the_export(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: LocalStore
) -> None:
    monkeypatch.setattr(dumps, "_RUN_BYTES", 500_000)
    for path in dumps.write(store.inner, tmp_path):
        assert path.read_bytes() == GRAPHS[path.suffix[1:]].write(store.inner)
