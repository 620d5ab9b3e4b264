"""Whether the service is well, for those who watch it."""

from __future__ import annotations

import json

from flask import Blueprint, Response

from g7graph import __version__
from g7graph.table import python
from g7graph.web.asks import ask
from g7graph.web.context import site

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
def health() -> Response:
    """Answer with status, versions of program and data, and how many triples and graphs there are."""
    store = site().store
    ((triples,),) = ask(store, "size").rows
    said = {
        "status": "ok",
        "version": __version__,
        "data": store.version,
        "triples": python(triples),
        "graphs": len(store.graphs()),
    }
    return Response(json.dumps(said) + "\n", content_type="application/json", headers={"Cache-Control": "no-store"})
