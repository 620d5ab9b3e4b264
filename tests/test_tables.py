"""The tables to download: what they say is in the graph, and every format says the same."""

from __future__ import annotations

import csv
import json
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import csvw
import openpyxl
import pyarrow.parquet as pq
import pyoxigraph as ox
import pytest
import rdflib

from g7graph import dumps, i18n, vocab
from g7graph.dumps import database, described, parquet, rows, workbook
from g7graph.dumps.about import About, about
from g7graph.dumps.rows import Rows
from g7graph.dumps.schema import Schema, schemas
from g7graph.errors import DataError
from g7graph.exports.manifest import Manifest
from g7graph.project import Project
from g7graph.queries import Library, SavedQuery
from g7graph.store.local import LocalStore

#: What the document has of each.
COUNTS = {
    "indicators": 38,
    "measurements": 132,
    "agencies": 16,
    "places": 59,
    "projects": 8,
    "cases": 7,
    "passages": 436,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, project: Project, store: LocalStore) -> Path:
    output = tmp_path_factory.mktemp("tables")
    dumps.build(store, project, output)
    return output / "dumps" / "tables"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, library: Library, store: LocalStore) -> dict[str, Rows]:
    place = tmp_path_factory.mktemp("made")
    found = [rows.write(store, schema, place / f"{schema.name}.csv") for schema in schemas(library)]
    return {table.schema.name: table for table in database.write(found, place / "tables.sqlite")}


def records(table: Rows) -> list[dict[str, Any]]:
    return [dict(zip(table.schema.names, row, strict=True)) for row in table]


# ---- what they say


def test_there_is_a_row_for_everything_of_the_document(made: dict[str, Rows]) -> None:
    assert {name: table.count for name, table in made.items() if name != "evidence"} == COUNTS
    assert list(made) == [*COUNTS, "evidence"]


def test_the_figures_are_those_of_the_document(made: dict[str, Rows]) -> None:
    measured = {row["measurement"].rpartition("/")[2]: row for row in records(made["measurements"])}
    target, actual = measured["4.4-plan-target"], measured["4.4-2014-05-actual"]
    assert (target["value"], target["type"], target["date"], target["version"]) == (54, "target", "2015-06", "plan")
    assert (actual["value"], actual["type"], actual["code"]) == (43, "actual", "4.4")
    assert measured["O1.2-2014-05-actual"]["value"] is None
    assert measured["O1.2-2014-05-actual"]["inProcess"] == 5
    case = next(row for row in records(made["cases"]) if row["number"] == "2")
    assert (case["amountPEN"], case["closed"].__class__) == (Decimal(287103526), date)
    place = next(row for row in records(made["places"]) if row["ubigeo"] == "020106")
    assert (place["label_es"], place["level"]) == ("Jangas", "district")
    mim = next(row for row in records(made["projects"]) if row["project"].endswith("/mim-peru"))
    assert "http://www.mim.org.pe" in mim["pages"].split(" ")


def test_every_measurement_case_and_project_names_its_passage(made: dict[str, Rows]) -> None:
    known = {row["passage"] for row in records(made["passages"])}
    for name in ("indicators", "measurements", "cases", "projects"):
        for row in records(made[name]):
            assert row["passages"], row
            assert set(row["passages"].split(" ")) <= known


def test_what_a_cell_says_by_its_description_is_a_statement_of_the_graph(
    made: dict[str, Rows], store: LocalStore
) -> None:
    checked = 0
    for table in made.values():
        for row in table.written():
            for predicate, said in statements(table.schema, row):
                found = {
                    quad.object.value
                    for quad in store.inner.quads_for_pattern(ox.NamedNode(row[0]), ox.NamedNode(predicate), None, None)
                    if not isinstance(quad.object, ox.Triple)
                }
                assert said in found, (table.schema.name, row[0], predicate)
                checked += 1
    assert checked > 7_000


def statements(schema: Schema, row: list[str]) -> Iterator[tuple[str, str]]:
    if schema.kind:
        yield vocab.RDF_TYPE, schema.kind
    for field, cell in zip(schema.fields, row, strict=True):
        for value in cell.split(" ") if field.many else [cell]:
            if field.property and value:
                yield field.property, vocab.thing(field.scheme, value) if field.scheme else value


def test_nothing_that_a_column_is_for_is_left_out(made: dict[str, Rows], store: LocalStore) -> None:
    for table in made.values():
        for place, field in enumerate(table.schema.fields):
            if not field.property or not table.schema.kind:
                continue
            text = f"""SELECT (COUNT(*) AS ?n) {{ ?thing a <{table.schema.kind}> ; <{field.property}> ?value
                {f'FILTER(LANG(?value) = "{field.lang}")' if field.lang else ""} }}"""
            ((count,),) = store.table(text).rows
            cells = [row[place] for row in table.written() if row[place]]
            assert isinstance(count, ox.Literal)
            assert sum(len(cell.split(" ")) if field.many else 1 for cell in cells) == int(count.value), field


# ---- their headers


def test_a_header_speaks_three_languages_and_names_terms_that_are_known(library: Library, store: LocalStore) -> None:
    assert len(library.tables) == len(COUNTS) + 1
    for schema in schemas(library):
        assert set(schema.titles) == set(schema.descriptions) == set(i18n.LANGUAGES)
        for field in schema.fields:
            said = schema.query.header["columns"][field.name]
            assert set(i18n.LANGUAGES) <= set(said), field.name
            assert set(said) <= {"type", "property", "lang", "scheme", "refers", "many", *i18n.LANGUAGES}
            assert field.type in {"iri", "string", "integer", "decimal", "boolean", "date", "gYearMonth"}
            assert bool(field.property) == ("property" in said)
            assert not field.scheme or field.scheme in vocab.SCHEMES
            assert not field.refers or field.refers in library.tables
        own = [one for one in (schema.kind, *(field.property for field in schema.fields)) if one.startswith(vocab.G7)]
        for iri in own:
            assert next(store.inner.quads_for_pattern(ox.NamedNode(iri), None, None, None), None), iri


def test_both_engines_give_the_same_tables(made: dict[str, Rows], store: LocalStore) -> None:
    union = {quad.triple for quad in store.inner.quads_for_pattern(None, None, None, None)}
    text = ox.serialize(union, format=ox.RdfFormat.N_TRIPLES) or b""
    graph = rdflib.Graph(bind_namespaces="none").parse(data=text, format="nt")
    for table in made.values():
        found = graph.query(table.schema.query.text)
        assert [str(one) for one in found.vars or ()] == list(table.schema.names)
        theirs = [[said(cell) for cell in row] for row in found]  # type: ignore[union-attr]  # a SELECT has rows
        ours = [[said(cell) for cell in row] for row in table.written()]
        assert sorted(theirs) == sorted(ours), table.schema.name


def said(cell: object) -> str:
    """A cell whatever the order of several values and the way that an engine writes a decimal."""
    written = " ".join(sorted(("" if cell is None else str(cell)).split(" ")))
    return written.removesuffix(".0")


# ---- their formats


def test_csv_is_as_rfc_4180_says(folder: Path) -> None:
    raw = (folder / "passages.csv").read_bytes()
    assert raw.startswith(b"passage,quote,translation_en,")
    assert raw.endswith(b"\r\n")
    assert raw.count(b"\r\n") == 437
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert raw.decode("utf-8")


def test_csvw_reads_the_same_values_back(folder: Path, made: dict[str, Rows]) -> None:
    group = csvw.TableGroup.from_file(folder / "csv-metadata.json")
    assert group.check_referential_integrity()
    assert [str(table.url) for table in group.tables] == [f"{name}.csv" for name in made]
    for table in group.tables:
        ours = made[str(table.url).removesuffix(".csv")]
        read = list(table.iterdicts(strict=True))
        assert len(read) == ours.count
        for theirs, row in zip(read, ours, strict=True):
            for field, value in zip(ours.schema.fields, row, strict=True):
                assert as_ours(theirs[field.name]) == value, field.name


def as_ours(value: Any) -> Any:
    """What CSVW reads, as it stands here: lists in a cell, IRIs as text."""
    if isinstance(value, list):
        return " ".join(one.unsplit() for one in value) or None
    if isinstance(value, datetime):
        return value.date()
    return value.unsplit() if hasattr(value, "unsplit") else value


def test_the_description_of_the_tables_is_whole(folder: Path) -> None:
    said = json.loads((folder / "csv-metadata.json").read_bytes())
    assert said["@context"] == ["http://www.w3.org/ns/csvw", {"@language": "es"}]
    assert said["dc:license"] == {"@id": "https://creativecommons.org/licenses/by/4.0/"}
    places = next(table for table in said["tables"] if table["url"] == "places.csv")
    schema = places["tableSchema"]
    assert (schema["aboutUrl"], schema["primaryKey"]) == ("{+place}", ["place"])
    columns = {column["name"]: column for column in schema["columns"]}
    assert columns["level"]["valueUrl"] == "https://w3id.org/g7graph/id/place-level/{level}"
    assert columns["label_fr"]["lang"] == "fr"
    assert columns["lat"]["datatype"] == "decimal"
    assert columns["ubigeo"]["datatype"] == "string"
    assert set(columns["within"]["titles"]) == {"und", "es", "en", "fr"}
    assert schema["foreignKeys"] == [
        {"columnReference": "within", "reference": {"resource": "places.csv", "columnReference": "place"}}
    ]


def test_the_data_package_names_each_file_by_its_hash(folder: Path) -> None:
    said = json.loads((folder / "datapackage.json").read_bytes())
    assert said["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert [one["name"] for one in said["resources"]] == [*COUNTS, "evidence"]
    for one in said["resources"]:
        with (folder / one["path"]).open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        assert [field["name"] for field in one["schema"]["fields"]] == header
        assert one["bytes"] == (folder / one["path"]).stat().st_size
        for key in one["schema"].get("foreignKeys", ()):
            named = {other["name"]: other for other in said["resources"]}
            other = named[key["reference"]["resource"] or one["name"]]
            assert key["reference"]["fields"] == other["schema"]["primaryKey"]


def test_the_data_package_names_its_source_and_who_made_it_as_the_catalogue_does(folder: Path) -> None:
    said = json.loads((folder / "datapackage.json").read_bytes())
    title = "Plan de Acción y Monitoreo de Resultados de los Proyectos en Transparencia"
    assert said["sources"] == [
        {"title": "Datos EITI del Perú", "path": "https://eiti.org/"},
        {"title": title, "path": "https://w3id.org/g7graph/id/source-document/2014"},
    ]
    assert said["contributors"] == [
        {"title": "The g7graph developers", "path": "https://w3id.org/g7graph/", "roles": [role]}
        for role in ("creator", "publisher")
    ]


def test_what_is_whole_by_its_definition_is_a_whole_number_in_every_description(folder: Path, library: Library) -> None:
    said = {one["url"]: one for one in json.loads((folder / "csv-metadata.json").read_bytes())["tables"]}
    package = {one["path"]: one for one in json.loads((folder / "datapackage.json").read_bytes())["resources"]}
    whole = {(f"{query.name}.csv", column.name) for query in library.tables.values() for column in query.columns
             if column.type == "integer"}  # fmt: skip
    assert {("measurements.csv", "outOf"), ("measurements.csv", "inProcess"), ("indicators.csv", "position")} <= whole
    found = {
        (name, one["name"]) for name, table in said.items() for one in table["tableSchema"]["columns"]
        if one.get("datatype") == "integer"
    }  # fmt: skip
    fields = {(name, one["name"]) for name, table in package.items() for one in table["schema"]["fields"]
              if one["type"] == "integer"}  # fmt: skip
    assert found == fields == whole


def test_files_of_a_public_format_say_which(folder: Path) -> None:
    manifest = Manifest.read(folder.parent)
    assert manifest is not None
    standards = {dump.name.rpartition("/")[2]: dump.conforms_to for dump in manifest.dumps}
    assert standards["tables.sqlite"] == "https://www.sqlite.org/fileformat2.html"
    assert standards["cases.parquet"] == "https://parquet.apache.org/docs/file-format/"
    assert standards["tables.xlsx"] == ("https://ecma-international.org/publications-and-standards/standards/ecma-376/")
    assert standards["cases.csv"] == "http://www.w3.org/ns/csvw"


def test_sqlite_has_keys_types_indexes_and_words(folder: Path, made: dict[str, Rows]) -> None:
    with closing(sqlite3.connect(folder / "tables.sqlite")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        for name, table in made.items():
            theirs = connection.execute(f'SELECT * FROM "{name}"').fetchall()  # noqa: S608 - names of ours
            assert [[plain(cell) for cell in row] for row in theirs] == [[plain(cell) for cell in row] for row in table]
        referred = {row[2] for row in connection.execute("PRAGMA foreign_key_list(projects)")}
        assert referred == {"agencies"}
        assert {row[1] for row in connection.execute("PRAGMA index_list(places)")} >= {"places-within"}
        found = connection.execute(
            "SELECT passage FROM passages JOIN passages_fts ON passages.rowid = passages_fts.rowid "
            "WHERE passages_fts MATCH 'simplificacion'"
        ).fetchall()
        assert found
        assert connection.execute(
            "SELECT typeof(value), value FROM measurements WHERE measurement LIKE '%/4.4-plan-target'"
        ).fetchone() == ("integer", 54)


def plain(value: object) -> object:
    if isinstance(value, bool):
        return int(value)
    return float(value) if isinstance(value, (Decimal, int)) else str(value) if isinstance(value, date) else value


def test_parquet_has_the_same_rows_with_their_types(folder: Path, made: dict[str, Rows]) -> None:
    for name, table in made.items():
        theirs = pq.read_table(folder / f"{name}.parquet")
        assert [[plain(cell) for cell in row.values()] for row in theirs.to_pylist()] == [
            [plain(cell) for cell in row] for row in table
        ]
    types = {field.name: str(field.type) for field in pq.read_schema(folder / "cases.parquet")}
    assert (types["closed"], types["amountPEN"], types["position"]) == ("date32[day]", "double", "int64")


def test_the_workbook_has_a_sheet_for_each_table_and_says_what_they_are(folder: Path, made: dict[str, Rows]) -> None:
    book = openpyxl.load_workbook(folder / "tables.xlsx", read_only=True)
    assert book.sheetnames == ["README", *made]
    for name, table in made.items():
        header, *theirs = book[name].iter_rows(values_only=True)
        assert header == table.schema.names
        assert len(theirs) == table.count
    readme = list(book["README"].iter_rows(values_only=True))
    assert (
        "places",
        "ubigeo",
        "string",
        "UBIGEO (INEI)",
        "UBIGEO (INEI)",
        "UBIGEO (INEI)",
        vocab.G7 + "ubigeo",
    ) in readme
    with zipfile.ZipFile(folder / "tables.xlsx") as parts:
        assert {part.date_time[0] for part in parts.infolist()} == {1980}


def test_datasette_is_told_what_the_columns_are(folder: Path) -> None:
    said = json.loads((folder / "metadata.json").read_bytes())
    places = said["databases"]["tables"]["tables"]["places"]
    assert (places["title"], places["label_column"]) == ("Lugares", "label_es")
    assert places["columns"]["isoCode"] == "Código ISO 3166"


# ---- awkward data


HEADER = """#+ summary: {es: Cosas, en: Things, fr: Choses}
#+ key: [thing]
#+ columns:
#+   thing: {type: iri}
#+   note: {type: string, property: rdfs:comment}
#+   size: {type: integer}
#+   other: {type: iri, refers: things}
PREFIX x: <http://x/>
SELECT ?thing ?note ?size ?other {
  ?thing x:note ?note OPTIONAL { ?thing x:size ?size } OPTIONAL { ?thing x:other ?other } }
ORDER BY ?thing ?note
"""


def awkward(tmp_path: Path, turtle: str, header: str = HEADER) -> Rows:
    path = tmp_path / "things.rq"
    path.write_text(header, encoding="utf-8")
    inner = ox.Store()
    inner.load(f"@prefix x: <http://x/> . {turtle}", format=ox.RdfFormat.TURTLE)
    query = SavedQuery.read(path, topic="tables")
    (schema,) = schemas(Library({}, {}, {}, {}, {}, {"things": query}))
    return rows.write(LocalStore(inner, version="1"), schema, tmp_path / "things.csv")


@pytest.mark.parametrize(
    "note", ["=1+1", "a,b", 'say "a"', "two\r\nlines", "two\nlines", " space ", "ñ é 😀", "@x", "x" * 200_000]
)
def test_a_value_comes_back_as_it_is_whatever_is_in_it(tmp_path: Path, note: str) -> None:
    table = awkward(tmp_path, f"x:a x:note {ox.Literal(note)} .")
    assert [row[1] for row in table] == [note]
    (kept,) = database.write([table], tmp_path / "tables.sqlite")
    parquet.write(kept, tmp_path / "things.parquet")
    assert pq.read_table(tmp_path / "things.parquet").to_pylist()[0]["note"] == note
    (tmp_path / "csv-metadata.json").write_bytes(described.csvw([kept], About()))
    (read,) = csvw.TableGroup.from_file(tmp_path / "csv-metadata.json").tables
    assert [row["note"] for row in read.iterdicts()] == [note]
    with closing(sqlite3.connect(tmp_path / "tables.sqlite")) as connection:
        assert connection.execute("SELECT note FROM things").fetchall() == [(note,)]
    assert workbook.write([kept], About(), tmp_path / "tables.xlsx")
    if len(note) < 30_000:
        cell = openpyxl.load_workbook(tmp_path / "tables.xlsx")["things"]["B2"]
        assert (str(cell.value).replace("_x000D_", "\r"), cell.data_type) == (note, "s")


def test_a_column_whose_values_are_not_of_its_type_is_text(tmp_path: Path) -> None:
    table = awkward(tmp_path, 'x:a x:note "1" ; x:size 3 . x:b x:note "2" ; x:size "many" .')
    assert [(field.name, field.type) for field in table.schema.fields][2] == ("size", "string")
    assert [row[2] for row in table] == ["3", "many"]


@pytest.mark.parametrize(
    ("turtle", "key", "refers"),
    [
        ('x:a x:note "1" ; x:other x:a . x:b x:note "2" .', ("thing",), "things"),
        ('x:a x:note "1" ; x:other x:nowhere .', ("thing",), ""),
        ('x:a x:note "1" , "2" ; x:other x:a .', (), ""),
    ],
)
def test_keys_and_references_that_the_data_does_not_keep_to_are_not_promised(
    tmp_path: Path, turtle: str, key: tuple[str, ...], refers: str
) -> None:
    (kept,) = database.write([awkward(tmp_path, turtle)], tmp_path / "tables.sqlite")
    assert (kept.schema.key, kept.schema.fields[3].refers) == (key, refers)
    with closing(sqlite3.connect(tmp_path / "tables.sqlite")) as connection:
        assert len(connection.execute("SELECT * FROM things").fetchall()) == kept.count
    said = json.loads(described.csvw([kept], About()))["tables"][0]["tableSchema"]
    assert ("primaryKey" in said, "foreignKeys" in said) == (bool(key), bool(refers))


def test_a_query_that_lacks_a_column_of_its_header_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"things\.rq.*size"):
        awkward(tmp_path, 'x:a x:note "1" .', HEADER.replace("?note ?size", "?note"))


def test_a_dataset_that_says_nothing_of_itself_has_nothing_made_up(tmp_path: Path) -> None:
    assert about(LocalStore(ox.Store(), version="1")) == About()
    table = awkward(tmp_path, "")
    said = json.loads(described.package([], About(), []))
    assert said == {"$schema": described.PACKAGE, "name": "tables", "title": "g7graph", "resources": []}
    assert list(table) == []
