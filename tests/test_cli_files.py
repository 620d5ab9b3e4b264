"""The command line before files that may not be read, are of another kind, or are no files at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from g7graph import graph
from g7graph.cli import main, output
from g7graph.project import GraphFile

STATEMENT = "<http://x/a> <http://x/b> <http://x/c> .\n"
SEEN = "<https://w3id.org/g7graph/ontology#a> <http://x/b> <http://x/c> .\n"


def cli(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """The engine says only why; a folder of such a name is what nobody can read, whoever runs this."""
    folder = tmp_path / "folder.ttl"
    folder.mkdir()
    with pytest.raises(OSError, match="Is a directory") as caught:
        list(graph.parse(GraphFile(folder, None)))
    assert caught.value.filename == str(folder)


@pytest.mark.parametrize(
    ("words", "folder"),
    [
        ("validate", "data/ttl/closed"),
        ("validate", "queries/checks"),
        ("build --no-dumps", "data/ttl/closed"),
        ("build --no-dumps", "queries/derive"),
        ("build --no-dumps", "ontology/codes"),
        ("queries", "queries/derive"),
    ],
)
def test_a_folder_that_may_not_be_looked_into_is_not_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, folder: str
) -> None:
    """Without it there would be no finding, no graph, no rule."""
    for name in ("data/ttl", "queries", "ontology"):
        (tmp_path / name).mkdir(parents=True)
    closed = tmp_path / folder
    closed.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data/ttl/a.ttl").write_text(SEEN, encoding="utf-8")
    look = os.scandir

    def scandir(path: str | Path = ".") -> Iterator[os.DirEntry[str]]:
        if Path(path) == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return look(str(path))

    monkeypatch.setattr(os, "scandir", scandir)
    said = cli("--data", tmp_path, "--lang", "en", *words.split())
    assert (said.exit_code, said.output) == (2, f"{closed} cannot be read or written: Permission denied.\n")


@pytest.mark.parametrize("command", [("validate",), ("query", "links")])
def test_a_file_that_does_not_end_like_rdf_is_refused_with_the_endings_there_are(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "data.csv").write_text(STATEMENT, encoding="utf-8")
    said = cli("--data", tmp_path / "data.csv", "--lang", "en", *command)
    assert said.exit_code == 1
    assert "data.csv does not end like a file of RDF: .jsonld .n3 .nq .nt .owl .rdf .trig .ttl." in said.output


def test_a_folder_for_a_file_and_a_file_for_a_folder_are_refused_in_the_language_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text("", encoding="utf-8")
    assert cli("import", "iati", tmp_path).output.splitlines()[0] == "FILE... espera un archivo, no una carpeta."
    said = cli("freeze", tmp_path / "a.xml", "--lang", "fr").output
    assert said.splitlines()[0] == "DIR attend un dossier, non un fichier."


def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path) -> None:
    """As `/dev/stdout` and `/dev/null` are: nothing is put in their place."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with output.opened(pipe) as out:
            out.write(b"written")
        assert os.read(reader, 100) == b"written"
    finally:
        os.close(reader)
    assert pipe.is_fifo()
    assert [*tmp_path.iterdir()] == [pipe]


def test_a_link_goes_on_leading_where_it_did(tmp_path: Path) -> None:
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_bytes(b"old")
    link.symlink_to(file)
    with output.opened(link) as out:
        out.write(b"new")
    assert link.is_symlink()
    assert file.read_bytes() == b"new"
