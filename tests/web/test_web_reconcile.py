"""The Reconciliation Service API 0.2: manifest, queries, suggestions, previews, extension; what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pyoxigraph as ox
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from g7graph import vocab
from g7graph.project import Project
from g7graph.store import Store
from g7graph.store.local import LocalStore
from g7graph.web import create_app
from g7graph.web.reconciliation import batch, described, index, service
from tests.web.test_web_stores import Somebodys

Json = dict[str, Any]


def matched(client: FlaskClient, query: Json, **more: str) -> list[Json]:
    answer = client.post("/reconcile", query_string=more, data={"queries": json.dumps({"q": query})})
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    holds("candidates", answer)
    found: list[Json] = answer.json["q"]["result"]
    return found


def holds(schema: str, answer: TestResponse) -> None:
    """Hold an answer to what `/openapi.json` says of it."""
    schemas = {"components": {"schemas": described.schemas()}}
    jsonschema_rs.validate({**described.schemas()[schema], **schemas}, answer.json)


def keys(found: list[Json]) -> list[str]:
    return [one["id"] for one in found]


def features(one: Json) -> Json:
    return {feature["id"]: feature["value"] for feature in one["features"]}


def test_without_a_query_there_is_the_manifest(real: FlaskClient) -> None:
    answer = real.get("/reconcile", query_string={"lang": "en"}, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    holds("manifest", answer)
    said = answer.json
    assert said is not None
    assert (said["versions"], said["batchSize"]) == (["0.2"], batch.MOST_QUERIES)
    assert (said["identifierSpace"], said["schemaSpace"]) == (vocab.THING, vocab.G7)
    assert {"g7:Agency", "g7:Company", "g7:Place", "g7:Project", "g7:Indicator"} <= set(keys(said["defaultTypes"]))
    assert "Alliance for Transparency" in said["name"]


@pytest.mark.parametrize("lang", ["", "fr"])
def test_where_the_manifest_leads_there_is_what_it_promises(real: FlaskClient, lang: str) -> None:
    said = real.get("/reconcile", query_string={"lang": lang} if lang else {}).json
    assert said is not None
    for kind, key in (("entity", "place%2F060000"), ("type", "g7%3ARegion"), ("property", "g7%3Aubigeo")):
        one = said["suggest"][kind]
        assert real.get(one["service_url"] + one["service_path"]).status_code == 200
        flyout = real.get(one["service_url"] + one["flyout_service_path"].replace("${id}", key))
        holds("flyout", flyout)
    preview = real.get(said["preview"]["url"].replace("{{id}}", "place%2F060000"))
    view = real.get(said["view"]["url"].replace("{{id}}", "place%2F060000"))
    assert (preview.status_code, view.status_code) == (200, 303)
    proposing = said["extend"]["propose_properties"]
    assert real.get(proposing["service_url"] + proposing["service_path"]).status_code == 200
    if lang:
        assert f'<html lang="{lang}">' in preview.text
        assert view.headers["Location"].endswith("?lang=fr")


def test_the_addresses_of_the_manifest_are_where_the_service_is_seen(real: FlaskClient) -> None:
    said = real.get("/reconcile", environ_overrides={"SCRIPT_NAME": "/plan", "HTTP_HOST": "data.example"}).json
    assert said is not None
    assert said["view"]["url"] == "http://data.example/plan/id/{{id}}"
    assert said["suggest"]["type"]["service_url"] == "http://data.example/plan"


def test_a_batch_is_answered_query_by_query_by_get_and_by_post(real: FlaskClient) -> None:
    queries = {"q0": {"query": "MINEM"}, "otra": {"query": "GORE Piura", "limit": 1}}
    posted = real.post("/reconcile", data={"queries": json.dumps(queries)})
    got = real.get("/reconcile", query_string={"queries": json.dumps(queries)})
    assert posted.json == got.json
    assert posted.json is not None
    assert [*posted.json] == ["q0", "otra"]
    assert keys(posted.json["q0"]["result"])[0] == "agency/minem"
    assert keys(posted.json["otra"]["result"]) == ["government/gr-piura"]


def test_a_score_is_explained(real: FlaskClient) -> None:
    (best, *others) = matched(
        real, {"query": "Municipalidad Provincial de Huaráz", "type": "g7:Municipality"}, lang="en"
    )
    assert (best["id"], best["match"], best["score"]) == ("government/mp-huaraz", True, 100)
    assert features(best) == {"name": 100, "exact": True, "kind": True, "type": True}
    assert best["description"] == "Provincial municipality · Huaraz, Áncash, Peru"
    assert best["type"][0] == {"id": "g7:ProvincialMunicipality", "name": "Provincial municipality"}
    assert not any(one["match"] for one in others)
    scores = [one["score"] for one in (best, *others)]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("lang", ["es", "en", "fr"])
def test_names_are_in_the_language_of_the_reader_and_found_in_any(real: FlaskClient, lang: str) -> None:
    called = {
        "es": "Ministerio de Energía y Minas",
        "en": "Ministry of Energy and Mines",
        "fr": "Ministère de l’Énergie et des Mines",
    }
    for name in called.values():
        (best, *_) = matched(real, {"query": name}, lang=lang)
        assert best["id"] == "agency/minem"
        assert best["name"] == called[lang]


def test_namesakes_are_not_chosen_between(real: FlaskClient) -> None:
    both = matched(real, {"query": "Piura"})
    assert keys(both)[:2] == ["place/200000", "place/200100"]
    assert not any(one["match"] for one in both)
    assert matched(real, {"query": "Piura", "type": "g7:Province"})[0]["match"] is True


@pytest.mark.parametrize(
    ("pid", "value", "chosen"),
    [
        ("g7:ubigeo", "200100", "place/200100"),
        ("g7:ubigeo", 200000, "place/200000"),
        ("g7:isoCode", "PE-PIU", "place/200000"),
        ("g7:level", "region", "place/200000"),
        ("g7:level", {"id": "place-level/province"}, "place/200100"),
        ("g7:within", ["Lima", "Piura"], "place/200100"),
    ],
)
def test_what_is_known_beside_the_name_chooses_between_namesakes(
    real: FlaskClient, pid: str, value: object, chosen: str
) -> None:
    query = {"query": "Piura", "type": "g7:Place", "properties": [{"pid": pid, "v": value}]}
    best = matched(real, query)[0]
    assert (best["id"], best["match"]) == (chosen, True)
    assert features(best)["properties"] == 1


def test_what_disagrees_is_never_a_match(real: FlaskClient) -> None:
    lima = [{"pid": "g7:within", "v": "Lima"}]
    found = matched(real, {"query": "Independencia", "properties": lima})
    assert keys(found)[:2] == ["place/020105", "government/md-independencia"]  # what it governs lies elsewhere, too
    assert not any(one["match"] for one in found)
    other = matched(real, {"query": "Volcan", "properties": [{"pid": "g7:ruc", "v": "20100110513"}]})
    assert not any(one["match"] for one in other if one["id"] == "company/volcan")
    unknown = matched(real, {"query": "Volcan", "properties": [{"pid": "g7:ubigeo", "v": "200100"}]})
    assert unknown[0]["match"] is True  # nothing is known of it that could disagree


def test_a_code_is_enough(real: FlaskClient) -> None:
    (ruc,) = matched(real, {"properties": [{"pid": "g7:ruc", "v": 20100147514}]})
    assert (ruc["id"], ruc["match"]) == ("company/southern-peru", True)
    for code in ("place/020105", "https://w3id.org/g7graph/id/place/020105", "place:020105", "020105", "20105"):
        best = matched(real, {"query": code, "type": "g7:Place"})[0]
        assert (best["id"], best["match"], features(best)["code"]) == ("place/020105", True, True)
    assert matched(real, {"query": "Q205089"})[0]["id"] == "place/020000"


def test_a_later_name_is_shown_but_not_chosen(real: FlaskClient) -> None:
    old, later = (matched(real, {"query": name})[0] for name in ("Xstrata Tintaya S.A.", "Cía. Minera Antapaccay"))
    assert (old["id"], old["match"]) == ("company/minera-tintaya", True)
    assert (later["id"], later["match"], features(later)["later"]) == ("company/minera-tintaya", False, True)


def test_types_are_demanded_or_preferred(real: FlaskClient) -> None:
    place, government = "place/200000", "government/gr-piura"
    assert government not in keys(matched(real, {"query": "Piura", "type": ["g7:Place"]}))
    preferred = matched(real, {"query": "Piura", "type": "SubnationalGovernment", "type_strict": "should"})
    assert keys(preferred)[0] == government
    assert place in keys(preferred)
    both = {"query": "Piura", "type": ["g7:Place", "g7:Region"], "type_strict": "all"}
    assert keys(matched(real, both))[0] == place
    assert "place/200100" not in keys(matched(real, both))


def test_what_is_like_nothing_has_no_candidates(real: FlaskClient) -> None:
    assert matched(real, {"query": "zzzz"}) == []
    assert matched(real, {"query": "–"}) == []


@pytest.mark.parametrize(
    ("kind", "prefix", "first"),
    [
        ("entity", "caja", "place/060000"),
        ("entity", "Energía min", "agency/minem"),
        ("entity", "place/0601", "place/060100"),
        ("entity", "060100", "place/060100"),
        ("entity", "https://w3id.org/g7graph/id/indicator/4.4", "indicator/4.4"),
        ("type", "dist", "g7:District"),
        ("type", "g7:Company", "g7:Company"),
        ("property", "ubi", "g7:ubigeo"),
        ("property", "g7:ruc", "g7:ruc"),
    ],
)
def test_beginnings_are_completed(real: FlaskClient, kind: str, prefix: str, first: str) -> None:
    answer = real.get(f"/reconcile/suggest/{kind}", query_string={"prefix": prefix})
    holds("suggestions", answer)
    assert answer.json is not None
    assert answer.json["result"][0]["id"] == first


def test_suggestions_can_be_paged_through(real: FlaskClient) -> None:
    seen: list[str] = []
    while True:
        answer = real.get("/reconcile/suggest/entity", query_string={"prefix": "m", "cursor": len(seen)}).json
        assert answer is not None
        if not answer["result"]:
            break
        seen += keys(answer["result"])
    assert len(seen) == len(set(seen)) > 20


def test_a_preview_can_be_framed_by_anybody_and_runs_nothing(real: FlaskClient) -> None:
    answer = real.get("/reconcile/preview", query_string={"id": "place/060000", "lang": "en"})
    assert "X-Frame-Options" not in answer.headers
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    assert "default-src 'none'" in policy
    again = real.get(
        "/reconcile/preview",
        query_string={"id": "place/060000", "lang": "en"},
        headers={"If-None-Match": answer.headers["ETag"]},
    )
    assert (again.status_code, "Content-Security-Policy" in again.headers) == (304, False)  # it forbids nothing anew
    assert "Region · Peru" in answer.text
    assert "UBIGEO" in answer.text
    assert "<script" not in answer.text
    missing = real.get("/reconcile/preview", query_string={"id": "place/999999"}, headers={"Accept": "text/html"})
    assert (missing.status_code, "X-Frame-Options" in missing.headers) == (404, False)
    assert real.get("/doc/place/060000").headers["X-Frame-Options"] == "DENY"


def test_what_a_preview_shows_is_escaped(client: FlaskClient) -> None:
    preview = client.get("/reconcile/preview?id=indicator/9.1").text
    assert "&lt;b&gt;Comisiones&lt;/b&gt; &amp; más" in preview
    flyout = client.get("/reconcile/flyout/entity?id=indicator/9.1").json
    assert flyout is not None
    assert "&lt;b&gt;Comisiones&lt;/b&gt; &amp; más" in flyout["html"]


def test_a_table_is_extended(real: FlaskClient) -> None:
    asked: dict[str, list[Any]] = {
        "ids": ["place/060000", "dialogue-case/1", "nada/de nada", "indicator/4.4"],
        "properties": [
            {"id": "g7:ubigeo"},
            {"id": "g7:within"},
            {"id": "g7:closed"},
            {"id": "g7:amountPEN"},
            {"id": "skos:exactMatch", "settings": {"limit": "1"}},
            {"id": "rdfs:label"},
        ],
    }
    for path in ("/reconcile", "/reconcile/extend"):
        answer = real.post(path, query_string={"lang": "en"}, data={"extend": json.dumps(asked)})
        holds("extension", answer)
        said = answer.json
        assert said is not None
        assert keys(said["meta"]) == [one["id"] for one in asked["properties"]]
        place, case = said["rows"]["place/060000"], said["rows"]["dialogue-case/1"]
        assert place["g7:ubigeo"] == [{"str": "060000"}]
        assert place["g7:within"] == [{"id": "place/PE", "name": "Peru"}]
        assert len(place["skos:exactMatch"]) == 1
        assert case["g7:closed"] == [{"date": "2014-05-22T00:00:00"}]
        assert case["g7:amountPEN"] == [{"float": 20122319.0}]
        assert case["rdfs:label"] == [{"str": "Minera Barrick with the Community of Jangas"}]
        assert said["rows"]["nada/de nada"]["g7:ubigeo"] == []  # nothing is known: never a zero, never left out


def test_properties_are_proposed_for_a_type(real: FlaskClient) -> None:
    answer = real.get("/reconcile/extend/propose", query_string={"type": "g7:Company", "limit": 3})
    holds("proposals", answer)
    assert answer.json is not None
    assert (answer.json["type"], answer.json["limit"], len(answer.json["properties"])) == ("g7:Company", 3, 3)
    everything = real.get("/reconcile/extend/propose").json
    assert everything is not None
    assert {"g7:ruc", "g7:ubigeo", "g7:iatiId", "rdfs:label"} <= set(keys(everything["properties"]))


@pytest.mark.parametrize("path", ["/reconcile", "/reconcile/suggest/type?prefix=a", "/reconcile/extend/propose"])
def test_any_page_may_ask_by_cors_and_by_jsonp(real: FlaskClient, path: str) -> None:
    assert real.get(path).headers["Access-Control-Allow-Origin"] == "*"
    asked = path + ("&" if "?" in path else "?")
    script = real.get(f"{asked}callback=jQuery1.cb_2")
    assert script.mimetype == "application/javascript"
    assert script.text.startswith("/**/jQuery1.cb_2({")
    assert json.loads(script.text.removeprefix("/**/jQuery1.cb_2(").removesuffix(");\n")) == real.get(path).json
    for bad in ("alert(1)", "a.", "1a", "a;b", "a" * 101, "año", "a\n", "<x>"):
        refused = real.get(asked, query_string={"callback": bad}) if "?" not in path else None
        assert refused is None or refused.status_code == 400


def test_a_preflight_allows_a_post(real: FlaskClient) -> None:
    asked = {"Origin": "https://x.example", "Access-Control-Request-Method": "POST"}
    assert "POST" in real.options("/reconcile", headers=asked).headers["Access-Control-Allow-Methods"]


WRONG: list[tuple[object, int, str]] = [
    ("{", 400, "reconcile-no-json"),
    ("[" * 100_000, 400, "reconcile-no-json"),
    ('{"q": {"query": "\\ud800"}}', 400, "reconcile-no-json"),
    ('{"q": {"query": "a", "limit": NaN}}', 400, "reconcile-no-json"),
    ([], 400, "reconcile-no-batch"),
    ({"q": "Piura"}, 400, "reconcile-no-query"),
    ({"q": {}}, 400, "reconcile-no-query"),
    ({"q": {"query": " "}}, 400, "reconcile-no-query"),
    ({"q": {"query": 5}}, 400, "reconcile-no-query"),
    ({"q": {"query": "a", "limit": 0}}, 400, "reconcile-bad-member"),
    ({"q": {"query": "a", "limit": True}}, 400, "reconcile-bad-member"),
    ({"q": {"query": "a", "type_strict": "never"}}, 400, "reconcile-bad-member"),
    ({"q": {"query": "a", "type": 5}}, 400, "reconcile-bad-member"),
    ({"q": {"query": "a", "properties": [{"p": "x"}]}}, 400, "reconcile-bad-member"),
    ({"q": {"query": "a", "properties": [{"pid": "g7:ruc", "v": None}]}}, 400, "reconcile-bad-member"),
    ({"q": {"query": "a", "type": "g7:Regiom"}}, 422, "unknown-type"),
    ({"q": {"query": "a", "properties": [{"pid": "g7:rucc", "v": "1"}]}}, 422, "unknown-property"),
    ({"q": {"query": "a" * 501}}, 413, "reconcile-long"),
    ({str(n): {"query": "a"} for n in range(batch.MOST_QUERIES + 1)}, 413, "reconcile-many"),
]


@pytest.mark.parametrize(("sent", "status", "kind"), WRONG)
@pytest.mark.parametrize("lang", ["es", "fr"])
def test_what_is_wrong_with_a_batch_is_said(real: FlaskClient, sent: object, status: int, kind: str, lang: str) -> None:
    text = sent if isinstance(sent, str) else json.dumps(sent)
    answer = real.post("/reconcile", query_string={"lang": lang}, data={"queries": text})
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.json is not None
    assert answer.json["type"].endswith(f"/problem/{kind}")
    assert "{" not in answer.json["detail"].replace('[{"pid": string, "v": value | [value]}]', "")
    if kind == "unknown-type":
        assert "g7:Region" in answer.json["nearest"]


@pytest.mark.parametrize(
    ("extend", "status"),
    [
        ("", 400),
        ("{}", 400),
        ('{"ids": [1], "properties": []}', 400),
        ('{"ids": [], "properties": [{}]}', 400),
        ('{"ids": [], "properties": [{"id": "g7:nada"}]}', 422),
        ('{"ids": [], "properties": [{"id": "g7:ruc", "settings": {"limit": "-1"}}]}', 400),
        (json.dumps({"ids": ["a"] * 201, "properties": []}), 413),
        ('{"ids": ["<a> { }", "\\u0000", ""], "properties": [{"id": "g7:ruc"}]}', 200),
    ],
)
def test_what_is_wrong_with_an_extension_is_said(real: FlaskClient, extend: str, status: int) -> None:
    assert real.post("/reconcile", data={"extend": extend}).status_code == status


def test_a_form_is_all_that_is_posted(real: FlaskClient) -> None:
    assert real.post("/reconcile", json={"queries": {}}).status_code == 415
    assert real.post("/reconcile", data={"other": "1"}).status_code == 400
    assert real.post("/reconcile", data={"queries": "x" * 1_000_001}).status_code == 413
    assert real.get("/reconcile?queries={}&extend={}").status_code == 422
    assert real.get("/reconcile?queries={}&queries={}").status_code == 422
    assert real.put("/reconcile").status_code == 405


@pytest.mark.parametrize(
    "path",
    ["suggest/entity?cursor=-1", "suggest/entity?cursor=9999999", "extend/propose?limit=x", "suggest/type?cursor=٣"],
)
def test_a_number_that_is_none_is_refused(real: FlaskClient, path: str) -> None:
    assert real.get(f"/reconcile/{path}").status_code == 400


def test_the_index_is_made_once_for_a_version_of_the_data(
    project: Project, store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Store] = []
    read = index.read

    def counted(store: Store) -> index.Index:
        made.append(store)
        return read(store)

    monkeypatch.setattr(index, "read", counted)
    client = create_app(project, store).test_client()
    for prefix in ("a", "b"):
        client.get("/reconcile/suggest/entity", query_string={"prefix": prefix})
    assert len(made) == 1


def test_data_whose_version_nobody_knows_are_read_each_time(small: Project) -> None:
    inner = ox.Store()
    client = create_app(small, Somebodys(inner)).test_client()
    assert matched(client, {"query": "Una agencia"}) == []
    agency, label = ox.NamedNode(vocab.thing("agency", "una")), ox.NamedNode(vocab.STANDARD["rdfs"] + "label")
    inner.add(ox.Quad(agency, ox.NamedNode(vocab.RDF_TYPE), ox.NamedNode(vocab.G7 + "Agency")))
    inner.add(ox.Quad(agency, label, ox.Literal("Una agencia")))
    assert keys(matched(client, {"query": "Una agencia"})) == ["agency/una"]


def test_other_peoples_rdf_has_a_service_without_anything_to_match(tmp_path: Path) -> None:
    (tmp_path / "a.nt").write_text('<http://x/a> <http://x/p> "1" .\n')
    client = create_app(Project.find(tmp_path / "a.nt")).test_client()
    said = client.get("/reconcile").json
    assert said is not None
    assert said["defaultTypes"] == []
    assert matched(client, {"query": "a"}) == []


def test_more_names_than_can_be_compared_are_refused(small_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "MOST_STATEMENTS", 3)
    service.attach(small_app)  # it may have read its names already
    client = small_app.test_client()
    answer = client.post("/reconcile", data={"queries": '{"q": {"query": "a"}}'})
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["type"].endswith("/problem/reconcile-much")
