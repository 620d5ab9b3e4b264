"""`g7graph verify`: the same or another result, why, and which rows; nobody is asked but whom the user names."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from click.testing import CliRunner, Result

from g7graph import i18n
from g7graph.build import open_store
from g7graph.cli import main
from g7graph.project import Project
from g7graph.queries import Library
from g7graph.result import Run, Runner, Wanted
from g7graph.web import create_app

QUERY = """#+ columns: {place: iri, people: integer}
SELECT ?place ?people { ?place <http://x/people> ?people } ORDER BY ?place
"""
DATA = "<http://x/a> <http://x/people> 10 .\n<http://x/b> <http://x/people> 20 .\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A framework of two statements and a query."""
    for folder in ("data/ttl", "queries/places"):
        (tmp_path / "one" / folder).mkdir(parents=True)
    (tmp_path / "one/data/ttl/a.ttl").write_text(DATA)
    (tmp_path / "one/queries/places/people.rq").write_text(QUERY)
    return tmp_path / "one"


def cited(root: Path, form: str = "json") -> tuple[str, Path]:
    """The address of a run, and its answer, saved."""
    project = Project.find(root)
    library, saved = Library.read(project.queries), root.parent / f"saved.{form}"
    with saved.open("wb") as out:
        told = Runner(open_store(project), library).give(Run(library["people"]), Wanted(form), out)
    return "https://data.example/plan/" + told.citation.address, saved


def verify(root: Path, *args: object, lang: str = "en") -> Result:
    return CliRunner().invoke(main, ["verify", "--data", str(root), "--lang", lang, *map(str, args)])


@pytest.fixture
def served(root: Path) -> Iterator[str]:
    """The same framework, served on the loopback."""

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    project = Project.find(root)
    with make_server("127.0.0.1", 0, create_app(project, open_store(project)), handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("lang", "said"), [("es", "El mismo resultado"), ("en", "The same result"), ("fr", "Le même résultat")]
)
def test_what_is_the_same_is_said_to_be(root: Path, lang: str, said: str) -> None:
    address, saved = cited(root)
    result = verify(root, address, "--answer", saved, lang=lang)
    assert (result.exit_code, result.output.startswith(said)) == (0, True)


def test_nobody_is_asked_unless_the_user_says_so(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address, _ = cited(root)
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("a connection was opened"))
    assert verify(root, address).exit_code == 0


@pytest.mark.parametrize("form", ["json", "xml", "tsv"])
def test_the_rows_that_differ_from_a_saved_answer_are_shown(root: Path, form: str) -> None:
    address, saved = cited(root, form)
    (root / "data/ttl/a.ttl").write_text(DATA.replace("20", "21"))
    result = verify(root, address, "--answer", saved)
    assert result.exit_code == 1
    said = result.output.splitlines()
    assert said[0] == "Another result: people does not give today what was cited."
    assert said[1] == "- The data has changed (or the program that derives it)."
    assert [line.split(":")[0] for line in said[2:5]] == [
        "  Version of the query",
        "  Edition of the data",
        "  Result (SHA-256)",
    ]
    shown = [line.split() for line in said if line.startswith(("http", "Rows"))]
    assert shown == [
        ["Rows", "that", "are", "gone:", "1"],
        ["http://x/b", "20"],
        ["Rows", "that", "are", "new:", "1"],
        ["http://x/b", "21"],
    ]


def test_a_change_that_leaves_the_result_as_it_was_is_the_same_result(root: Path) -> None:
    address, _ = cited(root)
    (root / "data/ttl/b.ttl").write_text("<http://x/a> <http://x/other> 1 .")
    result = verify(root, address)
    assert result.exit_code == 0
    assert "- The data has changed" in result.output
    (root / "queries/places/people.rq").write_text(QUERY + "# as before\n")
    result = verify(root, address)
    assert result.exit_code == 0
    assert "- The query has changed." in result.output


def test_an_address_that_was_altered_is_told_from_what_changed(root: Path) -> None:
    address, _ = cited(root)
    digit = "0" if address[-1] != "0" else "1"
    result = verify(root, address[:-1] + digit)
    assert result.exit_code == 1
    assert "Neither the query nor the data has changed" in result.output


def test_a_saved_answer_that_is_another_is_not_taken_for_the_cited_one(root: Path) -> None:
    address, saved = cited(root)
    saved.write_text(saved.read_text().replace("20", "200"))
    result = verify(root, address, "--answer", saved)
    assert result.exit_code == 1
    assert "is not the answer that was cited" in result.output
    assert "The same result" in result.output


def test_many_rows_that_differ_are_not_all_shown(root: Path) -> None:
    address, saved = cited(root)
    more = "".join(f"<http://x/{number}> <http://x/people> {number} .\n" for number in range(100))
    (root / "data/ttl/a.ttl").write_text(DATA + more)
    result = verify(root, address, "--answer", saved)
    assert "Rows that are new: 100" in result.output
    assert "… and 80 more" in result.output


@pytest.mark.parametrize("address", ["https://data.example/", "people", "https://x/api/queries/people", ""])
def test_what_is_no_run_is_wrong_usage(root: Path, address: str) -> None:
    result = verify(root, address)
    assert result.exit_code == 2
    assert "is not the address of a cited run" in result.output


def test_a_query_that_is_not_there_is_wrong_usage(root: Path) -> None:
    address, _ = cited(root)
    assert verify(root, address.replace("people", "peeple")).exit_code == 2


@pytest.mark.parametrize(("name", "content"), [("none.json", None), ("a.csv", "x"), ("a.json", "{"), ("a.xml", "<a>")])
def test_a_saved_answer_that_cannot_be_read_is_wrong_usage(root: Path, name: str, content: str | None) -> None:
    address, _ = cited(root)
    path = root.parent / name
    if content is not None:
        path.write_text(content)
    result = verify(root, address, "--answer", path)
    assert result.exit_code == 2
    assert str(path) in result.output
    assert "Traceback" not in result.output


def test_a_service_says_that_it_is_the_same(root: Path, served: str) -> None:
    address, saved = cited(root)
    shutil.rmtree(root)  # nothing here is needed
    result = verify(root, address.replace("https://data.example/plan/", served) + "", "--fetch", "--answer", saved)
    assert (result.exit_code, result.output.startswith("The same result")) == (0, True)


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_a_service_says_that_it_changed(root: Path, served: str, lang: str) -> None:
    (root / "data/ttl/a.ttl").write_text(DATA.replace("20", "21"))
    address, _ = cited(root)  # of data that the service does not have
    result = verify(root, address.replace("https://data.example/plan/", served), "--fetch", lang=lang)
    assert result.exit_code == 1
    assert i18n.text("web.run_changed_data", lang) in result.output


def test_no_redirect_is_followed(root: Path) -> None:
    heard: list[str] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(302)
            self.send_header("Location", "/other")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    address, _ = cited(root)
    with HTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        start = f"http://127.0.0.1:{server.server_port}/"
        result = verify(root, address.replace("https://data.example/plan/", start), "--fetch")
        server.shutdown()
        thread.join()
    assert (result.exit_code, len(heard)) == (2, 1)
    assert "302" in result.output


@pytest.mark.parametrize("start", ["http://127.0.0.1:1/", "ftp://127.0.0.1/", "file:///tmp/", ""])
def test_a_service_that_does_not_answer_is_no_verdict(root: Path, start: str) -> None:
    address, _ = cited(root)
    result = verify(root, address.replace("https://data.example/plan/", start), "--fetch")
    assert result.exit_code == 2
    assert "did not answer as expected" in result.output
