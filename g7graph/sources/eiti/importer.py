"""A run of the importer: sources in, N-Triples out as they are read, with who made them of what (PROV).

The same sources give the same statements: there is no clock in them, and no path.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath

from g7graph import i18n, vocab
from g7graph.errors import UsageError
from g7graph.sources.eiti import api, tables, terms, workbook
from g7graph.sources.eiti.build import records
from g7graph.sources.eiti.record import Revenue, Row
from g7graph.sources.eiti.source import Source
from g7graph.sources.eiti.statements import Statements
from g7graph.sources.eiti.terms import iri, name, text, thing
from g7graph.sources.problem import Place, Problem

#: What the importer makes of the same source; it changes with what it makes.
VERSION = "1"
_READERS: dict[str, Callable[[Source], Iterator[Row | Problem]]] = {
    ".csv": tables.read,
    ".json": api.read,
    ".xlsm": workbook.read,
    ".xlsx": workbook.read,
}


class Import:
    """What is read of sources for a named graph (`graph/<graph>`); `counts` says how many records of each kind.

    `tell` hears of each problem when it is met; `country` is that of sources which do not say theirs; `quads` has the
    graph in each statement; `said` are statements that other graphs make, which are not made again.
    """

    def __init__(
        self,
        graph: str,
        tell: Callable[[Problem], None],
        *,
        country: str = "",
        quads: bool = False,
        said: Iterable[str] = (),
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.hashes: dict[str, str] = {}
        self._graph, self._tell, self._country = graph, tell, country or None
        self._end = f" {iri(vocab.graph(graph))} .\n" if quads else " .\n"
        self._statements = Statements(self._end, said)
        self._keys: dict[str, str] = {}

    def read(self, sources: Iterable[Source]) -> Iterator[str]:
        """Yield the statements of sources in their order. Raises UsageError for two of the same name."""
        for source in sources:
            key = self._key(source)
            yield self._lines(self._described(source, key))
            reader = _READERS.get(source.suffix)
            if reader is None:
                known = ", ".join(sorted(_READERS))
                self._note(Problem(Place(source.name), "unknown_form", {"value": source.suffix, "known": known}))
                continue
            yield from self._of(reader(source), key)
        yield self._lines(self._run())

    def _of(self, rows: Iterator[Row | Problem], key: str) -> Iterator[str]:
        for row in rows:
            if isinstance(row, Problem):
                self._note(row)
                continue
            for record in records(row, self._country):
                if isinstance(record, Problem):
                    self._note(record)
                else:
                    self.counts[_kind(record)] += 1
                    yield self._statements.of(record, key)
            for problem in self._statements.problems():
                self._note(problem)

    def _note(self, problem: Problem) -> None:
        self.counts["lost" if problem.lost else "unread"] += 1
        self._tell(problem)

    def _key(self, source: Source) -> str:
        """Return the key of a source, by its name without extension."""
        called = source.name if source.is_address else PurePosixPath(source.name).stem
        key = "eiti-" + (vocab.slug(called) or "source").removeprefix("eiti-")
        if key in self._keys:
            raise UsageError("same_name", name=source.name, other=self._keys[key])
        self._keys[key] = source.name
        return key

    def _described(self, source: Source, key: str) -> Iterator[tuple[str, str, str]]:
        """Say which file, by its hash, the figures below are from."""
        digest = self.hashes[source.name] = source.sha256()
        document, checksum = thing("source-document", key), thing("checksum", key)
        yield document, name("rdf:type"), name("g7:SourceDocument")
        yield document, name("dcterms:title"), text(source.name)
        yield document, name("spdx:checksum"), checksum
        yield checksum, name("rdf:type"), name("spdx:Checksum")
        yield checksum, name("spdx:algorithm"), name("spdx:checksumAlgorithm_sha256")
        yield checksum, name("spdx:checksumValue"), terms.typed(digest, "hexBinary")
        if source.is_address:
            yield document, name("foaf:page"), iri(source.name)

    def _run(self) -> Iterator[tuple[str, str, str]]:
        """Say what was done: an activity without a time, so that the next on the same sources is the same."""
        run = self._graph.removeprefix("imported/")
        activity, importer = thing("import", run), thing("import", f"{run}/importer")
        yield activity, name("rdf:type"), name("prov:Activity")
        yield activity, name("prov:wasAssociatedWith"), importer
        graph, files = iri(vocab.graph(self._graph)), ", ".join(self._keys.values())
        yield graph, name("prov:wasGeneratedBy"), activity
        for key in self._keys:
            yield activity, name("prov:used"), thing("source-document", key)
        yield importer, name("rdf:type"), name("prov:SoftwareAgent")
        yield importer, name("dcterms:hasVersion"), text(VERSION)
        for lang in i18n.LANGUAGES:
            yield graph, name("dcterms:title"), text(i18n.text("sources.eiti_graph", lang, graph=run), lang)
            yield graph, name("dcterms:description"), text(i18n.text("sources.eiti_read", lang, files=files), lang)
            yield activity, name("rdfs:label"), text(i18n.text("sources.eiti_run", lang, graph=self._graph), lang)
            yield importer, name("rdfs:label"), text(i18n.text("sources.eiti_importer", lang), lang)

    def _lines(self, triples: Iterable[tuple[str, str, str]]) -> str:
        return "".join(f"{subject} {predicate} {value}{self._end}" for subject, predicate, value in triples)


def _kind(record: object) -> str:
    if isinstance(record, Revenue):
        return "payments" if record.is_payment else "receipts"
    return {"Organisation": "organisations", "GfsCode": "codes", "SummaryData": "summaries"}.get(
        type(record).__name__, "countries"
    )
