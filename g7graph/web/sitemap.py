"""What crawlers are told: which addresses there are, in which languages, since when, and what is not for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlencode
from xml.sax.saxutils import escape, quoteattr

from flask import Blueprint, Response, request
from pyoxigraph import Literal

from g7graph import i18n, vocab
from g7graph.web.asks import ask
from g7graph.web.context import site
from g7graph.web.negotiate import Format

blueprint = Blueprint("sitemap", __name__)

XML = Format("xml", "application/xml", ("application/xml", "text/xml"))
TEXT = Format("txt", "text/plain; charset=utf-8", ("text/plain",))
#: As many things as `things.rq` gives at once; the protocol allows 50,000 addresses or 50 MB in a file.
PART = 10_000
_MOST_PARTS = 50_000
_PAGES = ("", "dataset", "ontology", "api/queries", "graph/")
_NOT_FOR_CRAWLERS = ("graph-store", "health", "metrics", "sparql")
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML = "http://www.w3.org/1999/xhtml"


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Answer with what robots may read (RFC 9309), and where the site map is."""
    lines = [
        "User-agent: *",
        *(f"Disallow: {request.script_root}/{path}" for path in _NOT_FOR_CRAWLERS),
        f"Allow: {request.script_root}/",
        "",
        f"Sitemap: {request.root_url}sitemap.xml",
        "",
    ]
    return Response("\n".join(lines), content_type=TEXT.media_type)


@blueprint.get("/sitemap.xml")
def everything() -> Response:
    """Answer with all addresses; with the list of the parts where there are more things than one part holds."""
    first = _things("")
    return _urls([*_pages(), *first]) if len(first) < PART else _index(first)


@blueprint.get("/sitemap-pages.xml")
def pages() -> Response:
    """Answer with the addresses of what is no thing: pages, queries, graphs."""
    return _urls(_pages())


@blueprint.get("/sitemap-things.xml")
def things() -> Response:
    """Answer with the addresses of the things that follow `?after=`, a key, up to as many as a part holds."""
    return _urls(_things(request.args.get("after", "")))


def changed() -> str:
    """Return when the data changed last, in W3C's profile of ISO 8601; empty where they do not say."""
    ((last,),) = ask(site().store, "changed").rows
    return last.value if isinstance(last, Literal) else ""


def _pages() -> list[str]:
    queries = [f"api/queries/{name}" for name in site().library.saved]
    graphs = [iri.removeprefix(vocab.BASE) for iri in site().store.graphs() if iri.startswith(vocab.GRAPH)]
    return [*_PAGES, *queries, *graphs]


def _things(after: str) -> list[str]:
    """Return the paths of the documents about the things that follow a key."""
    start = vocab.THING + after if after else ""
    rows = ask(site().store, "things", after=[Literal(start)]).rows
    return ["doc/" + row[0].value.removeprefix(vocab.THING) for row in rows if row[0] is not None]


def _index(first: list[str]) -> Response:
    found, part = ["sitemap-pages.xml", "sitemap-things.xml"], first
    while len(part) == PART and len(found) < _MOST_PARTS:
        after = part[-1].removeprefix("doc/")
        part = _things(after)
        found += [f"sitemap-things.xml?{urlencode({'after': after})}"] if part else []
    when = _when(changed())
    lines = [f"<sitemap><loc>{escape(request.root_url + path)}</loc>{when}</sitemap>\n" for path in found]
    return _written("sitemapindex", lines)


def _urls(paths: Iterable[str]) -> Response:
    """Write addresses, each with the same in every language; streamed, because a part can be large."""
    when, root = _when(changed()), request.root_url
    return _written("urlset", (_url(root + path, when) for path in paths))


def _url(where: str, when: str) -> str:
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{lang}" href={quoteattr(there)}/>'
        for lang, there in (*((lang, f"{where}?lang={lang}") for lang in i18n.LANGUAGES), ("x-default", where))
    )
    return f"<url><loc>{escape(where)}</loc>{when}{links}</url>\n"


def _when(changed_: str) -> str:
    return f"<lastmod>{escape(changed_)}</lastmod>" if changed_ else ""


def _written(root: str, lines: Iterable[str]) -> Response:
    def parts() -> Iterator[str]:
        yield f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{_SITEMAP}" xmlns:xhtml="{_XHTML}">\n'
        yield from lines
        yield f"</{root}>\n"

    return Response(parts(), content_type=XML.media_type)
