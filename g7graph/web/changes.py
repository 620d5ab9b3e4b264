"""What changed and when: versions of the dataset, accepted writes and rounds, and the documents that hold them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from flask import request
from pyoxigraph import Literal, NamedNode

from g7graph import vocab
from g7graph.store import Store
from g7graph.web.asks import ask
from g7graph.web.context import address, language
from g7graph.web.names import best
from g7graph.web.refusals import Refused

STREAM = vocab.BASE + "changes"
#: Changes that a document holds; what is older is in archives of so many, the oldest first.
HELD = 50
_WHEN = re.compile(r"(\d{4})(-\d\d)?(-\d\d)?(T\d\d:\d\d:\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?")


@dataclass(frozen=True)
class Touched:
    """A graph that a change touched: its IRI, how (prov:generated, prov:invalidated), what stands for it since."""

    graph: str
    how: str
    left: str

    @property
    def name(self) -> str:
        """What the graph is called: the path of one of ours, else its IRI."""
        return vocab.local_path(self.graph) or self.graph

    @property
    def is_there(self) -> bool:
        """Whether the change left the graph there."""
        return self.how == vocab.expand("prov:generated")


@dataclass(frozen=True)
class Change:
    """A change: the thing that it is, its kind (version, change, round), its moment (RFC 3339), what it is called."""

    iri: str
    kind: str
    when: str
    labels: tuple[Literal, ...] = ()
    texts: tuple[Literal, ...] = ()
    graphs: tuple[Touched, ...] = ()

    @property
    def label(self) -> str:
        """What it is called in the language of the request."""
        return best(self.labels, language()) if self.labels else vocab.curie(self.iri)

    @property
    def text(self) -> str:
        """What is said of it in the language of the request; of a write the graphs that it touched."""
        return best(self.texts, language()) if self.texts else ", ".join(one.name for one in self.graphs)


@dataclass(frozen=True)
class Held:
    """The changes of one document, the latest first; `archive` is its number, 0 that of the current one."""

    changes: tuple[Change, ...]
    archive: int
    archives: int

    @property
    def before(self) -> int:
        """The number of the archive before it; 0 where there is none."""
        return (self.archive or self.archives + 1) - 1

    @property
    def after(self) -> int | None:
        """The number of the archive after it, 0 for the current document; None for that one."""
        if not self.archive:
            return None
        return self.archive + 1 if self.archive < self.archives else 0


@dataclass
class _Read:
    labels: list[Literal] = field(default_factory=list)
    texts: list[Literal] = field(default_factory=list)


def place(name: str, archive: int) -> str:
    """Return the address of a document of changes in a format, of the page where that has no name."""
    return address(f"changes.{name}" if name else "changes", **({"archive": str(archive)} if archive else {}))


def whole(address_: str) -> str:
    """Return an address with its host; what has one stays as it is."""
    return request.host_url.rstrip("/") + address_ if address_.startswith("/") else address_


def part(changes: Sequence[Change], archive: str) -> Held:
    """Cut the changes, the earliest first, into archives; return one, the current document where none is asked for.

    Raises Refused for an archive that is not there.
    """
    archives = max(0, len(changes) - 1) // HELD
    number = int(archive) if archive.isascii() and archive.isdecimal() and len(archive) < len(str(HELD)) * 4 else 0
    if archive and not 1 <= number <= archives:
        raise Refused("no_archive", value=archive, limit=archives)
    first = (number - 1 if number else archives) * HELD
    return Held(tuple(reversed(changes[first : first + HELD])), number, archives)


def read(store: Store) -> list[Change]:
    """Read the changes that have a date, the earliest first."""
    found: dict[tuple[datetime, str, str], _Read] = {}
    for item, kind, when, about, text in ask(store, "changes").rows:
        moment = instant(when.value) if when is not None else None
        if not isinstance(item, NamedNode) or kind is None or moment is None:
            continue
        one = found.setdefault((moment, item.value, kind.value), _Read())
        if isinstance(text, Literal) and about is not None:
            (one.labels if about.value == "label" else one.texts).append(text)
    touched = _touched(store) if any(kind == "change" for _, _, kind in found) else {}
    return [
        Change(iri, kind, _written(moment), tuple(one.labels), tuple(one.texts), tuple(touched.get(iri, ())))
        for (moment, iri, kind), one in sorted(found.items(), key=lambda pair: pair[0])
    ]


def _touched(store: Store) -> dict[str, list[Touched]]:
    """Read which graphs each write touched."""
    found: dict[str, list[Touched]] = {}
    for item, how, left, graph in ask(store, "touched").rows:
        if isinstance(item, NamedNode) and how is not None and isinstance(left, NamedNode) and graph is not None:
            found.setdefault(item.value, []).append(Touched(graph.value, how.value, left.value))
    return found


def instant(when: str) -> datetime | None:
    """Return the moment at which a date, or a part of one, begins; without a zone in UTC. None for what is no date.

    >>> str(instant("2014-05")), str(instant("2026-11-24T10:00:00.5+02:00")), instant("2014-13")
    ('2014-05-01 00:00:00+00:00', '2026-11-24 08:00:00.500000+00:00', None)
    """
    parts = _WHEN.fullmatch(when)
    if not parts:
        return None
    year, month, day, time, zone = parts.groups()
    written = f"{year}{month or '-01'}{day or '-01'}{time or 'T00:00:00'}{zone or 'Z'}"
    try:
        return datetime.fromisoformat(written).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _written(moment: datetime) -> str:
    """Write a moment as RFC 3339 has it, with milliseconds where it has any."""
    precision = "milliseconds" if moment.microsecond else "seconds"
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")
