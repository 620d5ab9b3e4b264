"""The service's answers held against the JSON Schemas of the Reconciliation Service API; no copy of them is kept here.

    python -m tests.reconciliation_specs PATH/TO/reconciliation-api-specs

The folder is a copy of github.com/reconciliation-api/specs, in which `0.2/schemas/` are.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
from flask.testing import FlaskClient

from g7graph.project import Project
from g7graph.web import create_app

_IDS = ["place/060000", "place/PE", "dialogue-case/1", "company/volcan", "agency/minem", "indicator/4.4", "x y"]
#: A schema of OpenAPI 2 that the manifest's refers to, for services that ask for a password; ours asks for none.
_ABROAD = "http://swagger.io/v2/schema.json"


def main(arguments: list[str] | None = None) -> int:
    """Hold the answers against the schemas; 0 where all are as they ask, else 1."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("specs", type=Path)
    folder = parser.parse_args(arguments).specs / "0.2" / "schemas"
    failed = 0
    for name, answer in _answers(create_app(Project.default()).test_client()):
        errors = [str(one) for one in _validator(folder, name).iter_errors(answer)]
        failed += bool(errors)
        sys.stdout.write(f"{name}: {'; '.join(errors) or 'valid'}\n")
    return 1 if failed else 0


def _answers(client: FlaskClient) -> Iterator[tuple[str, Any]]:
    """Yield the name of a schema and an answer, of each part of the API and every property that things have."""
    for lang in ("es", "en", "fr"):
        yield "manifest", client.get("/reconcile", query_string={"lang": lang}).json
        for kind, schema in (("entity", "entities"), ("type", "types"), ("property", "properties")):
            yield f"suggest-{schema}-response", client.get(f"/reconcile/suggest/{kind}?prefix=p&lang={lang}").json
        proposed = client.get("/reconcile/extend/propose", query_string={"lang": lang}).json
        yield "data-extension-property-proposal", proposed
        properties = [{"id": one["id"]} for one in (proposed or {})["properties"]]
        for start in range(0, len(properties), 20):
            asked = {"ids": _IDS, "properties": properties[start : start + 20]}
            yield "data-extension-query", asked
            answer = client.post("/reconcile", query_string={"lang": lang}, data={"extend": json.dumps(asked)})
            yield "data-extension-response", answer.json
        queries = {
            "q0": {"query": "GORE Piura", "type": "g7:SubnationalGovernment", "type_strict": "should", "limit": 3},
            "q1": {"query": "Piura", "properties": [{"pid": "g7:level", "v": {"id": "place-level/region"}}]},
            "q2": {"properties": [{"pid": "g7:ruc", "v": [20100147514, "x", True]}]},
            "q3": {"query": "zzzz"},
        }
        yield "reconciliation-query-batch", queries
        posted = client.post("/reconcile", query_string={"lang": lang}, data={"queries": json.dumps(queries)})
        yield "reconciliation-result-batch", posted.json


def _validator(folder: Path, name: str) -> jsonschema_rs.Validator:
    schema = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))

    def retrieve(uri: str) -> Any:
        if uri.startswith(_ABROAD):
            return {"definitions": {"securityDefinitions": {"additionalProperties": False}}}
        return json.loads((folder / uri.rpartition("/")[2]).read_text(encoding="utf-8"))

    return jsonschema_rs.validator_for(schema, retriever=retrieve)


if __name__ == "__main__":
    sys.exit(main())
