"""The parts of paths and the parameters of the routes, as `/openapi.json` describes them."""

from __future__ import annotations

from g7graph import vocab
from g7graph.web import api, calls, dashboard, operations, refusals, search, vocabulary
from g7graph.web.context import site
from g7graph.web.operations import said
from g7graph.web.schemas import TEXT, Json

#: The names of the parts of the site map: the pages, or how the hash of a thing begins.
PART_NAME = r"pages|[0-9a-f]{1,4}"


def graph_names() -> Json:
    """Describe the names of the graphs that have an address here: those there are, where they are not too many."""
    names = [iri.removeprefix(vocab.GRAPH) for iri in site().store.graphs() if iri.startswith(vocab.GRAPH)]
    return {"type": "string", "enum": sorted(names)} if 0 < len(names) <= api.MOST_OPTIONS else TEXT


def thing() -> list[Json]:
    """Describe the key of a thing; the first that a query's parameter may be is the example."""
    params = (param for asked in site().library for param in asked.params if param.type == "iri")
    things = next((iri for param in params for iri in api.things(param.kind)), None)
    return [operations.segment("key", TEXT, example=things and things.removeprefix(vocab.THING))]


def incoming_page() -> list[Json]:
    """Describe the page of what points to a thing."""
    return [operations.query("page", {"type": "integer", "minimum": 1, "default": 1}, key="parameter_incoming_page")]


def query_text() -> list[Json]:
    """Describe the names of everything that has the text of a query."""
    names = [*site().library.by_path]
    return [operations.segment("name", {"type": "string", "enum": names} if names else TEXT, key="segment_query")]


def graph() -> list[Json]:
    """Describe the name of a graph."""
    return [operations.segment("name", graph_names(), key="segment_graph")]


def part() -> list[Json]:
    """Describe the name of a part of the site map."""
    return [operations.segment("part", {**TEXT, "pattern": f"^({PART_NAME})$"}, example="pages")]


def version() -> list[Json]:
    """Describe the number of a version of the vocabulary."""
    names = list(vocabulary.published())
    return [operations.segment("name", {"type": "string", "enum": names} if names else TEXT, key="segment_version")]


def dashboard_values() -> list[Json]:
    """Describe the parameters of the queries that the dashboard shows."""
    asked = [site().library.saved[name] for name in dashboard.QUERIES if name in site().library.saved]
    found = {one["name"]: one for query in asked for one in calls.parameters(query)}
    return [one for name, one in found.items() if name != "lang"]


def searched() -> list[Json]:
    """Describe what a search is for, and which page of what it finds."""
    text: Json = {**TEXT, "maxLength": search.MOST_CHARACTERS}
    number: Json = {"type": "integer", "minimum": 1, "maximum": search.MOST_PAGES}
    page = {"name": "page", "in": "query", "description": said("search_page"), "allowEmptyValue": True}
    return [operations.query("q", text, example="Cajamarca", empty=True), {**page, "schema": number}]


def problem() -> list[Json]:
    """Describe a kind of problem."""
    kinds = [key for key, _, _ in refusals.kinds(site().lang)]
    return [operations.segment("kind", {**TEXT, "examples": kinds})]
