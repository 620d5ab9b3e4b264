"""Saved queries: `.rq` files with a `#+` header and parameters."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import dropwhile
from pathlib import Path
from typing import Any

from g7graph import chart, header, i18n
from g7graph.chart import Chart
from g7graph.errors import DataError, UnknownName
from g7graph.project import below
from g7graph.store import federation
from g7graph.table import Column

_SLOT = r"VALUES\s+\?{name}\s*\{{[^{{}}]*\}}"
_PARTS = ("derive", "checks", "support", "explain", "tables")
#: How grave what a check finds is.
LEVELS = ("Violation", "Warning", "Info")

Texts = Mapping[str, str]


@dataclass(frozen=True)
class Param:
    """A parameter: its type (iri, string, lang, integer), the kinds of thing it may be, and a default.

    An IRI has kinds; a string that has them is the notation of a thing of these kinds. Where the default is a matter of
    the data, `default_query` names the supporting query that tells it.
    """

    name: str
    type: str
    kind: str = ""
    default: str | None = None
    default_query: str = ""
    label: Texts = field(default_factory=dict)


@dataclass(frozen=True)
class Explain:
    """What explains the rows of a query: the name of a query below `explain/`, and its variables → columns here."""

    query: str
    by: Mapping[str, str]


@dataclass(frozen=True)
class SavedQuery:
    """A saved query: what its header says and its text, which is valid SPARQL as it stands.

    `services` are the other servers that it asks (SERVICE), by the IRIs that the text names them by; `materialised`
    where its answer is to be made before anybody asks.
    """

    name: str
    topic: str
    path: Path
    text: str
    summary: Texts = field(default_factory=dict)
    description: Texts = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    params: tuple[Param, ...] = ()
    columns: tuple[Column, ...] = ()
    example: Mapping[str, str] = field(default_factory=dict)
    explain: Explain | None = None
    charts: tuple[Chart, ...] = ()
    services: tuple[str, ...] = ()
    materialised: bool = False
    header: Mapping[str, Any] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """A hash of the text, by which a run of the query is cited: 16 hexadecimal digits of SHA-256."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]

    @classmethod
    def read(cls, path: Path, *, topic: str = "") -> SavedQuery:
        """Read a file; one without a header is a query without parameters.

        Raises DataError for a header that is not YAML or not as it should be, or a parameter without its slot.
        """
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise DataError("bad_encoding", path=str(path), column=error.start) from error
        found = header.read(text, path)
        query = cls(
            name=path.stem,
            topic=topic,
            path=path,
            text=text,
            summary=in_languages(found.get("summary")),
            description=in_languages(found.get("description")),
            tags=tuple(found.get("tags") or ()),
            params=tuple(_param(name, spec or {}) for name, spec in (found.get("params") or {}).items()),
            columns=_columns(found),
            example={name: str(value) for name, value in (found.get("example") or {}).items()},
            explain=_explain(found.get("explain") or {}),
            charts=chart.read(found.get("chart") or []),
            services=tuple(map(str, found.get("services") or ())),
            materialised=bool(found.get("materialised")),
            header=found,
        )
        for param in query.params:
            if not slot(param.name).search(text):
                detail = f"VALUES ?{param.name} {{ UNDEF }}"
                raise DataError("no_slot", path=str(path), line=1, detail=detail)
        return query

    @property
    def body(self) -> str:
        """The text below the header."""
        return "".join(dropwhile(header.LINE.match, self.text.splitlines(keepends=True)))

    def param(self, name: str) -> Param | None:
        """Return a parameter by its name."""
        return next((param for param in self.params if param.name == name), None)


@dataclass(frozen=True)
class Library:
    """The queries of a framework by name: those for users, the rules that derive, the checks, those that serve others.

    `support` tell defaults and the like, `explain` what the rows of others come from, `tables` are to download.
    """

    saved: Mapping[str, SavedQuery]
    rules: Mapping[str, SavedQuery]
    checks: Mapping[str, SavedQuery]
    support: Mapping[str, SavedQuery]
    explain: Mapping[str, SavedQuery]
    tables: Mapping[str, SavedQuery]

    @classmethod
    def read(cls, folder: Path) -> Library:
        """Read every `.rq` file below a folder; its first segment is the topic.

        Raises DataError for a file that `SavedQuery.read` cannot read, or two of the same name; OSError for a folder
        that may not be looked into.
        """
        found: dict[str, dict[str, SavedQuery]] = {part: {} for part in ("saved", *_PARTS)}
        for path in sorted(below(folder, (".rq",))):
            topic = path.relative_to(folder).parts[0]
            part = topic if topic in _PARTS else "saved"
            query = SavedQuery.read(path, topic=topic)
            other = found[part].setdefault(path.stem, query)
            if other is not query:
                raise DataError("query_twice", path=str(path), detail=str(other.path))
            if part == "checks" and query.header.get("level") not in LEVELS:
                raise DataError("bad_header_part", path=str(path), line=1, detail=f"level: {' | '.join(LEVELS)}")
        library = cls(found["saved"], *(found[part] for part in _PARTS))
        for query in library:
            library.refuse_unknown(query)
            _refuse_unsaid(query)
        return library

    def refuse_unknown(self, query: SavedQuery) -> None:
        """Raise DataError where a header names a query that is not there."""
        named = [(param.default_query, "support", self.support) for param in query.params]
        named += [(query.explain.query, "explain", self.explain)] if query.explain else []
        for name, part, known in named:
            if name and name not in known:
                raise DataError("bad_header_part", path=str(query.path), line=1, detail=f"{part}/{name}.rq")

    @cached_property
    def by_path(self) -> Mapping[str, SavedQuery]:
        """Every query by the path of its IRI below `query/`: saved ones by name, others below their folder."""
        parts = dict(zip(_PARTS, (self.rules, self.checks, self.support, self.explain, self.tables), strict=True))
        others = {f"{part}/{name}": query for part, queries in parts.items() for name, query in queries.items()}
        return {**self.saved, **others}

    def __getitem__(self, name: str) -> SavedQuery:
        """Return a saved query. Raises UnknownName with the nearest names."""
        try:
            return self.saved[name]
        except KeyError:
            raise UnknownName("query", name, self.saved) from None

    def __iter__(self) -> Iterator[SavedQuery]:
        return iter(self.saved.values())

    def __len__(self) -> int:
        return len(self.saved)


def _refuse_unsaid(query: SavedQuery) -> None:
    """Raise DataError where the services that a query asks are not those that its header says."""
    asked = sorted({iri for iri, _ in federation.named(query.text)})
    if asked != sorted(query.services):
        raise DataError("bad_header_part", path=str(query.path), line=1, detail=f"services: [{', '.join(asked)}]")


def slot(name: str) -> re.Pattern[str]:
    """Return the pattern of a parameter's slot, `VALUES ?name { UNDEF }`."""
    return re.compile(_SLOT.format(name=re.escape(name)))


def in_language(texts: Texts, lang: str) -> str:
    """Return a header's text in a language, else in the default one."""
    return texts.get(lang) or texts.get(i18n.DEFAULT) or next(iter(texts.values()), "")


def in_languages(value: object) -> dict[str, str]:
    """Return a header's text in its languages; a plain one stands for all."""
    if isinstance(value, dict):
        return {str(lang): str(text).strip() for lang, text in value.items()}
    return {lang: str(value).strip() for lang in i18n.LANGUAGES} if value else {}


def _columns(found: Mapping[str, Any]) -> tuple[Column, ...]:
    """Read the columns."""
    units = found.get("units") or {}
    known = {str(name): header.column(spec) for name, spec in (found.get("columns") or {}).items()}
    return tuple(
        Column(name, str(said["type"]), str(units.get(name, "")), str(said.get("scheme") or ""))
        for name, said in known.items()
    )


def _explain(part: Mapping[str, Any]) -> Explain | None:
    by = part.get("by") or {}
    return Explain(str(part.get("query")), {str(one): str(column) for one, column in by.items()}) if part else None


def _param(name: str, spec: Mapping[str, Any]) -> Param:
    default = spec.get("default")
    told = default["query"] if isinstance(default, dict) else ""
    return Param(
        name=name,
        type=str(spec.get("type", "string")),
        kind=str(spec.get("kind") or ""),
        default=None if default is None or told else str(default),
        default_query=told,
        label=in_languages(spec.get("label")),
    )
