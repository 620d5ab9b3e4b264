"""`docs/fair.md` answers each FAIR principle by a link; those that are ours are followed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from g7graph import vocab
from g7graph.build import open_store
from g7graph.project import Project
from g7graph.web import create_app

PAGE = Path(__file__).resolve().parent.parent / "docs/fair.md"
PRINCIPLES = "F1 F2 F3 F4 A1 A1.1 A1.2 A2 I1 I2 I3 R1 R1.1 R1.2 R1.3".split()
ROWS = [
    line.strip("|").split("|")
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if re.match(r"\| [FAIR]\d", line)
]
LINKS = sorted(set(re.findall(r"\]\((\S+?)\)", PAGE.read_text(encoding="utf-8"))))
OURS = [link for link in LINKS if link.startswith(vocab.BASE)]


@pytest.fixture(scope="module")
def client() -> Iterator[FlaskClient]:
    with create_app(Project.default(), open_store(Project.default())).test_client() as client:
        yield client


def test_each_principle_is_answered_once_and_with_a_link() -> None:
    assert [row[0].strip() for row in ROWS] == PRINCIPLES
    for row in ROWS:
        assert len(row) == 4
        assert all(cell.strip() for cell in row)
        assert "](http" in row[3]


@pytest.mark.parametrize("link", OURS)
def test_a_link_of_ours_works(client: FlaskClient, link: str) -> None:
    answer = client.get(
        "/" + link.removeprefix(vocab.BASE), headers={"Accept": "text/html, */*;q=0.8"}, follow_redirects=True
    )
    assert answer.status_code == 200
    assert answer.data


@pytest.mark.parametrize("link", [link for link in LINKS if link not in OURS])
def test_other_peoples_links_are_well_formed(link: str) -> None:
    parts = urlsplit(link)
    assert parts.scheme == "https"
    assert "." in parts.netloc
    assert not re.search(r"doi\.org", link)
