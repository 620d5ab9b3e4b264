"""Nothing of the document is left out: its tables come back from the graph alone, its text is covered by quotes."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

from g7graph import run
from g7graph.queries import Library
from g7graph.store.local import LocalStore

TABLES = sorted((Path(__file__).parent / "data" / "tables").glob("*.md"))
#: The columns of all tables, in the order in which the transcriptions write them.
COLUMNS = (
    "number objective axis title result indicator target baseline actual responsible name link case agreements closed"
)
ORDER = {name: place for place, name in enumerate(COLUMNS.split())}

Cells = dict[tuple[int, str], str]


def markdown(cells: Cells) -> str:
    """Write a table's cells as Markdown: a line per row, an empty cell where there is none."""
    names = sorted({name for _, name in cells}, key=ORDER.__getitem__)
    rows = sorted({row for row, _ in cells})
    lines = [names, ["---"] * len(names), *([cells.get((row, name), "") for name in names] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


@pytest.fixture(scope="module")
def regenerated(store: LocalStore, library: Library) -> dict[str, Cells]:
    tables: dict[str, Cells] = defaultdict(dict)
    for row in run.table(store, library.support["tables"], {}).records():
        place = int(str(row["row"])), str(row["column"])
        assert place not in tables[str(row["table"])], row
        tables[str(row["table"])][place] = str(row["quote"])
    return tables


def test_every_table_of_the_document_is_in_the_graph_and_no_other(regenerated: dict[str, Cells]) -> None:
    assert len(TABLES) == 16
    assert {path.stem for path in TABLES} == set(regenerated)


@pytest.mark.parametrize("path", TABLES, ids=lambda path: str(path.stem))
def test_a_table_comes_back_from_the_graph_cell_by_cell(regenerated: dict[str, Cells], path: Path) -> None:
    ours, document = markdown(regenerated[path.stem]).splitlines(), path.read_text(encoding="utf-8").splitlines()
    for mine, theirs in zip(ours, document, strict=True):
        assert mine.split(" | ") == theirs.split(" | ")


QUOTES = """
PREFIX g7: <https://w3id.org/g7graph/ontology#>
SELECT ?passage ?quote WHERE { ?passage g7:quote ?quote } ORDER BY ?passage
"""


@pytest.fixture(scope="module")
def quotes(store: LocalStore) -> dict[str, str]:
    return {str(row["passage"]): str(row["quote"]) for row in store.table(QUOTES).records()}


@pytest.fixture(scope="module")
def document(shared: Path) -> str:
    """The document's text with white space and hyphens at line ends normalised, as the quotes are."""
    (path,) = (shared / "source").glob("*.txt")
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"\*\*|</?p>", " ", text.replace("**", ""))
    text = re.sub(r"([a-záéíóúñ])-\n\s*([a-záéíóúñ])", r"\1\2", text)
    return re.sub(r"\s+", " ", text)


def test_each_quote_occurs_in_the_document(document: str, quotes: dict[str, str]) -> None:
    assert len(quotes) > 400
    assert [passage for passage, quote in quotes.items() if quote not in document] == []


def test_every_sentence_of_the_document_is_quoted(document: str, quotes: dict[str, str]) -> None:
    left = document
    for quote in sorted(set(quotes.values()), key=len, reverse=True):
        if not quote.isdecimal():  # a number alone stands in other sentences too
            left = left.replace(quote, "\n")
    assert re.findall("[A-Za-záéíóúñ]+", left) == []
