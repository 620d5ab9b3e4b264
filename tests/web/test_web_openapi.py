"""`/openapi.json`: valid, in the language asked for, and true — it is held against the application it describes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import Case, CheckFunction, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from g7graph import i18n, run, vocab
from g7graph.build import open_local, open_store
from g7graph.project import Project
from g7graph.queries import Library
from g7graph.store.change import Change, Outcome
from g7graph.store.limits import Limits
from g7graph.store.local import LocalStore
from g7graph.store.update import applied
from g7graph.web import create_app
from g7graph.web.openapi import VERSION
from g7graph.web.options import Options
from g7graph.web.refusals import STATUS

Json = dict[str, Any]

TOKEN = "a-token-of-some-length"  # noqa: S105 - of this test only
ADDRESS = "/openapi.json"
WRITES = {"put", "post", "delete"}
BOUNDED = settings(
    deadline=None, database=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
QUERIES = (
    "ASK {}",
    "SELECT * { ?s ?p ?o } LIMIT 3",
    "DESCRIBE <http://x/a>",
    "CONSTRUCT WHERE { ?s ?p ?o }",
    "SELECT * {",
)
UPDATES = (
    'INSERT DATA { GRAPH <http://x/g> { <http://x/a> <http://x/p> "2" } }',
    "DROP GRAPH <http://x/none>",
    "CLEAR",
)
#: What these take cannot be said in a schema: SPARQL, RDF, one of two parameters; nor is all refused that is no use.
LOOSE = ("/sparql", "/graph-store")
#: What these take is JSON as text, which schemas say nothing binding of.
TEXTS = ("/reconcile", "/reconcile/extend")
#: Served, but no part of the service.
APART = {"/static/{filename}"}


class Here:
    """A writer in this process; what it changes is not published."""

    def __init__(self, store: LocalStore) -> None:
        self.store = store

    def apply(self, change: Change, gone: Callable[[], bool] = lambda: False) -> Outcome:  # noqa: ARG002
        return Outcome(applied(self.store.inner, change, union=self.store.union), self.store.version)


def writable(project: Project) -> Flask:
    options = Options(limits=replace(Limits(), together=1, own=1), tokens={"ana": TOKEN})
    return create_app(project, open_local(project), options=options, writer=Here(open_local(project)))


@pytest.fixture(scope="module")
def plain_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Somebody's RDF that can be written."""
    file = tmp_path_factory.mktemp("plain") / "a.nq"
    file.write_text('<http://x/a> <http://x/p> "1" <http://x/g> .\n')
    return writable(Project.find(file))


@pytest.fixture(scope="module")
def written_app(small: Project) -> Flask:
    return writable(small)


@pytest.fixture(params=["small_app", "real_app", "written_app", "plain_app"])
def app(request: pytest.FixtureRequest) -> Flask:
    """Every kind of service."""
    found: Flask = request.getfixturevalue(request.param)
    return found


def document(app: Flask, lang: str = "en", **more: Any) -> Json:
    answer = app.test_client().get(ADDRESS, query_string={"lang": lang}, **more)
    assert answer.status_code == 200
    found: Json = json.loads(answer.data)
    return found


def operations(described: Json) -> Iterator[tuple[str, str, Json]]:
    return ((path, method, one) for path, item in described["paths"].items() for method, one in item.items())


def parameters(described: Json, path: str) -> dict[str, Json]:
    """The parameters of a GET by name, those that are referred to as they are."""
    known = described["components"]["parameters"]
    listed = [one if "name" in one else known[one["$ref"].rpartition("/")[2]] for one in get(described, path)]
    return {one["name"]: one for one in listed}


def get(described: Json, path: str) -> list[Json]:
    found: list[Json] = described["paths"][path]["get"].get("parameters", [])
    return found


def validator(described: Json, schema: Json) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for({**schema, "components": described["components"]})


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_it_is_valid_openapi(app: Flask, lang: str) -> None:
    described = document(app, lang)
    assert described["openapi"] == VERSION
    assert [str(error) for error in OpenAPIV31SpecValidator(described).iter_errors()] == []


def test_it_describes_every_route_and_no_other(app: Flask) -> None:
    described, library = document(app), app.extensions["g7graph"].library
    routes: set[tuple[str, str]] = set()
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        names = [f"/api/queries/{name}" for name in library.saved] if path == "/api/queries/{name}" else [path]
        routes |= {(name, method.lower()) for name in names for method in rule.methods or () if name not in APART}
    told = {(path.removesuffix(".{format}"), method) for path, method, _ in operations(described)}
    assert told <= routes
    is_writable = app.extensions["g7graph"].writer is not None
    left_out = {(path, method) for path, method in routes - told if method not in ("head", "options")}
    assert left_out == (
        set()
        if is_writable
        else {(path, method) for path in ("/graph-store", "/graph-store/{name}") for method in WRITES}
    )


def test_an_extension_is_described_where_it_is_taken(real_app: Flask) -> None:
    described = document(real_app)
    twins = {path.removesuffix(".{format}") for path in described["paths"] if path.endswith(".{format}")}
    queries = {path for path in described["paths"] if path.startswith("/api/queries/")}
    others = {
        "/doc/{key}",
        "/graph/{name}",
        "/ontology/{name}",
        "/query/{name}",
        "/api/runs/{query}/{version}/{edition}/{result}",
    }
    assert twins == {path for path in queries if "{" not in path} | others


@pytest.mark.parametrize(("name", "written"), [("small_app", False), ("written_app", True), ("plain_app", True)])
def test_a_token_is_asked_for_only_where_data_can_be_written(
    request: pytest.FixtureRequest, name: str, *, written: bool
) -> None:
    described = document(request.getfixturevalue(name))
    assert ("securitySchemes" in described["components"]) == written
    secured = {(path, method): one["security"] for path, method, one in operations(described) if "security" in one}
    targets = ("/graph-store", "/graph-store/{name}")
    needed: dict[tuple[str, str], list[Json]] = {
        (path, method): [{"bearer": []}] for path in targets for method in WRITES
    }
    assert secured == (needed | {("/sparql", "post"): [{}, {"bearer": []}]} if written else {})
    bodies = described["paths"]["/sparql"]["post"]["requestBody"]["content"]
    assert ("application/sparql-update" in bodies) == written


def test_texts_are_in_the_language_asked_for(real: FlaskClient) -> None:
    said = {}
    for lang in i18n.LANGUAGES:
        by_address = real.get(ADDRESS, query_string={"lang": lang})
        by_header = real.get(ADDRESS, headers={"Accept-Language": lang})
        assert by_address.data == by_header.data
        assert by_address.headers["Content-Language"] == lang
        said[lang] = json.loads(by_address.data)["paths"]["/api/queries/behind-target"]["get"]["summary"]
    assert said == {
        "es": "Indicadores atrasados y sus responsables",
        "en": "Indicators that are behind, and who answers for them",
        "fr": "Indicateurs en retard et leurs responsables",
    }


def test_a_parameter_is_one_of_what_is_in_the_data(real_app: Flask) -> None:
    described = document(real_app)
    own = parameters(described, "/api/queries/indicator-progress")
    everybodys = ["Accept-Language", "page", "page-size", "explain", "format"]
    assert list(own) == ["round", "axis", "objective", "result", "lang", *everybodys]
    assert own["axis"]["schema"] == {"$ref": "#/components/schemas/axis"}
    axis = {one["title"]: one["enum"] for one in described["components"]["schemas"]["axis"]["anyOf"]}
    assert axis["Code"] == ["dialogue", "efficiency", "transparency"]
    assert set(axis["Label"]) == {"Dialogue", "Efficiency", "Transparency"}
    assert axis["IRI"] == [f"https://w3id.org/g7graph/id/axis/{code}" for code in axis["Code"]]
    results = described["components"]["schemas"]["result"]["anyOf"][0]["enum"]
    assert results == [str(number) for number in range(1, 11)]
    codes = described["components"]["schemas"]["indicator-or-objective-or-result-or-round-code"]["enum"]
    assert {"4.4", "O1.1a", "result-4"} <= set(codes)


def test_every_value_that_is_listed_is_taken(real_app: Flask, library: Library, store: LocalStore) -> None:
    described, tried = document(real_app), set()
    for query in library:
        for param in query.params:
            ref = parameters(described, f"/api/queries/{query.name}")[param.name]["schema"].get("$ref", "")
            if not ref or ref in tried:
                continue
            tried.add(ref)
            schema = described["components"]["schemas"][ref.rpartition("/")[2]]
            for listed in [one["enum"] for one in schema.get("anyOf", [schema])]:
                for value in {listed[0], listed[len(listed) // 2], listed[-1]}:
                    assert f"VALUES ?{param.name} {{ " in run.bind(store, query, {param.name: value})
    assert len(tried) > 8


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_every_example_is_as_described_and_runs(real_app: Flask, library: Library, lang: str) -> None:
    described, client = document(real_app, lang), real_app.test_client()
    for query in library:
        path = f"/api/queries/{query.name}"
        own = parameters(described, path)
        examples = {name: one["example"] for name, one in own.items() if "example" in one}
        told = {name: str(value) for name, value in examples.items()}  # a header has texts, a schema numbers
        assert told == {**query.example, "page": "1", "page-size": "100", "explain": "1"}
        for name, value in examples.items():
            validator(described, own[name]["schema"]).validate(value)
        answer = client.get(f"{path}.json", query_string={**examples, "lang": lang})
        assert len(json.loads(answer.data)["results"]["bindings"]) > 0


def test_every_table_is_as_described(real_app: Flask, library: Library) -> None:
    described, client = document(real_app), real_app.test_client()
    for query in library:
        answer = get_answer(described, f"/api/queries/{query.name}")
        schema = answer["content"]["application/sparql-results+json"]["schema"]
        found = json.loads(client.get(f"/api/queries/{query.name}.json").data)
        validator(described, schema).validate(found)
        assert all(f"`{column.name}` ({column.type}" in answer["description"] for column in query.columns)
        explained = json.loads(client.get(f"/api/queries/{query.name}.json?explain=1").data)
        validator(described, schema).validate(explained)
        assert len(explained["head"]["vars"]) == len(found["head"]["vars"]) + 1
        row = found["results"]["bindings"][0]
        row[next(iter(row))] = {"type": "bnode", "value": "b"}
        assert not validator(described, schema).is_valid(found)


def get_answer(described: Json, path: str) -> Json:
    found: Json = described["paths"][path]["get"]["responses"]["200"]
    return found


CASES = """#+ params:
#+   least: {type: integer, default: 7}
#+   region: {type: string}
#+ columns: {case: iri, amount: decimal}
#+ units: {amount: PEN}
#+ example: {least: 2, region: Piura}
SELECT ?case ?amount {
  VALUES ?least { UNDEF }
  VALUES ?region { UNDEF }
  ?case <http://x/p> ?amount
}
"""


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Json:
    """The description of a framework whose only query has units, a number and a text."""
    root = tmp_path_factory.mktemp("cases")
    for folder in ("data/ttl", "queries/cases"):
        (root / folder).mkdir(parents=True)
    (root / "data/ttl/a.ttl").write_text('<http://x/a> <http://x/p> "1" .')
    (root / "queries/cases/cases.rq").write_text(CASES)
    return document(create_app(Project.find(root)))


def test_a_unit_is_told_where_the_header_says_it(cases: Json) -> None:
    rows = cases["components"]["schemas"]["result-cases"]["properties"]["results"]["properties"]["bindings"]
    assert rows["items"]["properties"]["amount"]["x-unit"] == "PEN"
    assert "x-unit" not in rows["items"]["properties"]["case"]


def test_units_and_code_lists_are_those_of_the_columns(real_app: Flask) -> None:
    schemas = document(real_app)["components"]["schemas"]

    def cells(name: str) -> Json:
        found: Json = schemas[f"result-{name}"]["properties"]["results"]["properties"]["bindings"]["items"]
        properties: Json = found["properties"]
        return properties

    assert cells("dialogue-cases")["amountPEN"]["x-unit"] == "PEN"
    assert cells("compliance")["percent"]["x-unit"] == "%"
    assert cells("axis-progress")["onTrack"]["x-unit"] == "{indicator}"
    assert cells("indicator-progress")["progress"]["x-unit"] == "1"
    assert cells("indicator-progress")["actual"]["x-unit-column"] == "unit"
    assert "x-unit" not in cells("indicator-progress")["label"]
    assert cells("indicator-progress")["status"]["x-code-list"] == "https://w3id.org/g7graph/id/status"
    assert "x-code-list" not in cells("indicator-progress")["label"]


def test_a_default_that_is_a_matter_of_the_data_is_told(real_app: Flask) -> None:
    described = document(real_app)
    assert parameters(described, "/api/queries/indicator-progress")["round"]["schema"]["default"] == "2014-05"
    own = parameters(described, "/api/queries/round-diff")
    assert own["to"]["schema"]["default"] == "2014-05"
    assert "default" not in own["from"]["schema"]  # there is no round before the first


def test_the_example_of_a_run_is_one_that_can_be_opened(real_app: Flask) -> None:
    described = document(real_app)
    path = "/api/runs/{query}/{version}/{edition}/{result}"
    own = parameters(described, path)
    parts = {name: one["example"] for name, one in own.items() if one["in"] == "path"}
    schema = described["paths"][path]["get"]["responses"]["200"]["content"]["application/sparql-results+json"]["schema"]
    answer = real_app.test_client().get(path.format(**parts), query_string=own["values"]["example"])
    assert answer.status_code == 200
    validator(described, schema).validate(json.loads(answer.data))
    assert len(json.loads(answer.data)["results"]["bindings"]) > 0


def test_a_parameter_has_its_type_its_default_and_its_example(cases: Json) -> None:
    own = parameters(cases, "/api/queries/cases")
    assert own["least"]["schema"] == {"type": "integer", "default": 7}
    assert own["region"]["schema"] == {"type": "string"}
    assert (own["least"]["example"], own["region"]["example"]) == (2, "Piura")


def test_every_kind_of_problem_is_described_with_its_status(written_app: Flask) -> None:
    described = document(written_app)
    responses = described["components"]["responses"]
    for key, status in STATUS.items():
        kinds = responses[str(status.value)]["content"]["application/problem+json"]["schema"]["allOf"][1]["properties"]
        assert f"https://w3id.org/g7graph/problem/{key.replace('_', '-')}" in kinds["type"]["enum"]
        assert kinds["status"] == {"const": status.value}


def test_a_problem_is_as_described(small_app: Flask) -> None:
    described = document(small_app)
    schemas = described["components"]["responses"]["422"]["content"]["application/problem+json"]["schema"]
    problem = small_app.test_client().get("/api/queries/indicators?indicator=nada").json
    validator(described, schemas).validate(problem)
    assert problem is not None
    assert not validator(described, schemas).is_valid({**problem, "status": 404})


def test_the_address_of_a_problem_is_a_uri_reference(client: FlaskClient) -> None:
    problem = client.get("/doc/indicator/años y <más>").json
    assert problem is not None
    assert problem["instance"] == "/doc/indicator/a%C3%B1os%20y%20%3Cm%C3%A1s%3E"


def test_the_server_is_where_the_service_is_seen(small: Project) -> None:
    alone = create_app(small, open_store(small))
    assert document(alone)["servers"] == [{"url": "http://localhost"}]
    below = {"SCRIPT_NAME": "/plan", "HTTP_HOST": "data.example"}
    assert document(alone, environ_overrides=below)["servers"] == [{"url": "http://data.example/plan"}]
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "data.example", "X-Forwarded-Prefix": "/plan"}
    assert document(alone, headers=forwarded)["servers"] == [{"url": "http://localhost"}]
    behind = create_app(small, open_store(small), options=Options(behind_proxy=1))
    assert document(behind, headers=forwarded)["servers"] == [{"url": "https://data.example/plan"}]


def test_it_is_kept_until_it_changes(client: FlaskClient) -> None:
    first = client.get(ADDRESS)
    assert client.get(ADDRESS).data == first.data
    again = client.get(ADDRESS, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(ADDRESS, headers={"Accept-Language": "fr"}).headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize(
    ("accept", "status"),
    [("*/*", 200), ("application/json", 200), ("application/openapi+json", 200), ("text/turtle", 406)],
)
def test_it_is_json(client: FlaskClient, accept: str, status: int) -> None:
    assert client.get(ADDRESS, headers={"Accept": accept}).status_code == status


@pytest.mark.parametrize("address", ["/", "/api/queries", "/sparql", "/sparql?query=ASK%7B%7D"])
def test_where_clients_start_it_is_linked(client: FlaskClient, address: str) -> None:
    links = client.get(address).headers.getlist("Link")
    assert '</openapi.json>; rel="service-desc"; type="application/json"' in links
    below = client.get(address, environ_overrides={"SCRIPT_NAME": "/plan"}).headers.getlist("Link")
    assert any(one.startswith("</plan/openapi.json>") for one in below)


def test_an_answer_that_is_never_kept_is_never_with_the_client(small_app: Flask) -> None:
    described, client = document(small_app), small_app.test_client()
    kept = {path for path, item in described["paths"].items() if "304" in item["get"]["responses"]}
    assert set(described["paths"]) - kept == {"/health", "/metrics", "/id/{key}", "/reconcile/preview"}
    assert all("ETag" not in client.get(path).headers for path in ("/health", "/metrics", "/id/indicator/4.4"))
    without = {"/graph-store", "/ontology/logo.svg", "/shapes"}  # of this small framework
    without |= {"/reconcile/extend", "/reconcile/flyout/{kind}"}  # which are asked for something
    fixed = [path for path in kept - without if "{" not in path]
    assert all("ETag" in client.get(path).headers for path in fixed)


def test_a_vocabulary_without_a_logo_has_none(client: FlaskClient, real: FlaskClient) -> None:
    assert client.get("/ontology/logo.svg").status_code == 404
    assert real.get("/ontology/logo.svg").mimetype == "image/svg+xml"


class Described:
    """A service as schemathesis asks it: what its description says, and what it does not allow."""

    def __init__(self, app: Flask, token: str = "") -> None:
        self.headers = {"Accept-Encoding": "identity", **({"Authorization": f"Bearer {token}"} if token else {})}
        self.schema = schemathesis.openapi.from_wsgi(ADDRESS, app)
        described = document(app, "es")
        choices = [listed for one in described["components"]["schemas"].values() for listed in one.get("anyOf", ())]
        choices += [
            one["schema"] for _, _, made in operations(described) for one in made["parameters"] if "name" in one
        ]
        self.names = {name for one in choices for name in one.get("enum", ())}
        self.folded = {vocab.fold(name) for name in self.names}

    def labels(self, *paths: str) -> list[str]:
        listed = [one for one in self.schema.get_all_operations() if isinstance(one, Ok)]
        return [one.ok().label for one in listed if one.ok().path.startswith(paths or ("/",))]

    def hold(self, label: str, mode: GenerationMode, examples: int) -> int:
        """Ask as many times; every answer is as described, and what the description forbids is refused."""
        operation = self.schema.find_operation_by_label(label)
        assert operation is not None
        loose = operation.path.startswith(LOOSE) or operation.path in TEXTS
        excluded: list[CheckFunction] = []
        if loose:  # a limit is no fault; other statuses of 5xx are not described
            excluded = [positive_data_acceptance, negative_data_rejection, not_a_server_error]
        asked = 0

        @settings(BOUNDED, max_examples=examples)
        @given(case=operation.as_strategy(generation_mode=mode), text=st.sampled_from(QUERIES + UPDATES))
        def ask(case: Case[Any], text: str) -> None:
            nonlocal asked
            asked += 1
            if mode is GenerationMode.POSITIVE:
                _write_whole(case)
            if mode is GenerationMode.POSITIVE and operation.path == "/sparql":
                _put(case, text)
            answer = case.call(headers=self.headers)
            aside = [*excluded, *([negative_data_rejection] if self.is_almost_known(case) else [])]
            case.validate_response(answer, excluded_checks=aside, headers=self.headers)

        ask()
        return asked

    def is_almost_known(self, case: Case[Any]) -> bool:
        """Whether a request names something by other case or punctuation than is listed, which is taken."""
        given = [value for value in (case.query or {}).values() if isinstance(value, str)]
        return any(value not in self.names and vocab.fold(value) in self.folded for value in given)


def _write_whole(case: Case[Any]) -> None:
    """Write whole numbers of an address without a point: 95.0 is an integer to JSON Schema, and nobody types it."""
    for name, value in (case.query or {}).items():
        if isinstance(value, float) and value.is_integer():
            case.query[name] = int(value)


def _put(case: Case[Any], text: str) -> None:
    """Have a request to the endpoint ask or change something."""
    kind = "update" if text in UPDATES else "query"
    if case.method == "POST" and isinstance(case.body, dict):
        case.body = {name: value for name, value in case.body.items() if name not in ("query", "update")} | {kind: text}
    elif case.method == "POST":
        case.body = text
    else:
        case.query = {**case.query, "query": text}


@dataclass(frozen=True)
class Asked:
    """A service, whether a token is sent to it, which of its paths are asked, and how often each."""

    app: str
    token: str = ""
    paths: tuple[str, ...] = ()
    examples: int = 6


SERVICES = [
    Asked("small_app"),
    Asked("real_app", paths=("/api/queries/",), examples=3),
    Asked("written_app", TOKEN, LOOSE),
    Asked("written_app", "", LOOSE, 3),
    Asked("plain_app", TOKEN, LOOSE),
]


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("asked", SERVICES, ids=lambda one: f"{one.app}{'-token' * bool(one.token)}")
def test_what_is_answered_is_what_is_described(
    request: pytest.FixtureRequest, subtests: pytest.Subtests, asked: Asked, mode: GenerationMode
) -> None:
    described = Described(request.getfixturevalue(asked.app), asked.token)
    labels = described.labels(*asked.paths)
    assert len(labels) >= (4 if asked.paths else 20)
    for label in labels:
        with subtests.test(label):
            assert described.hold(label, mode, asked.examples) > 0
