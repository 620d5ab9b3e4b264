"""Links to other people's data: what is proposed and why, what a reviewed file changes, what is told of bad rows."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyoxigraph as ox
import pytest

from g7graph import run, vocab
from g7graph.build import open_local
from g7graph.cli import main
from g7graph.errors import DataError
from g7graph.linking import candidates, review, sssom, things
from g7graph.linking.names import similarity
from g7graph.linking.records import changed
from g7graph.linking.suggest import Proposal, proposals
from g7graph.linking.things import Thing
from g7graph.project import Project
from g7graph.queries import Library
from g7graph.sources.problem import Problem
from g7graph.store.local import LocalStore
from g7graph.writing.hold import Hold

TODAY = date(2026, 11, 29)
EITI = vocab.EXTERNAL["eiti-organisation"]
GRAPH = vocab.graph("links/eiti-api")
#: Mapping and mapping set slots of SSSOM 1.1, those that we write or may be asked for.
SLOTS = set(
    "record_id subject_id subject_label predicate_id predicate_modifier object_id object_label object_type "
    "mapping_justification reviewer_label object_source mapping_tool review_date confidence subject_match_field "
    "object_match_field match_string similarity_score comment".split()
)


@pytest.fixture
def framework(root: Path, tmp_path: Path) -> Project:
    shutil.copytree(root / "tests" / "data" / "links", tmp_path / "data" / "ttl")
    return Project.find(tmp_path)


@pytest.fixture
def small(framework: Project) -> LocalStore:
    return open_local(framework)


def proposed(store: LocalStore) -> list[Proposal]:
    return list(proposals(things.ours(store), things.reporting(store), things.reviewed(store)))


def told(one: Proposal) -> tuple[str, str, str, str, str, float]:
    kind, how = one.predicate.partition(":")[2], one.justification.partition(":")[2]
    return (
        one.subject.iri.rpartition("/")[2],
        one.object.iri.removeprefix(EITI),
        kind,
        one.company_relation,
        how,
        one.confidence,
    )


def written(path: Path, store: LocalStore, **said: str) -> list[dict[str, str]]:
    """Write the proposals to a file; what is said goes into every row. Return the rows."""
    lines = sssom.review(proposed(store), "source-document:eiti-api", "en").decode().splitlines()
    rows = [{**row, **said} for row in csv.DictReader(lines[4:], dialect="excel-tab")]
    saved(path, lines[:4], rows)
    return rows


def saved(path: Path, above: list[str], rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(f"{line}\n" for line in above)
        table = csv.DictWriter(file, list(rows[0]), dialect="excel-tab")
        table.writeheader()
        table.writerows(rows)


ACCEPTED = {"decision": "Aceptado", "reviewer_label": "Ana Quispe", "review_date": "2026-11-28"}


# ---- names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Cía. Minera Milpo S.A.A.", "COMPAÑIA MINERA MILPO SAA"),
        ("GORE Áncash", "Gobierno Regional de Ancash"),
        ("Mun. Dist. de Jesús", "Municipalidad Distrital Jesus"),
    ],
)
def test_accents_legal_forms_and_abbreviations_do_not_tell_names_apart(one: str, other: str) -> None:
    assert similarity(one, other) == 1


# ---- proposals


def test_each_ground_proposes_what_it_can_and_no_more(small: LocalStore) -> None:
    """By RUC, by name, by the parent; another RUC keeps an equal name apart."""
    assert [told(one) for one in proposed(small)] == [
        ("vinchos", "1", "relatedMatch", "parent", "StructuralMatching", 0.8),
        ("vinchos", "3", "closeMatch", "same-company", "LexicalSimilarityThresholdMatching", 0.78),
        ("volcan", "1", "exactMatch", "same-company", "LexicalMatching", 0.95),
    ]


def test_what_was_accepted_or_rejected_is_not_proposed_again(small: LocalStore) -> None:
    reviewed = {(one.subject.iri, one.object.iri) for one in proposed(small)[:2]}
    left = list(proposals(things.ours(small), things.reporting(small), reviewed))
    assert [told(one)[:2] for one in left] == [("volcan", "1")]


def test_the_file_to_review_is_the_same_whatever_the_order_of_the_candidates(small: LocalStore) -> None:
    ours, others = things.ours(small), things.reporting(small)
    forwards, backwards = (sssom.review(proposals(ours, order, ()), "x") for order in (others, others[::-1]))
    assert forwards == backwards


def test_the_data_leave_only_successors_to_be_found_by_hand(project: Project, store: LocalStore) -> None:
    """Of the 61 links to EITI that were reviewed, 55 follow from RUC, name and parent, each with its relation."""
    table = run.table(store, Library.read(project.queries)["links"], {}).records()
    links = {(str(row["subject"]), str(row["object"])): row["relation"] for row in table}
    links = {pair: relation for pair, relation in links.items() if pair[1].startswith(EITI)}
    linked = {other for _, other in links}
    others = [thing for thing in things.reporting(store) if thing.iri in linked]
    found = {
        (one.subject.iri, one.object.iri): one.company_relation for one in proposals(things.ours(store), others, ())
    }
    assert (len(links), len(found)) == (61, 55)
    assert {links[pair] for pair in set(links) - set(found)} == {"successor"}
    assert {(links[pair], relation) for pair, relation in found.items()} == {
        *(("parent", "parent"), ("same-company", "same-company"), ("project-company", "same-company"))
    }


def test_places_of_one_name_are_told_apart_by_their_kind_identifier_and_what_they_lie_in(store: LocalStore) -> None:
    region = Thing("https://example.org/1", "place", ("PIURA",), {"iso-3166-2": "PE-PIU"})
    province = Thing("https://example.org/2", "place", ("Provincia Piura",), {}, within="Piura")
    named = Thing("https://example.org/3", "company", ("Piura",))
    found = list(proposals(things.ours(store), [region, province, named], frozenset()))
    assert [(vocab.curie(one.subject.iri), one.object.iri[-1], one.subject_field) for one in found] == [
        ("place:200000", "1", "g7:isoCode"),
        ("place:200100", "1", "rdfs:label"),
        ("place:200100", "2", "rdfs:label"),
    ]


# ---- candidates


def test_candidates_are_read_as_spreadsheets_save_them(tmp_path: Path) -> None:
    path = tmp_path / "candidates.csv"
    path.write_text(
        "\ufeffid;label;kind;ruc\nwikidata:Q1153087;Banco Interamericano de Desarrollo;agency;\n"
        "Q1;Nadie;;\nwikidata:Q2;;;\nwikidata:Q3;Algo;nave;\n\nhttps://ror.org/1;'=BID;;20100110513\n",
        encoding="utf-8",
    )
    read = list(candidates.read(path))
    assert [one for one in read if isinstance(one, Thing)] == [
        Thing(vocab.EXTERNAL["wikidata"] + "Q1153087", "agency", ("Banco Interamericano de Desarrollo",)),
        Thing("https://ror.org/1", "", ("=BID",), {"ruc": "20100110513"}),
    ]
    assert [(one.place.line, one.place.cell, one.key) for one in read if isinstance(one, Problem)] == [
        (3, "id", "link_address"),
        (4, "label", "link_empty"),
        (5, "kind", "link_choice"),
    ]


@pytest.fixture
def usual_cells() -> Iterator[None]:
    """Cells as long as Python takes them: who writes dumps allows longer ones, for the whole process."""
    before = csv.field_size_limit(131_072)
    yield
    csv.field_size_limit(before)


@pytest.mark.usefixtures("usual_cells")
def test_a_broken_line_of_candidates_loses_no_other(tmp_path: Path) -> None:
    path = tmp_path / "candidates.csv"
    long = "x" * 140_000
    text = f"id,label\nwikidata:Q1,One\nwikidata:Q2,Two, or three\nwikidata:Q3,{long}\nwikidata:Q4,Four\u2028more,\n"
    path.write_text(text, encoding="utf-8")
    read = list(candidates.read(path))
    assert [one.names for one in read if isinstance(one, Thing)] == [("One",), ("Four\u2028more",)]
    assert [(one.place.line, one.key) for one in read if isinstance(one, Problem)] == [(3, "bad_width"), (4, "bad_csv")]
    assert all(one.text(lang) for one in read if isinstance(one, Problem) for lang in ("es", "en", "fr"))


def test_a_confidence_is_written_as_the_decimal_it_is(small: LocalStore, tmp_path: Path) -> None:
    made = changed(small, decisions(tmp_path / "review.tsv", small, confidence="1E-7"), things.known(small))
    confidences = [triple.object for triples in made.values() for triple in triples if "confidence" in str(triple)]
    assert ox.Literal("0.0000001", datatype=ox.NamedNode(vocab.XSD + "decimal")) in confidences


@pytest.mark.parametrize(("content", "key"), [(b"name\nx\n", "columns_missing"), (b"id,label\n\xff", "bad_encoding")])
def test_a_file_that_holds_no_candidates_is_refused(tmp_path: Path, content: bytes, key: str) -> None:
    path = tmp_path / "candidates.csv"
    path.write_bytes(content)
    with pytest.raises(DataError) as refused:
        list(candidates.read(path))
    assert refused.value.key == key


# ---- the reviewed file


def test_a_row_without_decision_stays_open(small: LocalStore, tmp_path: Path) -> None:
    written(tmp_path / "review.tsv", small)
    read = list(review.read(tmp_path / "review.tsv", things.known(small), TODAY))
    assert read == [review.Pending()] * 3


@pytest.mark.parametrize(
    ("column", "value", "key"),
    [
        ("decision", "quizás", "link_decision"),
        ("subject_id", "company:nobody", "link_unknown"),
        ("predicate_id", "owl:sameAs", "link_choice"),
        ("object_id", "eiti-organisation:9", "link_unknown"),
        ("object_id", "Q1", "link_address"),
        ("mapping_justification", "semapv:UnspecifiedMatching", "link_choice"),
        ("mapping_justification", "semapv:ManualMappingCuration", "link_why"),
        ("confidence", "95%", "link_confidence"),
        ("confidence", "1.5", "link_confidence"),
        ("object_source", "source-document:nobody", "link_unknown"),
        ("reviewer_label", "", "link_empty"),
        ("review_date", "28/11/2026", "link_date"),
        ("review_date", "2026-11-30", "link_date"),
        ("company_relation", "", "link_relation"),
        ("company_relation", "successor", "link_exact"),
    ],
)
def test_a_bad_row_is_told_by_line_and_column_and_others_are_taken(
    small: LocalStore, tmp_path: Path, column: str, value: str, key: str
) -> None:
    path = tmp_path / "review.tsv"
    rows = written(path, small, **ACCEPTED)
    rows[2][column] = value
    saved(path, ["# a comment"], rows)
    first, second, bad = review.read(path, things.known(small), TODAY)
    assert isinstance(first, review.Decision)
    assert isinstance(second, review.Decision)
    assert isinstance(bad, Problem)
    where = "comment" if key == "link_why" else "predicate_id" if key == "link_exact" else column
    assert (bad.key, bad.place.line, bad.place.cell) == (key, 5, where)
    assert all(bad.text(lang) for lang in ("es", "en", "fr"))


def test_a_pair_is_decided_once(small: LocalStore, tmp_path: Path) -> None:
    path = tmp_path / "review.tsv"
    rows = written(path, small, **ACCEPTED)
    saved(path, [], [rows[0], rows[0]])
    _, again = review.read(path, things.known(small), TODAY)
    assert isinstance(again, Problem)
    assert (again.key, again.values["line"]) == ("link_twice", 2)


# ---- what decisions change


def decisions(path: Path, store: LocalStore, **said: str) -> list[review.Decision]:
    written(path, store, **{**ACCEPTED, **said})
    read = review.read(path, things.known(store), TODAY)
    return [one for one in read if isinstance(one, review.Decision)]


def loaded(small: LocalStore, graphs: dict[str, list[ox.Triple]]) -> LocalStore:
    for graph, triples in graphs.items():
        small.inner.remove_graph(ox.NamedNode(graph))
        home = ox.NamedNode(graph)
        small.inner.extend(ox.Quad(one.subject, one.predicate, one.object, home) for one in triples)
    return small


def stated(store: LocalStore, kind: str) -> set[str]:
    found = store.inner.quads_for_pattern(None, ox.NamedNode(vocab.STANDARD["skos"] + kind), None, None)
    return {vocab.curie(str(getattr(quad.object, "value", ""))) for quad in found}


def test_what_was_accepted_is_stated_and_recorded_in_a_linkset(small: LocalStore, tmp_path: Path) -> None:
    graphs = changed(small, decisions(tmp_path / "r.tsv", small, comment="Visto."), things.known(small))
    assert list(graphs) == [GRAPH]
    store = loaded(small, graphs)
    assert stated(store, "exactMatch") == {"eiti-organisation:1"}
    record = vocab.thing("mapping", "company-volcan-eiti-organisation-1")
    said = {
        vocab.curie(quad.predicate.value): getattr(quad.object, "value", "")
        for quad in store.inner.quads_for_pattern(ox.NamedNode(record), None, None, None)
        if getattr(quad.object, "language", None) in (None, "en")
    }
    assert (said["sssom:reviewer_label"], said["sssom:review_date"], said["sssom:confidence"]) == (
        *("Ana Quispe", "2026-11-28", "0.95"),
    )
    assert said["rdfs:comment"].endswith("there “Volcán Compañía Minera S.A.A.”. Visto.")
    linkset = {vocab.curie(triple.predicate.value) for triple in graphs[GRAPH] if str(triple.subject) == f"<{GRAPH}>"}
    assert linkset >= {"void:subjectsTarget", "void:objectsTarget", "dcterms:title", "dcterms:license"}


def test_a_link_that_is_rejected_later_is_no_longer_stated_but_remembered(small: LocalStore, tmp_path: Path) -> None:
    taken = decisions(tmp_path / "r.tsv", small)
    refused = decisions(tmp_path / "r.tsv", small, decision="no")
    store = loaded(small, changed(small, taken, things.known(small)))
    store = loaded(store, changed(store, refused, things.known(store)))
    assert stated(store, "exactMatch") == set()
    assert len(things.reviewed(store)) == 3
    assert proposed(store) == []


# ---- the command line


def exit_code(*args: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(one) for one in args])
    return int(ended.value.code or 0)


def test_from_proposal_to_turtle(framework: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Suggest, decide as a person does, apply: valid canonical Turtle; a second suggestion proposes the rest."""
    path, data = tmp_path / "review.tsv", framework.root
    assert exit_code("--data", data, "link", "suggest", "--output", path, "--lang", "en") == 0
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(lines[4:], dialect="excel-tab"))
    rows[0].update(ACCEPTED)
    rows[1].update(ACCEPTED, decision="rechazado")
    rows[2].update(ACCEPTED, review_date="ayer")
    saved(path, lines[:4], rows)
    capsys.readouterr()
    held = Hold(framework.data)  # as by a service that is writable
    assert exit_code("--data", data, "link", "apply", path, "--lang", "en") == 2
    held.let_go()
    assert f"Another process writes to {framework.data}" in capsys.readouterr().err
    assert exit_code("--data", data, "link", "apply", path, "--lang", "en") == 1
    out, err = capsys.readouterr()
    assert out.split() == [GRAPH]
    assert f"{path}:review_date:8: “ayer”" in err
    assert err.endswith("Accepted: 1. Rejected: 1. Open: 0. Rows with an error: 1.\n")
    turtle = (framework.data / "links" / "eiti-api.ttl").read_text(encoding="utf-8")
    assert "company:vinchos skos:relatedMatch eiti-organisation:1 ." in turtle
    assert "sssom:predicate_modifier sssom:NegatedPredicate" in turtle
    assert exit_code("--data", data, "link", "suggest", "--lang", "en") == 0
    assert capsys.readouterr().err == "Links proposed: 1. Rows with an error: 0.\n"


def test_candidates_of_a_file_need_their_source(
    framework: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "candidates.csv"
    path.write_text("id,label\nwikidata:Q1153087,BID\nnothing,x\n", encoding="utf-8")
    assert exit_code("--data", framework.root, "link", "suggest", path, "--lang", "en") == 2
    assert "eiti-api, wikidata" in capsys.readouterr().err
    assert exit_code("--data", framework.root, "link", "suggest", path, "--source", "wikidata", "--lang", "en") == 1
    out, err = capsys.readouterr()
    assert "agency:bid\tBanco Interamericano de Desarrollo\tskos:exactMatch\twikidata:Q1153087\tBID" in out
    assert f"{path}:id:3: “nothing”" in err


# ---- SSSOM


def test_the_export_has_the_slots_of_sssom_and_a_row_for_every_link_and_identifier(
    project: Project, store: LocalStore
) -> None:
    library = Library.read(project.queries)
    links, identifiers = (run.table(store, library[name], {}) for name in ("links", "identifiers"))
    text = sssom.exported(links, identifiers).decode()
    lines = text.splitlines()
    metadata = dict(line.removeprefix("# ").split(": ", 1) for line in lines[:4])
    prefixes = json.loads(metadata["curie_map"])
    assert json.loads(metadata["sssom_version"]) == "1.1"
    rows = list(csv.DictReader(lines[4:], dialect="excel-tab"))
    assert len(rows) == len(links) + len(identifiers)
    assert set(rows[0]) <= SLOTS
    assert set(sssom.REVIEW) - set(sssom.OURS) <= SLOTS
    for row in rows:
        assert row["subject_id"].partition(":")[0] in prefixes
        assert row["mapping_justification"].startswith("semapv:")
        if row["object_type"] == "rdfs literal":
            assert (row["object_id"], bool(row["object_label"])) == ("", True)
        else:
            assert row["object_id"].partition(":")[0] in prefixes
            assert 0 < float(row["confidence"]) <= 1
    ubigeos = [row for row in rows if row["object_source"] == "source-document:inei"]
    assert {"subject_id": "place:020000", "object_label": "020000", "predicate_id": "skos:exactMatch"}.items() <= next(
        row for row in ubigeos if row["subject_id"] == "place:020000"
    ).items()
