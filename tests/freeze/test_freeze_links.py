"""The links of a page are found by a parser, marked and put in their place; all else stays as it was written."""

from __future__ import annotations

from pathlib import Path

import pytest

from g7graph.freeze.address import Address, Root
from g7graph.freeze.found import Absent, Atlas, Kept, Moved, Outcome, Visit, Written
from g7graph.freeze.links import marked
from g7graph.freeze.settle import Settler

ROOT = Root("https://w3id.org/g7graph")
PAGE = Address("doc/indicator/4.4")


def settled(tmp_path: Path, text: str, *, absolute: bool = False) -> str:
    """Mark a page of the indicator 4.4 in English, and put its links in their place."""
    atlas = Atlas()
    page = marked(text, PAGE, ROOT, absolute=absolute)
    known: dict[Address, Outcome] = {
        Address("frozen"): Kept("frozen", "html", "text/html", localized=True),
        Address("search"): Kept("search", "html", "text/html", localized=True),
        PAGE: Kept(PAGE.stem, "html", "text/html", localized=True),
        Address("doc/indicator/4.4.ttl"): Kept("doc/indicator/4.4", "ttl", "text/turtle"),
        Address("ontology"): Kept("ontology", "html", "text/html", localized=True),
        Address("query/x"): Moved(Address("ontology"), "there"),
        Address("id/gone"): Absent(404),
        Address("static/a b.svg"): Kept("static/a b", "svg", "image/svg+xml"),
    }
    atlas.note(Visit(known, parts={"ontology.en.html": frozenset({"Indicator", "there"})}))
    (tmp_path / "doc/indicator").mkdir(parents=True, exist_ok=True)
    name = "doc/indicator/4.4.en.html"
    (tmp_path / name).write_text(page.text, encoding="utf-8")
    settler = Settler(tmp_path, atlas, "https://data.example", "", "es")
    settler.settle([Written(name, 0, "", marked=True)])
    return (tmp_path / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<a href="/g7graph/ontology">', '<a href="../../ontology.en.html">'),
        ('<a href="/g7graph/ontology?lang=fr">', '<a href="../../ontology.fr.html">'),
        ('<a href="/g7graph/ontology?lang=es#x">', '<a href="../../ontology.html#x">'),
        ('<a href="https://w3id.org/g7graph/ontology#Indicator">', '<a href="../../ontology.en.html#Indicator">'),
        ('<a href="/g7graph/ontology#NotThere">', '<a href="../../ontology.en.html">'),
        ('<a href="4.4.ttl" type="text/turtle">', '<a href="../../doc/indicator/4.4.ttl" type="text/turtle">'),
        ('<a href="4.4?format=ttl">', '<a href="../../doc/indicator/4.4.ttl">'),
        ('<a href="4.4.html">', '<a href="../../doc/indicator/4.4.en.html">'),
        ('<a href="?lang=fr">', '<a href="../../doc/indicator/4.4.fr.html">'),
        ('<a href="/g7graph/query/x">', '<a href="../../ontology.en.html#there">'),
        ('<a href="/g7graph/sparql?query=ASK%20{}&amp;timeout=3">', '<a href="../../frozen.en.html#sparql">'),
        ('<a href="/g7graph/id/gone">', '<a href="../../frozen.en.html#rest">'),
        ('<a href="/g7graph/search?q=agua">', '<a href="../../search.en.html">'),
        ('<img src="/g7graph/static/a%20b.svg" alt>', '<img src="../../static/a%20b.svg" alt>'),
        (
            '<img srcset="/g7graph/static/a%20b.svg 1x, https://example.org/b.png 2x">',
            '<img srcset="../../static/a%20b.svg 1x, https://example.org/b.png 2x">',
        ),
        (
            '<form method="post" action="/g7graph/api/queries/x">',
            '<form method="get" action="../../frozen.en.html#queries">',
        ),
        ("<form><input>", '<form action="../../frozen.en.html#rest"><input>'),
        ('<form action="/g7graph/search" role="search">', '<form action="../../search.en.html" role="search">'),
        (
            '<svg><use xlink:href="/g7graph/static/a%20b.svg"/></svg>',
            '<svg><use xlink:href="../../static/a%20b.svg"/></svg>',
        ),
    ],
)
def test_a_link_leads_to_the_file_that_holds_what_it_led_to(tmp_path: Path, before: str, after: str) -> None:
    assert settled(tmp_path, f"<p>é &amp; é</p>\n{before}") == f"<p>é &amp; é</p>\n{after}"


@pytest.mark.parametrize(
    "text",
    [
        '<a href="#there">',
        '<A  HREF = "https://example.org/?a=1&amp;b=2" >',
        '<a href="javascript:alert(1)">',
        '<a href="mailto:a@example.org">',
        '<a href="http://[">',
        '<a href="https://w3id.org/g7graphs/x">',
        '<a href="/elsewhere/ontology">',
        '<link rel="canonical" href="https://w3id.org/g7graph/ontology">',
        '<script type="application/ld+json">{"@id": "https://w3id.org/g7graph/id/x", "h": "<a href=x>"}</script>',
        "<!-- <a href='/g7graph/ontology'> --><p title='/g7graph/ontology'>&copy; &nbsp;&#8217; <b>not closed",
        "<a href>",
    ],
)
def test_all_else_stays_as_it_was_written(tmp_path: Path, text: str) -> None:
    assert settled(tmp_path, text) == text


def test_a_site_map_and_a_feed_name_files_by_absolute_addresses(tmp_path: Path) -> None:
    before = (
        "<url><loc>https://w3id.org/g7graph/ontology?a=1&amp;b=2</loc><loc>https://w3id.org/g7graph/ontology</loc>"
        '<xhtml:link rel="alternate" href="https://w3id.org/g7graph/ontology?lang=fr"/></url>'
        "<loc>https://example.org/?a=1&amp;b=2</loc>"
    )
    assert settled(tmp_path, before, absolute=True) == (
        "<url><loc>https://data.example/frozen.en.html#rest</loc><loc>https://data.example/ontology.en.html</loc>"
        '<xhtml:link rel="alternate" href="https://data.example/ontology.fr.html"/></url>'
        "<loc>https://example.org/?a=1&amp;b=2</loc>"
    )


def test_a_page_cannot_forge_a_mark(tmp_path: Path) -> None:
    assert settled(tmp_path, "<p>\0ontology\n\n\n\0</p>") == "<p>\ufffdontology\n\n\n\ufffd</p>"


def test_a_footer_is_put_at_the_end_of_the_last() -> None:
    page = marked("<footer>a</footer>\n<footer>b</footer>", PAGE, ROOT, footer="<i>c</i>")
    assert page.text == "<footer>a</footer>\n<footer>b<i>c</i></footer>"


@pytest.mark.parametrize(
    "path", ["../../etc/passwd", "doc//x", "doc/x/..", "/etc/passwd", "a\0b", "doc/" + "x" * 300, "doc/a\nb", "./x"]
)
def test_what_would_leave_the_folder_is_no_file(path: str) -> None:
    assert not Address(path).is_safe


def test_pages_of_a_list_are_files_of_their_own() -> None:
    address = Address("doc/place/PE", (("page", "2"),))
    assert (address.stem, address.is_finite, address.url) == ("doc/place/PE@page=2", True, "doc/place/PE?page=2")
    assert not Address("api/queries/x", (("agency", "SECO"),)).is_finite


def test_what_leads_in_a_circle_leads_nowhere() -> None:
    atlas = Atlas()
    atlas.note(Visit({Address("a"): Moved(Address("b")), Address("b"): Moved(Address("a"))}))
    assert atlas.end("a")[0] == Absent(404)
