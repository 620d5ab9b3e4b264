"""The pages that only a frozen copy has: what it is and what needs a live service, and the search without one."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from flask import Blueprint, Flask, render_template

from g7graph import i18n
from g7graph.freeze.address import Address, Link, Root
from g7graph.freeze.edition import Edition
from g7graph.freeze.links import Mark
from g7graph.web.context import language

NOTICE, SEARCH = Address("frozen"), Address("search")
#: What any address answers that there is not.
UNKNOWN = Address("404")
#: What the page of the search loads.
SCRIPTS = INDEX, SCRIPT = "search/index.js", "search/search.js"
_TEMPLATES = {NOTICE: "frozen.html", SEARCH: "find.html"}
_READING = {"GET", "HEAD", "OPTIONS"}
#: The part of the notice that says what an address needs; its first segment is the key.
_PARTS = {"sparql": "sparql", "graph-store": "writing", "api": "queries", "reconcile": "reconcile"}
_ELSE = "rest"
#: What is below answers what is asked, and says nothing of itself.
_ASKED = "reconcile"


@dataclass(frozen=True)
class Own:
    """The pages of a copy, as the application would answer with them; `lang` is that of the files without a mark."""

    app: Flask
    root: Root
    edition: Edition
    lang: str

    def page(self, address: Address, lang: str) -> str:
        """Render a page of the copy's own."""
        asked = {"base_url": self.root.url, "headers": {"Accept-Language": lang}}
        with self.app.test_request_context(f"/{address.url}", **asked):
            ending = ".html" if lang == self.lang else f".{lang}.html"
            return render_template(_TEMPLATES[address], edition=self.edition, ending=ending, scripts=SCRIPTS)

    def footer(self, lang: str) -> str:
        """Return what every page says at its end: what it is a copy of, and where to search."""
        said = ((NOTICE, copied(self.edition, lang)), (SEARCH, say("search", lang)))
        found = (f'<a href="{escape(str(Mark(Link(address))))}">{escape(text)}</a>' for address, text in said)
        return f"<p>{' · '.join(found)}</p>\n"

    def is_live(self, address: Address) -> bool:
        """Whether only a live service has an address: one that takes what is sent, or is asked what one likes."""
        services = set(self.app.url_map.bind("").allowed_methods(f"/{address.path}")) - _READING
        asked = address.path.startswith((f"{SEARCH.path}.", f"{_ASKED}/"))
        return bool(services) or not address.is_finite or asked


def renders(address: Address) -> bool:
    """Whether an address is that of a page of the copy's own."""
    return address in _TEMPLATES


def attach(app: Flask) -> None:
    """Let an application render the pages of a copy."""
    app.register_blueprint(Blueprint("freeze", __package__, template_folder="templates"))
    app.jinja_env.globals.update(frozen=lambda key, **values: say(key, language(), **values), copied=copied)


def say(key: str, lang: str, **values: object) -> str:
    """Return a text of `locale/freeze.toml`."""
    return i18n.text(f"freeze.{key}", lang, **values)


def copied(edition: Edition, lang: str) -> str:
    """Say what a copy is of.

    >>> copied(Edition("1.2", "2026-11-23", "9f"), "en")
    'Frozen copy of version 1.2, of 2026-11-23'
    """
    dated = say("dated", lang, date=edition.date) if edition.date else ""
    return say("copy", lang, version=edition.name) + dated


def reason(url: str) -> str:
    """Return the part of the notice that says why a copy does not have an address.

    >>> reason("sparql?query=ASK"), reason("metrics")
    ('sparql', 'rest')
    """
    return _PARTS.get(url.partition("?")[0].partition("/")[0], _ELSE)
