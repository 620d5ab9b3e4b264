"""Nothing of the document is left out: its tables come back from the graph alone, its text is covered by quotes."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal, InvalidOperation
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
PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT ?passage ?quote WHERE {
  ?passage g7:quote ?quote ; dcterms:isPartOf <https://w3id.org/g7graph/id/source-document/2014>
} ORDER BY ?passage
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


def test_a_translation_names_san_pedro_as_its_own_passage_does(store: LocalStore) -> None:
    written = """
    PREFIX g7: <https://w3id.org/g7graph/ontology#>
    SELECT ?passage ?text { ?passage g7:quote|g7:translation ?text FILTER(CONTAINS(?text, "San Pedro de")) }
    """
    named: dict[str, list[str]] = defaultdict(list)
    for row in store.table(written).records():
        passage = str(row["passage"]).rpartition("/")[2]
        named[passage] += re.findall(r"San Pedro de ([\w/]+)/La Libertad", str(row["text"]))
    assert named == {"plan-4.2-target": ["Lloc"] * 3, "monitoring-4.2-target": ["Cuzco/Lloc"] * 3}  # as D18 says


NUMBERS = """
PREFIX g7: <https://w3id.org/g7graph/ontology#>
PREFIX prov: <http://www.w3.org/ns/prov#>
SELECT ?thing ?property ?value ?basis ?quote WHERE {
  VALUES ?property { g7:value g7:inProcess g7:outOf g7:threshold g7:percent g7:amountPEN }
  ?thing ?property ?value ; prov:hadPrimarySource/g7:quote ?quote .
  OPTIONAL { ?thing g7:basis ?basis }
}
"""
WORDS = {"un": 1, "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "ocho": 8}


def numbers(text: str) -> set[Decimal]:
    """The numbers a text writes: 94,729 and 20,122,319.00, 0.54, «dos», 104 millones."""
    found = {Decimal(WORDS[word]) for word in re.findall(r"\w+", text.lower()) if word in WORDS}
    for digits, millions in re.findall(r"(\d[\d.,]*)( millones)?", text):
        try:
            number = Decimal(digits.rstrip(".,").replace(",", ""))
        except InvalidOperation:
            continue
        found.add(number * 1_000_000 if millions else number)
    return found


def test_every_figure_is_written_in_its_own_passage(store: LocalStore) -> None:
    written: dict[tuple[str, str, Decimal], set[Decimal]] = defaultdict(set)
    for row in store.table(NUMBERS).records():
        counted = str(row["basis"]).endswith("/counted")
        one_of_a_list = "/disaggregation/" in str(row["thing"]) and row["value"] == 1
        if not counted and not one_of_a_list:
            key = str(row["thing"]), str(row["property"]), Decimal(str(row["value"]))
            written[key] |= numbers(str(row["quote"]))
    assert len(written) > 180
    assert [key for key, found in written.items() if key[2] not in found] == []


COUNTED = {
    "O1.2-2014-05-target": 2,  # one municipality and one regional government
    "O1.2-2014-05-baseline": 2,  # Cuzco and Apurímac
    "O1.2-2014-05-actual": 5,  # three municipalities and two regional governments
    "3.1a-plan-target": 2,  # Cusco and Apurímac
    "3.1a-2014-05-target": 2,
    "3.1a-2014-05-baseline": 2,
    "3.1b-2014-05-baseline": 1,  # Piura
    "3.1b-2014-05-actual": 1,
    "5.1b-2014-05-actual": 1,  # the application, installed
    "5.1c-plan-target": 16,  # 14 national entities and 2 local governments
    "5.1c-2014-05-target": 16,
    "8.1c-2014-05-actual": 1,  # the website, under development
}


def test_what_is_counted_is_what_a_reader_counts(store: LocalStore) -> None:
    counted = """
    PREFIX g7: <https://w3id.org/g7graph/ontology#>
    PREFIX value-basis: <https://w3id.org/g7graph/id/value-basis/>
    SELECT ?thing ?value { ?thing g7:basis value-basis:counted ; g7:value|g7:inProcess ?value }
    """
    found = {str(row["thing"]).rpartition("/")[2]: row["value"] for row in store.table(counted).records()}
    assert found == COUNTED
