"""Values people type become terms in a saved query's slots."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from g7graph import run, vocab
from g7graph.errors import BadParameter, DataError
from g7graph.queries import Library, SavedQuery
from g7graph.store.local import LocalStore
from g7graph.table import Table

DATA = """
PREFIX agency: <https://w3id.org/g7graph/id/agency/>
PREFIX result: <https://w3id.org/g7graph/id/result/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
agency:giz rdfs:label "Cooperación Alemana"@es ; skos:altLabel "GIZ" .
agency:minem rdfs:label "Ministerio de Energía y Minas"@es .
result:4 skos:notation "result-4" ; rdfs:label "Resultado 4"@es .
"""
QUERY = """#+ summary: {es: Una, en: One, fr: Une}
#+ params:
#+   agency: {type: iri, kind: agency}
#+   result: {type: iri, kind: result}
#+   lang: {type: lang}
#+   most: {type: integer}
#+   name: {type: string}
#+ columns: {agency: iri, lang: string}
SELECT ?agency ?result ?lang ?most ?name WHERE {
  VALUES ?agency { UNDEF }
  VALUES ?result { UNDEF }
  VALUES ?lang { "es" }
  VALUES ?most { UNDEF }
  VALUES ?name { UNDEF }
}
"""


@pytest.fixture
def query(tmp_path: Path) -> SavedQuery:
    path = tmp_path / "one.rq"
    path.write_text(QUERY)
    return SavedQuery.read(path)


@pytest.fixture
def tiny() -> LocalStore:
    inner = ox.Store()
    inner.load(DATA, ox.RdfFormat.TURTLE)
    return LocalStore(inner, version="1", union=False)


@pytest.mark.parametrize(
    "given",
    ["giz", "GIZ", "cooperacion alemana", "Cooperación Alemana", "agency:giz", "agency-giz",
     "https://w3id.org/g7graph/id/agency/giz"],
)  # fmt: skip
def test_a_thing_is_picked_by_key_label_prefixed_name_or_iri(tiny: LocalStore, query: SavedQuery, given: str) -> None:
    (row,) = run.table(tiny, query, {"agency": given}).records()
    assert row["agency"] == "https://w3id.org/g7graph/id/agency/giz"


@pytest.mark.parametrize("given", ["4", "result-4", "resultado 4"])
def test_a_result_is_picked_by_number_or_notation(tiny: LocalStore, query: SavedQuery, given: str) -> None:
    (row,) = run.table(tiny, query, {"result": given}).records()
    assert row["result"] == "https://w3id.org/g7graph/id/result/4"


@pytest.mark.parametrize("given", ["EN", "en", "En"])
def test_a_language_has_no_case(tiny: LocalStore, query: SavedQuery, given: str) -> None:
    (row,) = run.table(tiny, query, {"lang": given}, lang="fr").records()
    assert row["lang"] == "en"


@pytest.mark.parametrize(
    ("name", "key"), [("Cajamarca", "060000"), ("Cuzco", "080000"), ("Piura", "200000"), ("Pacasmayo", "130700")]
)
def test_of_places_of_one_name_the_one_around_the_others_is_meant(store: LocalStore, name: str, key: str) -> None:
    """Regions, not the provinces in them; the province, not its district."""
    found = run.named(store, ["place"])["place"]
    assert found.things[vocab.fold(name)] == vocab.thing("place", key)


def test_what_is_not_given_stays_undefined_and_the_language_is_filled_in(tiny: LocalStore, query: SavedQuery) -> None:
    (row,) = run.table(tiny, query, {}, lang="fr").records()
    assert row == {"agency": None, "result": None, "lang": "fr", "most": None, "name": None}


class Asked(LocalStore):
    """A store that notes the queries it is asked."""

    def __init__(self, inner: ox.Store) -> None:
        super().__init__(inner, version="1", union=False)
        self.texts: list[str] = []

    def table(self, text: str) -> Table:
        self.texts.append(text)
        return super().table(text)


@pytest.mark.parametrize(
    ("values", "looked"),
    [
        ({"agency": "giz"}, False),
        ({"agency": "agency-giz"}, False),
        ({"agency": "agency:giz"}, False),
        ({"agency": "https://w3id.org/g7graph/id/agency/giz", "result": "4"}, False),
        ({"result": "4", "lang": "fr", "most": "3"}, False),
        ({"agency": "GIZ"}, True),
        ({"agency": "giz", "result": "resultado 4"}, True),
    ],
    ids=str,
)
def test_names_are_looked_through_only_for_what_is_no_iri_and_no_key(
    tiny: LocalStore, query: SavedQuery, values: dict[str, str], looked: bool
) -> None:
    store = Asked(tiny.inner)
    assert run.terms(store, query, values)
    assert any("?isNotation" in text for text in store.texts) is looked


def test_a_key_is_taken_before_what_another_thing_is_called(query: SavedQuery) -> None:
    store = LocalStore(ox.Store(), version="1", union=False)
    store.inner.load(DATA + 'agency:a rdfs:label "giz" .\n', ox.RdfFormat.TURTLE)
    assert run.terms(store, query, {"agency": "giz"})["agency"] == ox.NamedNode(
        "https://w3id.org/g7graph/id/agency/giz"
    )
    assert run.terms(store, query, {"agency": "a"})["agency"] == ox.NamedNode("https://w3id.org/g7graph/id/agency/a")


@pytest.mark.parametrize(
    "text", ['" } UNION { ?s ?p ?o } #', "\\", "a\nb", "}", "?x", '"""', "<http://x/>", "UNDEF", "ñ\u2028"]
)
def test_a_hostile_string_stays_a_string(tiny: LocalStore, query: SavedQuery, text: str) -> None:
    (row,) = run.table(tiny, query, {"name": text}).records()
    assert row["name"] == text


def test_an_unknown_parameter_is_refused_with_those_there_are(tiny: LocalStore, query: SavedQuery) -> None:
    with pytest.raises(BadParameter) as refused:
        run.bind(tiny, query, {"agencia": "giz"})
    assert refused.value.nearest[0] == "agency"
    assert set(refused.value.nearest) == {"agency", "result", "lang", "most", "name"}


@pytest.mark.parametrize(
    ("parameter", "value", "nearest"),
    [
        ("agency", "gizz", "giz"),
        ("agency", "ministerio de energia", "minem"),
        ("lang", "pt", "en"),
        ("most", "x", "1"),
        ("most", "--3", "1"),
        ("most", "9" * 5000, "1"),
    ],
)
def test_an_unknown_value_is_refused_with_the_nearest(
    tiny: LocalStore, query: SavedQuery, parameter: str, value: str, nearest: str
) -> None:
    with pytest.raises(BadParameter) as refused:
        run.bind(tiny, query, {parameter: value})
    assert nearest in refused.value.nearest
    assert value in str(refused.value)


@pytest.mark.parametrize("value", ["http://x/> } DROP ALL #", "https://w3id.org/g7graph/id/agency/nobody"])
def test_an_iri_that_names_nothing_here_is_refused(tiny: LocalStore, query: SavedQuery, value: str) -> None:
    with pytest.raises(BadParameter):
        run.bind(tiny, query, {"agency": value})


def test_a_parameter_without_its_slot_is_an_error_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "one.rq"
    path.write_text("#+ params: {agency: {type: iri, kind: agency}}\nSELECT * { ?s ?p ?o }")
    with pytest.raises(DataError, match="VALUES \\?agency"):
        SavedQuery.read(path)


def test_a_header_that_is_not_yaml_is_placed_by_line(tmp_path: Path) -> None:
    path = tmp_path / "one.rq"
    path.write_text("#+ summary: one\n#+ params: {agency: [}\nSELECT * { ?s ?p ?o }")
    with pytest.raises(DataError, match="line 2"):
        SavedQuery.read(path)


@pytest.mark.parametrize(
    ("header", "line", "expected"),
    [
        ("summary: one\nparams: [agency]", 2, "params: {name: {type: iri, kind: agency}}"),
        ("params:\n  lang: {type: lang}\n  agency: iri", 3, "agency: {type: iri, kind: agency}"),
        ("params:\n  agency: {type: iri}", 2, "agency: {type: iri, kind: agency}"),
        ("params:\n  agency:\n    type: irl", 2, "agency: {type: iri | string | lang | integer}"),
        ("params: {4: {type: integer}}", 1, "4: {type: iri, kind: agency}"),
        ("summary: {es: Una}\ncolumns: agency", 2, "columns: {name: type}"),
        ("columns: [agency, label]", 1, "columns: {name: type}"),
        ("columns:\n  a: string\n  b: {scheme: my list}", 3, "b: {type: string, scheme: status}"),
        ("columns: {a: {type: string, scheme: {x: y}}}", 1, "a: {type: string, scheme: status}"),
        ("tags: 5", 1, "tags: [word, word]"),
        ("tags: [one]\nexample: giz", 2, "example: {name: value}"),
        ("example: {since: 2014-13-45}", 1, "month must be in 1..12"),
        ("- one\n- two", 1, "key: value"),
    ],
)
def test_a_header_that_is_not_as_it_should_be_says_where_and_what_was_expected(
    tmp_path: Path, header: str, line: int, expected: str
) -> None:
    path = tmp_path / "one.rq"
    path.write_text("".join(f"#+ {one}\n" for one in header.splitlines()) + "SELECT * { ?s ?p ?o }")
    with pytest.raises(DataError) as refused:
        SavedQuery.read(path)
    assert (refused.value.path, refused.value.line) == (str(path), line)
    assert f"{path}, line {line}" in str(refused.value)
    assert expected in str(refused.value)


def test_two_queries_of_one_name_are_refused_with_both_files(tmp_path: Path) -> None:
    for topic in ("people", "places"):
        (tmp_path / topic).mkdir()
        (tmp_path / topic / "one.rq").write_text("SELECT * { ?s ?p ?o }")
    with pytest.raises(DataError) as refused:
        Library.read(tmp_path)
    assert all(str(tmp_path / topic / "one.rq") in str(refused.value) for topic in ("people", "places"))


def test_a_rule_may_have_the_name_of_a_query(tmp_path: Path) -> None:
    for topic in ("derive", "progress"):
        (tmp_path / topic).mkdir()
        (tmp_path / topic / "one.rq").write_text("SELECT * { ?s ?p ?o }")
    library = Library.read(tmp_path)
    assert (library.rules["one"].topic, library.saved["one"].topic) == ("derive", "progress")
