"""The pages of a list, fetched from a server on this machine: one after the other, patiently, of one host."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from g7graph.cli import main
from g7graph.errors import StoreError
from g7graph.sources.eiti.api import next_address
from g7graph.store.pages import fetched

PEOPLE = "https://eiti.org/api/v2.0/revenue"


@dataclass
class Lists:
    """A server of three pages; `wrong` are statuses to answer first, one after the other; `asked` is what was asked."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    wrong: list[int] = field(default_factory=list)
    after: dict[str, str] = field(default_factory=lambda: {"/0": "/1", "/1": "/2"})

    def answer(self, path: str) -> tuple[int, bytes]:
        self.asked.append(path)
        if self.wrong:
            return self.wrong.pop(0), b"<html>no</html>"
        following = self.after.get(path)
        href = following if following is None or ":" in following else self.url + following
        record = {"id": path[1:], "type": "agency", "label": "Tax", "revenue": 5, "currency": "USD", "iso2": "PE"}
        links = {"self": {"href": PEOPLE}, "next": {"title": "Next", "href": href} if href else None}
        return 200, json.dumps({"data": [record], "count": 3, **links}).encode()


@pytest.fixture
def lists() -> Iterator[Lists]:
    found = Lists()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = found.answer(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield found
        server.shutdown()
        thread.join()


def pages(lists: Lists, slept: list[float], *, most: int = 10) -> list[str]:
    return [url for url, _ in fetched(f"{lists.url}/0", next_address, pause=0.5, most=most, sleep=slept.append)]


def test_pages_follow_one_another_with_a_pause_between(lists: Lists) -> None:
    slept: list[float] = []
    assert pages(lists, slept) == [f"{lists.url}/{number}" for number in range(3)]
    assert slept == [0.5, 0.5]


def test_a_page_that_fails_is_asked_again_later_and_later(lists: Lists) -> None:
    slept: list[float] = []
    lists.wrong = [503, 429, 502]
    assert len(pages(lists, slept)) == 3
    assert slept == [1, 2, 4, 0.5, 0.5]
    assert lists.asked == ["/0"] * 4 + ["/1", "/2"]


@pytest.mark.parametrize(("wrong", "asked"), [([503] * 4, 4), ([404], 1), ([302], 1)])
def test_a_page_that_is_not_to_be_had_ends_it(lists: Lists, wrong: list[int], asked: int) -> None:
    lists.wrong = wrong
    with pytest.raises(StoreError, match="did not answer"):
        pages(lists, [])
    assert len(lists.asked) == asked


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ({"/0": "http://127.0.0.2:1/1"}, "does not lead to another host"),
        ({"/0": "file:///etc/passwd"}, "does not lead to another host"),
        ({"/0": "/1", "/1": "/0"}, "would never end"),
    ],
)
def test_a_list_leads_neither_elsewhere_nor_round(lists: Lists, after: dict[str, str], said: str) -> None:
    lists.after = after
    with pytest.raises(StoreError, match=said):
        pages(lists, [])


def test_no_more_pages_are_asked_than_was_said(lists: Lists) -> None:
    with pytest.raises(StoreError, match="raise --pages"):
        pages(lists, [], most=2)
    assert lists.asked == ["/0", "/1"]


def test_an_import_fetches_only_when_told(lists: Lists, tmp_path: Path) -> None:
    made = tmp_path / "a.nt"
    words = ["--lang", "en", "import", "eiti", "--fetch", f"{lists.url}/0", "--pause", "0", "--output", str(made)]
    result = CliRunner().invoke(main, words)
    assert (result.exit_code, "Receipts: 3." in result.output) == (0, True), result.output
    text = made.read_text(encoding="utf-8")
    assert "observation/eiti-revenue-2>" in text
    assert f'dimension/entry> "{lists.url}/1/data/0"' in text
    lists.after = {"/0": "/0"}
    before = made.read_bytes()
    assert CliRunner().invoke(main, words).exit_code == 2
    assert made.read_bytes() == before
