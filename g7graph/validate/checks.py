"""Checks: queries that return what is wrong; no rows, no findings."""

from __future__ import annotations

from g7graph import vocab
from g7graph.queries import Library, in_language
from g7graph.store import Store
from g7graph.table import Term, text
from g7graph.validate.findings import Finding
from g7graph.validate.sources import Sources


def offenders(library: Library, store: Store, sources: Sources, lang: str) -> list[Finding]:
    """Run every check; a row names the `subject`, and where it helps the `path` and `value`."""
    found = []
    for check in library.checks.values():
        table = store.table(check.text)
        for row in table.rows:
            cells = dict(zip(table.names, row, strict=True))
            subject = text(cells.get("subject"))
            found.append(
                Finding(
                    severity=str(check.header["level"]),
                    file=sources.file_of(subject),
                    line=0,
                    subject=vocab.curie(subject),
                    path=_short(cells.get("path")),
                    value=_short(cells.get("value")),
                    message=_message(check.header, lang),
                    source=f"checks/{check.name}",
                )
            )
    return found


def _message(header: object, lang: str) -> str:
    """Say the problem and its solution."""
    if not isinstance(header, dict):
        return ""
    return " ".join(in_language(header.get(part) or {}, lang) for part in ("problem", "solution")).strip()


def _short(term: Term | None) -> str:
    return vocab.curie(text(term))
