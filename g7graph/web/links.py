"""`Link` headers (RFC 8288): other forms, the canonical address, the licence, the thing and its classes, pages."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from flask import request

from g7graph import vocab
from g7graph.web import paging
from g7graph.web.asks import ask
from g7graph.web.context import address, site
from g7graph.web.description import About
from g7graph.web.negotiate import Format

_SAFE = "!#$%&'()*+,/:;=?@[]~-._"
_MOST_TYPES = 10


def forms(path: str, offered: Iterable[Format], **args: str) -> list[str]:
    """Return the links to the forms of a document."""
    return [
        _link(address(f"{path}.{one.name}", **args), "alternate", type=one.media_type.partition(";")[0])
        for one in offered
    ]


def canonical(path: str, **args: str) -> str:
    """Return the link to a document's own IRI (RFC 6596), wherever it is deployed."""
    query = "".join(f"?{name}={value}" for name, value in args.items())
    return _link(f"{vocab.BASE}{path}{query}", "canonical")


def licences(iris: Iterable[str] | None = None) -> list[str]:
    """Return the links to the licences of the data; the store is asked where they are not given."""
    if iris is None:
        iris = [iri.value for (iri,) in ask(site().store, "licence").rows if iri is not None]
    return [_link(iri, "license") for iri in iris]


def described(path: str, offered: Iterable[Format]) -> list[str]:
    """Return the links to the forms of what describes a page."""
    return [
        _link(address(f"{path}.{one.name}"), "describedby", type=one.media_type.partition(";")[0]) for one in offered
    ]


def described_by(path: str, thing: str) -> str:
    """Return the link from a thing to the document about it."""
    return _link(address(path), "describedby", anchor=thing)


def about(about: About, path: str, thing: str, offered: Iterable[Format], extension: Format | None = None) -> str:
    """Return all the links of the document about a thing; the pages are in the form that was asked for."""
    asked = {"format": request.args["format"]} if request.args.get("format") else {}
    same = f"{path}.{extension.name}" if extension else path
    here = {"page": str(about.number)} if about.number > 1 else {}
    types = [_link(iri, "type", anchor=thing) for iri in about.types[:_MOST_TYPES]]
    return ", ".join(
        [
            *forms(path, offered, **here),
            canonical(path, **here),
            described_by(path, thing),
            *types,
            *licences(about.licences),
            *(_link(address(same, page=str(number), **asked), relation) for relation, number in pages(about).items()),
        ]
    )


def pages(about: About) -> dict[str, int]:
    """Return the pages that one leads to, by their relation to it; none where it is the only one."""
    return paging.others(about.number, about.pages) if about.pages > 1 else {}


def _link(target: str, relation: str, **more: str) -> str:
    attributes = "".join(f'; {name}="{written(value)}"' for name, value in more.items())
    return f'<{written(target)}>; rel="{relation}"{attributes}'


def written(iri: str) -> str:
    """Return an IRI as the URI that a header can hold (RFC 3987 §3.1)."""
    return quote(iri, safe=_SAFE)
