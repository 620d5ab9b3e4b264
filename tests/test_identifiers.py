"""Identifiers of places, governments, agencies and companies are those of their registers; links claim no more."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from g7graph import vocab
from g7graph.vocab import thing

G7, WGS84 = Namespace(vocab.G7), Namespace(vocab.PREFIXES["wgs84"])
RP = Namespace(vocab.PREFIXES["rp"])
SSSOM, DCTERMS = Namespace(vocab.PREFIXES["sssom"]), Namespace(vocab.PREFIXES["dcterms"])
FILES = (
    "places governments agencies entities companies source/references links/eiti links/eiti-standard links/eiti-state "
    "links/geonames links/ror links/sdg links/wikidata imported/eiti/peru"
).split()
DIGITS = {"Region": 2, "Province": 4, "District": 6}
PREDICATES = {
    "same-company": SKOS.exactMatch,
    "project-company": SKOS.closeMatch,
    "successor": SKOS.closeMatch,
    "parent": SKOS.relatedMatch,
}


@pytest.fixture(scope="module")
def data(root: Path) -> Graph:
    graph = Graph(bind_namespaces="none")
    for name in FILES:
        graph.parse(root / "data" / "ttl" / f"{name}.ttl")
    return graph


def node(kind: str, key: str) -> URIRef:
    return URIRef(thing(kind, key))


def label(data: Graph, subject: Node) -> str:
    (text,) = (str(text) for text in data.objects(subject, RDFS.label) if getattr(text, "language", "") == "es")
    return text


def places(data: Graph, kind: str) -> dict[str, Node]:
    """Return UBIGEO → place of one class."""
    return {str(data.value(place, G7.ubigeo)): place for place in data.subjects(RDF.type, G7[kind])}


def external(data: Graph, subject: Node, prefix: str) -> set[str]:
    space = vocab.EXTERNAL[prefix]
    matches = (str(iri) for iri in data.objects(subject, SKOS.exactMatch))
    return {iri.removeprefix(space).rstrip("/") for iri in matches if iri.startswith(space)}


def rucs(data: Graph) -> Iterator[tuple[Node, str]]:
    yield from ((subject, str(ruc)) for subject, ruc in data.subject_objects(G7.ruc))


def has_right_check_digit(ruc: str) -> bool:
    """Apply SUNAT's rule: the weighted sum of ten digits, modulo 11."""
    weighted = sum(int(digit) * weight for digit, weight in zip(ruc[:10], (5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=True))
    return (11 - weighted % 11) % 10 == int(ruc[10])


def mappings(data: Graph) -> list[tuple[str, Node, Node, str, Node]]:
    """Return key of the company, predicate, target, relation and the mapping itself."""
    found = []
    for mapping in data.subjects(G7.companyRelation, None):
        source, predicate, target = (
            data.value(mapping, OWL[name]) for name in ("annotatedSource", "annotatedProperty", "annotatedTarget")
        )
        relation = str(data.value(mapping, G7.companyRelation)).rpartition("/")[2]
        assert predicate is not None
        assert target is not None
        found.append((str(source).rpartition("/")[2], predicate, target, relation, mapping))
    return found


def test_who_receives_revenue_is_a_part_of_the_government_and_nobody_is_the_country(data: Graph) -> None:
    government, peru = node("entity", "peruvian-government"), URIRef(vocab.EXTERNAL["eiti-country"] + "PE")
    receivers = {node("payee", f"pe-{key}") for key in ("ingemmet", "perupetro", "sunat", "sunat-mef")}
    assert (
        set(data.objects(government, SKOS.narrowMatch)) == receivers == set(data.subjects(RDF.type, RP.GovernmentParty))
    )
    linked = {node("agency", key) for key in ("comision-eiti", "minem")}
    assert set(data.subjects(SKOS.relatedMatch, peru)) == linked
    assert not [*data.subjects(SKOS.exactMatch, peru), *data.subjects(SKOS.closeMatch, peru)]


def reference(shared: Path, path: str) -> list[dict[str, str]]:
    with (shared / "reference" / path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("ubigeo", "name", "within"),
    [
        ("200000", "Piura", "PE"),
        ("180000", "Moquegua", "PE"),
        ("080100", "Cusco", "080000"),
        ("130700", "Pacasmayo", "130000"),
        ("230300", "Jorge Basadre", "230000"),
        ("020105", "Independencia", "020100"),
        ("060108", "Los Baños del Inca", "060100"),
        ("130704", "Pacasmayo", "130700"),
        ("140202", "Cañaris", "140200"),
    ],
)
def test_places_have_the_ubigeo_of_inei(data: Graph, ubigeo: str, name: str, within: str) -> None:
    place = node("place", ubigeo)
    assert label(data, place) == name
    assert data.value(place, G7.within) == node("place", within)
    assert data.value(place, G7.ubigeo) == data.value(place, SKOS.notation) == Literal(ubigeo)


def test_no_place_has_the_ubigeo_that_reniec_gives_it(data: Graph) -> None:
    """RENIEC numbers Cusco 070000, Piura 190000 and Paita 190500; to INEI those are Callao and Pasco."""
    taken = places(data, "Region").keys() | places(data, "Province").keys()
    assert not taken & {"070000", "190000", "190500"}


def test_there_are_15_regions_27_provinces_and_16_districts(data: Graph) -> None:
    assert {kind: len(places(data, kind)) for kind in DIGITS} == {"Region": 15, "Province": 27, "District": 16}


def test_the_chain_of_every_place_ends_in_peru(data: Graph) -> None:
    for place in (place for kind in DIGITS for place in places(data, kind).values()):
        *_, last = data.transitive_objects(place, G7.within)
        assert last == node("place", "PE"), place


def test_the_code_of_a_place_begins_with_the_code_of_the_place_around_it(data: Graph) -> None:
    for kind, outer in (("Province", "Region"), ("District", "Province")):
        around = places(data, outer)
        for ubigeo, place in places(data, kind).items():
            prefix = ubigeo[: DIGITS[outer]]
            assert data.value(place, G7.within) == around[prefix.ljust(6, "0")], place


def test_every_place_but_the_country_has_coordinates_in_peru(data: Graph) -> None:
    for place in (place for kind in DIGITS for place in places(data, kind).values()):
        lat, long = (float(str(data.value(place, WGS84[axis]))) for axis in ("lat", "long"))
        assert -18.5 < lat < 0.1, place
        assert -81.5 < long < -68.5, place


def test_no_two_places_match_the_same_place_elsewhere(data: Graph) -> None:
    placed = [place for kind in (*DIGITS, "Country") for place in data.subjects(RDF.type, G7[kind])]
    matches = Counter(iri for place in placed for iri in data.objects(place, SKOS.exactMatch))
    assert len(matches) > 60
    assert not [iri for iri, count in matches.items() if count > 1]


def test_a_government_governs_the_place_it_is_named_after(data: Graph) -> None:
    governed = list(data.subject_objects(G7.governs))
    assert len(governed) == 35
    for government, place in governed:
        name = str(government).rpartition("/")[2].partition("-")[2]
        assert vocab.slug(label(data, place)) == name, government


def test_two_municipalities_that_footnote_6_calls_district_ones_are_provincial(data: Graph) -> None:
    for key, written in (
        ("mp-jorge-basadre", "Municipalidad distrital de Jorge Basadre"),
        ("mp-sanchez-carrion", "Municipalidad distrital de Sánchez Carrión"),
    ):
        government = node("government", key)
        assert (government, RDF.type, G7.ProvincialMunicipality) in data
        assert Literal(written, lang="es") in set(data.objects(government, SKOS.altLabel))


def test_san_pedro_de_lloc_stands_for_the_province_of_pacasmayo(data: Graph) -> None:
    provincial, district = node("government", "mp-pacasmayo"), node("government", "md-pacasmayo")
    assert data.value(provincial, G7.governs) == node("place", "130700")
    assert data.value(district, G7.governs) == node("place", "130704")
    assert any("San Pedro de Lloc" in str(name) for name in data.objects(provincial, SKOS.altLabel))


def test_every_ruc_has_the_right_check_digit(data: Graph) -> None:
    found = list(rucs(data))
    assert len(found) > 45
    assert not [subject for subject, ruc in found if not has_right_check_digit(ruc)]


def test_what_was_not_verified_is_left_blank(data: Graph) -> None:
    assert data.value(node("agency", "seco"), G7.iatiId) is None
    for entity in ("electroperu", "sgp-pcm"):
        assert data.value(node("entity", entity), G7.ruc) is None
    for company in ("minera-tintaya", "explotadora-de-vinchos", "canariaco-copper"):
        assert data.value(node("company", company), G7.ruc) is None
    for province in ("020100", "130100", "130700", "230300"):
        assert not external(data, node("place", province), "wikidata")


def test_the_number_of_eiti_organisations_of_each_company(data: Graph) -> None:
    assert Counter(company for company, *_ in mappings(data)) == {
        "minera-barrick": 9,
        "las-bambas": 2,
        "southern-peru": 10,
        "minera-tintaya": 13,
        "minera-milpo": 9,
        "explotadora-de-vinchos": 9,
        "volcan": 9,
    }
    assert len({target for _, _, target, *_ in mappings(data)}) == 52
    assert len(set(data.subjects(RDF.type, G7.EitiOrganisation))) == 619


def test_a_mapping_is_exact_only_for_the_same_company(data: Graph) -> None:
    related = {"las-bambas": "project-company", "minera-tintaya": "successor", "explotadora-de-vinchos": "parent"}
    for company, predicate, target, relation, mapping in mappings(data):
        if (target, G7.ruc, None) in data:
            assert (relation, predicate) == (related.get(company, "same-company"), PREDICATES[relation]), mapping
        else:  # Xstrata Tintaya S.A., whose RUC EITI does not have: the name alone is no exact match
            assert (company, relation, predicate) == ("minera-tintaya", "same-company", SKOS.closeMatch), mapping


def test_a_mapping_is_also_said_plainly_and_nothing_else_is(data: Graph) -> None:
    told = {(node("company", company), predicate, target) for company, predicate, target, *_ in mappings(data)}
    space = vocab.EXTERNAL["eiti-organisation"]
    plain = {
        (subject, predicate, target)
        for predicate in PREDICATES.values()
        for subject, target in data.subject_objects(predicate)
        if str(target).startswith(space)
    }
    assert plain == told


def test_a_company_has_the_ruc_of_the_eiti_organisations_it_is_the_same_as(data: Graph) -> None:
    for company, _, target, relation, _ in mappings(data):
        same = data.value(node("company", company), G7.ruc) == data.value(target, G7.ruc)
        assert same == (relation in {"same-company", "project-company"}), (company, target)


def test_every_link_is_described_and_every_description_states_its_link(data: Graph) -> None:
    described = {
        (
            data.value(one, OWL.annotatedSource),
            data.value(one, OWL.annotatedProperty),
            data.value(one, OWL.annotatedTarget),
        )
        for one in data.subjects(RDF.type, SSSOM.Mapping)
    }
    kinds = [SKOS[f"{kind}Match"] for kind in ("exact", "close", "broad", "narrow", "related")]
    assert described == {(one, kind, other) for kind in kinds for one, other in data.subject_objects(kind)}
    assert len(described) == 168


def test_a_requirement_has_its_number_edition_and_title_in_three_languages(data: Graph) -> None:
    requirements = {str(one).rpartition("/")[2]: one for one in data.subjects(RDF.type, DCTERMS.Standard)}
    assert sorted(requirements) == [
        *("eiti-2013-1", "eiti-2013-6", "eiti-2019-1.4", "eiti-2019-5.2", "eiti-2019-7.1", "eiti-2019-7.2")
    ]
    for key, one in requirements.items():
        edition, number = key.removeprefix("eiti-").split("-")
        assert str(data.value(one, SKOS.notation)) == number
        assert data.value(one, DCTERMS.isPartOf) == node("source-document", f"eiti-standard-{edition}")
        assert {getattr(text, "language", "") for text in data.objects(one, RDFS.label)} == {"es", "en", "fr"}


def test_every_source_named_is_described(data: Graph) -> None:
    sources = set(data.objects(None, DCTERMS.source))
    assert sources
    assert sources <= set(data.subjects(RDF.type, G7.SourceDocument))


def test_places_agree_with_the_reference_tables(data: Graph, shared: Path) -> None:
    tables = ("seed_places", "peru_provinces")
    rows = [row for name in tables for row in reference(shared, f"ids/{name}.csv")]
    compared = set()
    for row in rows:
        place = node("place", row["ubigeo_inei"])
        if (place, RDF.type, None) in data and row.get("verified", "yes") == "yes":
            wikidata = {row["wikidata"]} if row["wikidata_verified"] == "yes" else set()
            assert label(data, place) == row["label"]
            assert external(data, place, "wikidata") == wikidata, place
            assert external(data, place, "geonames") == {row["geonames_id"]} - {""}, place
            compared.add(place)
    assert len(compared) == 58


def test_eiti_organisations_agree_with_the_reference_table(data: Graph, shared: Path) -> None:
    rows = {row["api_url"]: row for row in reference(shared, "eiti/eiti_api_organisations_PE.csv")}
    for organisation in data.subjects(RDF.type, G7.EitiOrganisation):
        row = rows[str(organisation)]
        values = (str(data.value(organisation, predicate)) for predicate in (G7.year, G7.ruc, RDFS.label))
        ruc = "None" if row["identification"] == "Not available" else row["identification"]
        assert tuple(values) == (row["summary_data_year"], ruc, " ".join(row["label"].split()))
