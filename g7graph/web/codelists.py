"""The code lists: each with its codes, the properties that take them, and how many things carry each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

import pyoxigraph as ox

from g7graph import vocab
from g7graph.table import python
from g7graph.web import documents
from g7graph.web.cells import Cell
from g7graph.web.context import Reader, Site, reader, site
from g7graph.web.facts import Facts
from g7graph.web.terms import Terms
from g7graph.web.versions import Change, history

SCHEME = vocab.STANDARD["skos"] + "ConceptScheme"
_GRAPH = "ontology/codes/"
_MOST = 50  # lists that are kept, of a hundred statements or so


@dataclass(frozen=True)
class Code:
    """A code of a list; `uses` is 0 where nothing carries it, or nobody counted."""

    cell: Cell
    key: str
    definition: str
    deprecated: bool
    replaced_by: list[Cell]
    mappings: list[tuple[str, list[Cell]]]
    changes: list[tuple[str, Change]]
    uses: int = 0


@dataclass(frozen=True)
class CodeList:
    """A code list: what it is called, what it is for, the properties that take its codes, its codes by key.

    `path` leads to the graph that holds it whole.
    """

    cell: Cell
    key: str
    definition: str
    properties: list[Cell]
    codes: list[Code]
    path: str | None = None


def listed(terms: Terms) -> list[CodeList]:
    """List the code lists of a vocabulary, by name."""
    schemes = [iri for iri in terms.facts.subjects("rdf:type", SCHEME) if iri.startswith(vocab.THING)]
    return [_list(terms, cell.iri) for cell in terms.cells(schemes)]


def code_list(iri: str, types: Iterable[Cell]) -> CodeList | None:
    """Read a code list for its own page; None for a thing whose types say that it is none."""
    if SCHEME not in (one.iri for one in types):
        return None
    here = site()
    return here.code_lists.get(here.store.version, lambda: CodeLists(here))(iri, reader())


class CodeLists:
    """The code lists of a site that were read last, and as they were shown: some say more than all else on a page."""

    def __init__(self, here: Site) -> None:
        self._site = here
        self._facts = lru_cache(_MOST)(self._read)
        self._lists = lru_cache(_MOST)(self._shown)

    def __call__(self, scheme: str, who: Reader) -> CodeList:
        """Return a code list as the reader who asks is shown it."""
        return self._lists(scheme, who)

    def _read(self, scheme: str) -> Facts:
        """Read what is said of a code list and its codes: to count how many things carry each takes long."""
        written = documents.coded(self._site, scheme)
        return Facts(quad.triple for quad in ox.parse(written, format=ox.RdfFormat.N_TRIPLES))

    def _shown(self, scheme: str, who: Reader) -> CodeList:
        terms = Terms(self._facts(scheme), who.lang, inside=False)
        graph = vocab.graph(_GRAPH + scheme.removeprefix(vocab.THING))
        path = vocab.local_path(graph) if graph in self._site.store.graphs() else None
        return replace(_list(terms, scheme), path=path)


def _list(terms: Terms, scheme: str) -> CodeList:
    takers = terms.facts.subjects("rdfs:seeAlso", scheme)
    codes = [_code(terms, iri) for iri in terms.facts.subjects("skos:inScheme", scheme)]
    return CodeList(
        cell=terms.cell(scheme),
        key=scheme.removeprefix(vocab.THING),
        definition=terms.facts.text(scheme, "skos:definition", terms.lang),
        properties=terms.cells(one for one in takers if one in terms.kinds),
        codes=sorted(codes, key=lambda one: one.key),
    )


def _code(terms: Terms, iri: str) -> Code:
    facts = terms.facts
    return Code(
        cell=terms.cell(iri),
        key=facts.text(iri, "skos:notation", terms.lang) or iri.rpartition("/")[2],
        definition=facts.text(iri, "skos:definition", terms.lang),
        deprecated=terms.is_deprecated(iri),
        replaced_by=terms.cells(facts.nodes(iri, "dcterms:isReplacedBy")),
        mappings=terms.mappings(iri),
        changes=history(terms, iri),
        uses=sum(int(str(python(one))) for one in facts.values(iri, "void:entities")),
    )
