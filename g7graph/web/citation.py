"""How to cite the dataset and the things in it: one source, the description in the data, for all pages."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pyoxigraph import Literal

from g7graph.table import text
from g7graph.web.asks import ask
from g7graph.web.context import language, say, site
from g7graph.web.names import best

_BIBTEX_SPECIAL = re.compile(r"[\\{}%#&$_]")


@dataclass(frozen=True)
class Citation:
    """What one cites a dataset by; `date` is of its version, `licence` an SPDX identifier."""

    dataset: str
    title: str
    version: str
    date: str
    licence: str
    authors: tuple[str, ...]

    @property
    def year(self) -> str:
        """The year of the version."""
        return self.date[:4]

    @property
    def line(self) -> str:
        """The dataset in the words of the reader's language."""
        return say("cite_dataset", **self._said, iri=self.dataset)

    def thing(self, label: str, iri: str) -> str:
        """Cite a thing of the dataset."""
        return say("cite_thing", **self._said, label=label, iri=iri)

    @property
    def bibtex(self) -> str:
        """The dataset as an entry of BibTeX, which knows no datasets: `@misc`."""
        fields = {
            "author": " and ".join(f"{{{_escaped(author)}}}" for author in self.authors),
            "title": "{" + _escaped(self.title) + "}",
            "year": self.year,
            "version": self.version,
            "url": self.dataset,
            "note": _escaped(self.licence),
        }
        lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
        return f"@misc{{{self.dataset.rpartition('/')[2]}-{self.version},\n{lines}\n}}"

    @property
    def _said(self) -> dict[str, str]:
        said = {"title": self.title, "version": self.version, "date": self.date, "licence": self.licence}
        return {**said, "authors": ", ".join(self.authors)}


def citation() -> Citation | None:
    """Read how the dataset is cited, in the language of the request; None where it does not say."""
    store = site().store
    rows = site().cited.get(store.version, lambda: ask(store, "citation").rows)
    if not rows:
        return None
    first = rows[0]
    mine = [row for row in rows if row[0] == first[0]]
    titles = [row[1] for row in mine if isinstance(row[1], Literal)]
    authors = tuple(dict.fromkeys(text(row[5]) for row in mine))
    dataset, version, date, licence = (text(first[column]) for column in (0, 2, 3, 4))
    return Citation(dataset, best(titles, language()), version, date, licence, authors)


def _escaped(value: str) -> str:
    return _BIBTEX_SPECIAL.sub(lambda found: r"\textbackslash{}" if found[0] == "\\" else "\\" + found[0], value)
