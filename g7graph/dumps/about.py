"""What the dataset says of itself: the titles, version, date and licence that its dumps repeat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from g7graph import i18n, run
from g7graph.store import Store
from g7graph.table import text

_FOLDER = Path(__file__).parent
_SOURCE = "source"


@dataclass(frozen=True)
class Credit:
    """A work or somebody that a dataset owes to: the name, its address or IRI, the part it has in it."""

    name: str
    place: str
    role: str


@dataclass(frozen=True)
class About:
    """A dataset; what it does not say is empty. Texts by language; `modified` is a date, `license` an IRI."""

    iri: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    modified: str = ""
    license: str = ""
    publisher: str = ""
    sources: tuple[Credit, ...] = ()
    contributors: tuple[Credit, ...] = ()

    @property
    def reporter(self) -> str:
        """Who publishes the dataset, else what it is called."""
        return self.publisher or self.title

    @property
    def title(self) -> str:
        """The title in the language of the project, else in any; the program's name where there is none."""
        return self.titles.get(i18n.DEFAULT) or next(iter(self.titles.values()), "") or "g7graph"


@cache
def _text(name: str) -> str:
    return (_FOLDER / f"{name}.rq").read_text(encoding="utf-8")


def about(store: Store) -> About:
    """Ask what is described: the first dataset that is no part of another."""
    rows = store.table(_text("about")).rows
    if not rows:
        return About()
    dataset, _, _, version, modified, license_, publisher = rows[0]
    credits_ = _credits(store, text(dataset))
    return About(
        iri=text(dataset),
        titles=_in_languages([row[1] for row in rows]),
        descriptions=_in_languages([row[2] for row in rows]),
        version=text(version),
        modified=text(modified),
        license=text(license_),
        publisher=text(publisher),
        sources=tuple(one for one in credits_ if one.role == _SOURCE),
        contributors=tuple(one for one in credits_ if one.role != _SOURCE),
    )


def _credits(store: Store, dataset: str) -> list[Credit]:
    rows = store.table(run.filled(_text("credits"), {"dataset": [NamedNode(dataset)]})).rows
    return [Credit(text(name), text(place), text(role)) for name, role, place in rows]


def _in_languages(terms: list[object]) -> dict[str, str]:
    said = [term for term in terms if isinstance(term, Literal)]
    return {term.language or i18n.DEFAULT: term.value for term in reversed(said)}
