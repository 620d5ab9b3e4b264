"""What a request knows: the framework being served, the language to answer in, where a link leads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, cast
from urllib.parse import quote, urlencode

from flask import current_app, g, request

from g7graph import i18n, vocab
from g7graph.errors import G7Error
from g7graph.project import Project
from g7graph.queries import Library, Texts, in_language
from g7graph.store import Service
from g7graph.store.change import Writer
from g7graph.store.limits import Limits
from g7graph.table import Term
from g7graph.web.description import Describer
from g7graph.web.once import Once
from g7graph.web.options import Options
from g7graph.web.outgo import Outgo, most_waiting
from g7graph.web.reading import Reading
from g7graph.web.trouble import Trouble

if TYPE_CHECKING:
    from pyoxigraph import Literal

    from g7graph.web.codelists import CodeList

_EXTENSION = "g7graph"
_SAFE_SCHEMES = ("http://", "https://", "mailto:")


@dataclass(frozen=True)
class Site:
    """What an application serves: a framework, its store and saved queries, how it is served.

    `writer` takes changes, where the service is writable, from those who send one of the options' tokens.
    """

    project: Project
    store: Service
    library: Library
    options: Options = field(default_factory=Options)
    writer: Writer | None = None
    #: How the dataset is cited, which every page says.
    cited: Once[Sequence[Sequence[Term | None]]] = field(default_factory=Once)
    #: What the data say of the dataset, which the dashboard and the page of each dataset ask.
    stated: Once[Reading] = field(default_factory=Once)
    #: The labels of the things that parameters may be, by their kinds.
    choices: Once[dict[str, dict[str, list[Literal]]]] = field(default_factory=Once)
    #: What reads code lists for their pages, as who asks is shown them.
    code_lists: Once[Callable[[str, Reader], CodeList]] = field(default_factory=Once)
    #: What describes things here, where the data is at hand.
    describer: Once[Describer] = field(default_factory=Once)
    #: What the operator was told is wrong with the store.
    trouble: Trouble = field(default_factory=Trouble)

    @cached_property
    def outgo(self) -> Outgo:
        """The answers that are being sent."""
        return Outgo(most_waiting(self.limits.answer_bytes))

    @property
    def limits(self) -> Limits:
        """The limits on a query."""
        return self.options.limits

    @property
    def lang(self) -> str:
        """The language where none is asked for."""
        return self.options.lang

    def tell(self, error: G7Error) -> None:
        """Tell the operator of an error of the store."""
        self.trouble.tell(error, self.lang)


def attach(extensions: dict[str, object], site: Site) -> None:
    """Give an application its site."""
    extensions[_EXTENSION] = site


def site() -> Site:
    """Return the site of the running application."""
    return cast(Site, current_app.extensions[_EXTENSION])


@dataclass(frozen=True)
class Reader:
    """Who reads an answer: in which language, where the application is mounted, the language chosen in the address.

    Who needs many words and links of a page asks for the reader once: to find out who reads takes as long as a word.
    """

    lang: str
    root: str
    chosen: str | None

    def say(self, key: str, **values: object) -> str:
        """Return one of the site's texts, of `locale/web.toml`, in their language."""
        return i18n.text(f"web.{key}", self.lang, **values)

    def address(self, path: str, **args: str) -> str:
        """Return the address of a path on this deployment; a language chosen in the address is kept.

        Relative to where the application is mounted, so that it works below a prefix.
        """
        if self.chosen and "lang" not in args:
            args["lang"] = self.chosen
        if not args:
            return f"{self.root}/{path.lstrip('/')}"
        bare, mark, fragment = path.lstrip("/").partition("#")
        return f"{self.root}/{bare}?{urlencode(args)}{mark}{fragment}"

    def link(self, iri: str) -> str | None:
        """Return where a page links to for an IRI: our own lead to the deployment, others where they say.

        None for an IRI that no browser should follow.
        """
        path = vocab.local_path(iri)
        if path is None:
            return iri if iri.startswith(_SAFE_SCHEMES) else None
        return self.address("doc/" + path.removeprefix("id/") if path.startswith("id/") else path)


def reader() -> Reader:
    """Return who reads: the language is that of `?lang=`, then of `Accept-Language`, then the site's own."""
    found = g.get("reader")
    if found is None:
        chosen = request.args.get("lang")
        found = g.reader = Reader(i18n.choose([chosen, *_accepted()]), request.script_root, chosen)
    return cast(Reader, found)


def _accepted() -> Iterator[str]:
    """Yield the languages that are accepted, the best first, then others but those refused (RFC 9110 §12.5.4)."""
    refused = {name.lower() for name, quality in request.accept_languages if not quality}
    others = [lang for lang in (site().lang, *i18n.LANGUAGES) if lang not in refused]
    for name, quality in request.accept_languages:
        if name == "*" and quality:
            yield from others
        elif quality:
            yield name
    yield from others or (site().lang,)


def language() -> str:
    """Return the language to answer in."""
    return reader().lang


def say(key: str, **values: object) -> str:
    """Return one of the site's texts in the language of the request."""
    return reader().say(key, **values)


def headings(columns: Sequence[str]) -> list[str]:
    """Return the headings of columns of a page's own tables, in the language of the request."""
    return [say(f"column_{name}") for name in columns]


def column_called(name: str) -> str:
    """Return what a column of a saved query is called in words; empty where only another framework has such a one."""
    return i18n.text(f"columns.{name}", language()) if name in i18n.catalogue("columns") else ""


def word(key: str, *, lang: str = "", **values: object) -> str:
    """Return one of the texts of the vocabulary's documentation, of `locale/vocabulary.toml`, likewise."""
    return i18n.text(f"vocabulary.{key}", lang or language(), **values)


def address(path: str, **args: str) -> str:
    """Return the address of a path on this deployment, as it is for who reads."""
    return reader().address(path, **args)


def link(iri: str) -> str | None:
    """Return where a page links to for an IRI, None for one that no browser should follow."""
    return reader().link(iri)


def switched(lang: str) -> str:
    """Return the address of this same page in another language, or of what it has in its place (`elsewhere`)."""
    return again("lang", lang, g.get("elsewhere"))


def elsewhere(path: str) -> None:
    """Have a page in other languages be another page, at a path: this one is of one language alone."""
    g.elsewhere = f"/{path}"


def again(name: str, value: str, path: str | None = None) -> str:
    """Return the address of this same answer with another value of a parameter, without it where the value is empty."""
    args = [(known, given) for known, given in request.args.items(multi=True) if known != name]
    args += [(name, value)] if value else []
    query = f"?{urlencode(args)}" if args else ""
    return f"{request.script_root}{quote(path or request.path)}{query}"


def in_header_language(texts: Texts) -> str:
    """Return a text of a query's header in the language of the request."""
    return in_language(texts, language())
