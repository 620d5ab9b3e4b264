"""Compiled templates are kept for the next start, and nobody minds where they cannot be."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment

from g7graph.web import compiled
from g7graph.web.compiled import Compiled

OPTIONS = {"trim_blocks": True}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(compiled, "_FOLDER", tmp_path / "__pycache__")
    return tmp_path / "__pycache__"


def written(source: str, options: dict[str, object] | None = None) -> str:
    chosen = options or dict(OPTIONS)
    environment = Environment(loader=DictLoader({"a.html": source}), bytecode_cache=Compiled(chosen), autoescape=True)
    return environment.get_template("a.html").render()


def test_what_was_compiled_is_kept_until_its_source_or_options_change(folder: Path) -> None:
    assert written("one") == "one"
    (kept,) = folder.iterdir()
    first = kept.read_bytes()
    assert written("one") == "one"
    assert kept.read_bytes() == first
    assert written("two") == "two"
    assert kept.read_bytes() != first
    assert written("two", {"trim_blocks": False}) == "two"
    assert len(list(folder.iterdir())) == 2


def test_where_nothing_is_to_be_kept_or_can_be_templates_are_compiled(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write_text("a file stands here")
    assert written("one") == "one"
    folder.unlink()
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert written("one") == "one"
    assert not folder.exists()


def test_what_is_broken_is_compiled_anew(folder: Path) -> None:
    assert written("one") == "one"
    (kept,) = folder.iterdir()
    for broken in (b"", b"nonsense", kept.read_bytes()[:-20]):
        kept.write_bytes(broken)
        assert written("one") == "one"
