"""Which format an answer takes."""

from __future__ import annotations

import pytest

from g7graph.web import formats
from g7graph.web.negotiate import choose, named, split_extension

OFFERED = (*formats.GRAPHS, formats.HTML)
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        (None, "ttl"),
        ("", "ttl"),
        ("*/*", "ttl"),
        (BROWSER, "html"),
        ("text/turtle", "ttl"),
        ("text/*;q=0.5, application/ld+json", "jsonld"),
        ("application/ld+json;profile=x;q=0.2, application/n-triples;q=0.3", "nt"),
        ("text/html;q=0, */*", "ttl"),
        ("text/turtle;q=0, */*;q=0.1", "jsonld"),
        ("TEXT/HTML", "html"),
        ("application/rdf+xml, */*;q=0.1", "rdf"),
        ("text/html;q=nonsense", "html"),
        ("text/html;q=nan", "html"),
        ("nonsense, text/html", "html"),
        ('text/turtle;x="a,b";q=0.1, text/html;q=0.2', "html"),
        ('text/turtle;x="a;q=0.9, */*;\\"";q=0.1, text/html;q=0.2', "html"),
        (",, ,text/html;;,", "html"),
    ],
)
def test_the_format_with_the_best_quality_is_chosen(accept: str | None, name: str) -> None:
    chosen = choose(accept, OFFERED)
    assert chosen is not None
    assert chosen.name == name


@pytest.mark.parametrize("accept", ['image/png;x="text/html', "image/png", "text/turtle;q=0", "*/*;q=0", "nonsense"])
def test_nothing_is_chosen_where_nothing_fits(accept: str) -> None:
    assert choose(accept, OFFERED) is None


@pytest.mark.parametrize(
    "accept", ['"\\' * 50_000, '\\"' * 50_000, '"a,' * 30_000 + "\\", '"\\"' * 30_000 + "\\", ";" * 99_999]
)
def test_a_header_that_never_ends_its_strings_is_read_once(accept: str) -> None:
    assert choose(accept, OFFERED) is None


@pytest.mark.parametrize(("asked", "name"), [("ttl", "ttl"), ("text/turtle", "ttl"), (" HTML ", "html"), ("png", None)])
def test_a_format_is_named_by_short_name_or_media_type(asked: str, name: str | None) -> None:
    found = named(asked, OFFERED)
    assert (found and found.name) == name


@pytest.mark.parametrize(
    ("path", "stem", "name"),
    [
        ("indicator/4.4", "indicator/4.4", None),
        ("indicator/4.4.ttl", "indicator/4.4", "ttl"),
        ("indicator/4.4.html", "indicator/4.4", "html"),
        ("axis", "axis", None),
        (".ttl", ".ttl", None),
        ("a.png", "a.png", None),
    ],
)
def test_an_extension_is_cut_off_only_where_it_is_one(path: str, stem: str, name: str | None) -> None:
    found, extension = split_extension(path, OFFERED)
    assert found == stem
    assert (extension and extension.name) == name
