"""Saved queries: `.rq` files with a `#+` header and parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import dropwhile
from pathlib import Path
from typing import Any

import yaml

from g7graph import i18n
from g7graph.errors import DataError, UnknownName
from g7graph.table import Column

_HEADER_LINE = re.compile(r"^#\+ ?(.*)$")
_SLOT = r"VALUES\s+\?{name}\s*\{{[^{{}}]*\}}"
_YAML = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PARTS = ("derive", "checks", "support")
#: How grave what a check finds is.
LEVELS = ("Violation", "Warning", "Info")
_TYPES = ("iri", "string", "lang", "integer")
#: What the parts of a header that are read here look like.
_SHAPES: Mapping[str, tuple[type, str]] = {
    "tags": (list, "[word, word]"),
    "params": (dict, "{name: {type: iri, kind: agency}}"),
    "columns": (dict, "{name: type}"),
    "example": (dict, "{name: value}"),
}

Texts = Mapping[str, str]


@dataclass(frozen=True)
class Param:
    """A parameter: its type (iri, string, lang, integer), the kinds of thing it may be, and a default.

    An IRI has kinds; a string that has them is the notation of a thing of these kinds.
    """

    name: str
    type: str
    kind: str = ""
    default: str | None = None
    label: Texts = field(default_factory=dict)


@dataclass(frozen=True)
class SavedQuery:
    """A saved query: what its header says and its text, which is valid SPARQL as it stands."""

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
    header: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path, *, topic: str = "") -> SavedQuery:
        """Read a file; one without a header is a query without parameters.

        Raises DataError for a header that is not YAML or not as it should be, or a parameter without its slot.
        """
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise DataError("bad_encoding", path=str(path), column=error.start) from error
        header = _header(text, path)
        query = cls(
            name=path.stem,
            topic=topic,
            path=path,
            text=text,
            summary=in_languages(header.get("summary")),
            description=in_languages(header.get("description")),
            tags=tuple(header.get("tags") or ()),
            params=tuple(_param(name, spec or {}) for name, spec in (header.get("params") or {}).items()),
            columns=tuple(Column(name, str(kind)) for name, kind in (header.get("columns") or {}).items()),
            example={name: str(value) for name, value in (header.get("example") or {}).items()},
            header=header,
        )
        for param in query.params:
            if not slot(param.name).search(text):
                detail = f"VALUES ?{param.name} {{ UNDEF }}"
                raise DataError("no_slot", path=str(path), line=1, detail=detail)
        return query

    @property
    def body(self) -> str:
        """The text below the header."""
        return "".join(dropwhile(_HEADER_LINE.match, self.text.splitlines(keepends=True)))

    def param(self, name: str) -> Param | None:
        """Return a parameter by its name."""
        return next((param for param in self.params if param.name == name), None)


@dataclass(frozen=True)
class Library:
    """The queries of a framework by name: those for users, the rules that derive, the checks, the supporting ones."""

    saved: Mapping[str, SavedQuery]
    rules: Mapping[str, SavedQuery]
    checks: Mapping[str, SavedQuery]
    support: Mapping[str, SavedQuery]

    @classmethod
    def read(cls, folder: Path) -> Library:
        """Read every `.rq` file below a folder; its first segment is the topic.

        Raises DataError for a file that `SavedQuery.read` cannot read, or two of the same name.
        """
        found: dict[str, dict[str, SavedQuery]] = {part: {} for part in ("saved", *_PARTS)}
        for path in sorted(folder.rglob("*.rq")):
            topic = path.relative_to(folder).parts[0]
            part = topic if topic in _PARTS else "saved"
            query = SavedQuery.read(path, topic=topic)
            other = found[part].setdefault(path.stem, query)
            if other is not query:
                raise DataError("query_twice", path=str(path), detail=str(other.path))
            if part == "checks" and query.header.get("level") not in LEVELS:
                raise DataError("bad_header_part", path=str(path), line=1, detail=f"level: {' | '.join(LEVELS)}")
        return cls(found["saved"], found["derive"], found["checks"], found["support"])

    @cached_property
    def by_path(self) -> Mapping[str, SavedQuery]:
        """Every query by the path of its IRI below `query/`: saved ones by name, others below their folder."""
        parts = {"derive": self.rules, "checks": self.checks, "support": self.support}
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


def slot(name: str) -> re.Pattern[str]:
    """Return the pattern of a parameter's slot, `VALUES ?name { UNDEF }`."""
    return re.compile(_SLOT.format(name=re.escape(name)))


def in_language(texts: Texts, lang: str) -> str:
    """Return a header's text in a language, else in the default one."""
    return texts.get(lang) or texts.get(i18n.DEFAULT) or next(iter(texts.values()), "")


def _header(text: str, path: Path) -> dict[str, Any]:
    """Read a header; its parts that are read here are as `_SHAPES` says."""
    lines = []
    for line in text.splitlines():
        found = _HEADER_LINE.match(line)
        if not found:
            break
        lines.append(found[1])
    try:
        header = yaml.load("\n".join(lines), Loader=_YAML)  # noqa: S506 - a safe loader, in C where there is one
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date that is none
        mark = getattr(error, "problem_mark", None)
        number = mark.line + 1 if mark else 1
        raise DataError("bad_header", path=str(path), line=number, detail=str(error).replace("\n", " ")) from error
    if header is not None and not isinstance(header, dict):
        raise DataError("bad_header", path=str(path), line=1, detail="key: value")
    for part, (shape, expected) in _SHAPES.items():
        given = (header or {}).get(part)
        if given is not None and not isinstance(given, shape):
            raise _misshapen(lines, path, f"{part}: {expected}", part)
    for name, spec in ((header or {}).get("params") or {}).items():
        if problem := _problem_of(name, spec):
            raise _misshapen(lines, path, f"{name}: {problem}", "params", str(name))
    return header or {}


def _problem_of(name: object, spec: object) -> str:
    """Return what a parameter should look like where it does not; empty where it does."""
    if not isinstance(name, str) or not (spec is None or isinstance(spec, dict)):
        return "{type: iri, kind: agency}"
    type_, kind = (spec or {}).get("type", "string"), (spec or {}).get("kind")
    if type_ not in _TYPES:
        return f"{{type: {' | '.join(_TYPES)}}}"
    return "{type: iri, kind: agency}" if type_ == "iri" and not kind else ""


def _misshapen(lines: Sequence[str], path: Path, detail: str, *keys: str) -> DataError:
    """Return the error of a part of a header, placed where the last of its keys stands, one inside the other."""
    number = 0
    for key in keys:
        written = re.compile(rf"(?:^|[{{,\s]){re.escape(key)}\s*:")
        number = next((place for place in range(number, len(lines)) if written.search(lines[place])), number)
    return DataError("bad_header_part", path=str(path), line=number + 1, detail=detail)


def in_languages(value: object) -> dict[str, str]:
    """Return a header's text in its languages; a plain one stands for all."""
    if isinstance(value, dict):
        return {str(lang): str(text).strip() for lang, text in value.items()}
    return {lang: str(value).strip() for lang in i18n.LANGUAGES} if value else {}


def _param(name: str, spec: Mapping[str, Any]) -> Param:
    default = spec.get("default")
    return Param(
        name=name,
        type=str(spec.get("type", "string")),
        kind=str(spec.get("kind") or ""),
        default=None if default is None else str(default),
        label=in_languages(spec.get("label")),
    )
