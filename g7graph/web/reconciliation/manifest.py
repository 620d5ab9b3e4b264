"""The manifest: what the service is called, which parts of the API it has, and where."""

from __future__ import annotations

from flask import request

from g7graph import __version__, vocab
from g7graph.web import dashboard
from g7graph.web.context import language, say
from g7graph.web.reconciliation import batch, told
from g7graph.web.reconciliation.index import Index
from g7graph.web.reconciliation.suggested import KINDS

PATH = "reconcile"
#: The versions of the API that are spoken.
VERSIONS = ("0.2",)
#: Pixels of a preview.
WIDTH, HEIGHT = 430, 320


def manifest(index: Index) -> dict[str, object]:
    """Return the manifest, in the language of the request; one chosen in the address stays in all that it leads to."""
    title, _ = dashboard.title()
    return {
        "versions": list(VERSIONS),
        "name": say("reconcile_name", title=title),
        "identifierSpace": vocab.THING,
        "schemaSpace": vocab.G7,
        "documentation": _whole("dataset"),
        "logo": _whole("static/icon.svg"),
        "serviceVersion": __version__,
        "defaultTypes": [told.type_(one, index) for one in index.types.values()],
        "view": {"url": _whole("id/{{id}}")},
        "preview": {"url": _whole(f"{PATH}/preview", "id={{id}}"), "width": WIDTH, "height": HEIGHT},
        "suggest": {kind: _suggest(kind) for kind in KINDS},
        "extend": {
            "propose_properties": {"service_url": _root(), "service_path": _path(f"{PATH}/extend/propose")},
            "property_settings": [
                {
                    "name": "limit",
                    "label": say("reconcile_limit"),
                    "type": "number",
                    "default": 0,
                    "help_text": say("reconcile_limit_help"),
                }
            ],
        },
        "batchSize": batch.MOST_QUERIES,
    }


def _suggest(kind: str) -> dict[str, str]:
    flyout = _path(f"{PATH}/flyout/{kind}", "id=${id}")
    return {"service_url": _root(), "service_path": _path(f"{PATH}/suggest/{kind}"), "flyout_service_path": flyout}


def _root() -> str:
    return request.root_url.rstrip("/")


def _path(path: str, asked: str = "") -> str:
    """Return a path with what is asked there: templates of the API, whose braces are not to be encoded."""
    chosen = f"lang={language()}" if request.args.get("lang") else ""
    query = "&".join(filter(None, (asked, chosen)))
    return f"/{path}?{query}" if query else f"/{path}"


def _whole(path: str, asked: str = "") -> str:
    return _root() + _path(path, asked)
