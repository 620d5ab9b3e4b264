"""The MCP server as clients meet it: over standard input and output, over HTTP, and its tools one by one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import anyio
import pytest
from flask import Flask
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.types import TextContent, TextResourceContents

from g7graph import vocab
from g7graph.mcp.server import made
from g7graph.project import Project
from g7graph.queries import Library
from g7graph.store.local import LocalStore
from g7graph.web import create_app

SECONDS = 60
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n1 ?o . ?p ?q ?r }"
TOOLS = {"list_queries", "run_query", "search", "describe", "sparql"}
LABEL = "gobiernos locales que han simplificado un procedimiento administrativo"
ROOT = Path(__file__).resolve().parent.parent

T = TypeVar("T")


@pytest.fixture(scope="module")
def app(project: Project, store: LocalStore) -> Flask:
    return create_app(project, store)


def talked(server: Any, talk: Callable[[Client], Awaitable[T]]) -> T:
    """Have a conversation with a server, whichever way it is reached."""

    async def converse() -> T:
        with anyio.fail_after(SECONDS):
            async with Client(server) as client:
                return await talk(client)

    return anyio.run(converse)


def call(app: Flask, tool: str, **arguments: object) -> tuple[dict[str, Any] | None, str]:
    """Call a tool; return its structured answer, and the text of it or of what is wrong."""

    async def talk(client: Client) -> tuple[dict[str, Any] | None, str]:
        result = await client.call_tool(tool, arguments)
        (content,) = result.content
        assert isinstance(content, TextContent)
        return (None if result.is_error else result.structured_content), content.text

    return talked(made(app), talk)


def answered(app: Flask, tool: str, **arguments: object) -> dict[str, Any]:
    found, text = call(app, tool, **arguments)
    assert found is not None, text
    assert json.loads(text) == found
    return found


def refused(app: Flask, tool: str, **arguments: object) -> str:
    found, text = call(app, tool, **arguments)
    assert found is None
    return text


# ---- what is offered


def test_the_tools_say_what_they_take_and_give_and_that_they_only_read(app: Flask) -> None:
    async def talk(client: Client) -> Any:
        return (await client.list_tools()).tools

    tools = {tool.name: tool for tool in talked(made(app), talk)}
    assert set(tools) == TOOLS
    for tool in tools.values():
        assert tool.description
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is True
        assert {"dataset_version", "whole", "note"} <= set((tool.output_schema or {})["properties"])
    assert tools["sparql"].input_schema["required"] == ["query"]
    assert tools["search"].input_schema["properties"]["text"]["maxLength"] == 200


def test_the_vocabulary_and_the_dataset_are_resources(app: Flask) -> None:
    async def talk(client: Client) -> dict[str, str]:
        listed = (await client.list_resources()).resources
        contents = {str(one.uri): (await client.read_resource(one.uri)).contents[0] for one in listed}
        return {uri: one.text for uri, one in contents.items() if isinstance(one, TextResourceContents)}

    found = talked(made(app), talk)
    assert set(found) == {vocab.ONTOLOGY, vocab.BASE + "dataset"}
    assert "g7:Indicator a owl:Class" in found[vocab.ONTOLOGY]
    assert "dataset:g7graph a" in found[vocab.BASE + "dataset"]


# ---- the tools


def test_the_queries_are_listed_with_what_they_take(app: Flask, library: Library) -> None:
    found = answered(app, "list_queries", lang="fr")
    assert [one["name"] for one in found["queries"]] == list(library.saved)
    (one,) = [one for one in found["queries"] if one["name"] == "indicator-progress"]
    assert one["summary"] == "Progression de chaque indicateur"
    assert {"name": "axis", "type": "iri", "kinds": ["axis"], "label": "Axe", "default": None} in one["parameters"]
    assert found["whole"] is True


def test_a_saved_query_answers_with_values_and_says_of_which_data(app: Flask, store: LocalStore) -> None:
    found = answered(app, "run_query", name="indicator-progress", parameters={"axis": "transparency"})
    rows = [dict(zip(found["columns"], row, strict=True)) for row in found["rows"]]
    (portal,) = [row for row in rows if row["code"] == "O1.3"]
    assert (portal["baseline"], portal["target"], portal["actual"]) == (8, 21, 12)
    assert (portal["progress"], portal["status"], portal["inProgress"]) == (0.3077, "behind", None)
    assert {row["axis"] for row in rows} == {"transparency"}
    assert (found["whole"], found["note"], found["dataset_version"]) == (True, "", store.version)


def test_what_is_left_out_of_a_table_is_said(app: Flask) -> None:
    found = answered(app, "run_query", name="indicator-progress", limit=2)
    assert (len(found["rows"]), found["whole"]) == (2, False)
    assert found["note"].startswith("Only the first 2 rows")
    assert answered(app, "run_query", name="projects", limit=1000)["whole"] is True


def test_a_thing_is_found_by_words_of_any_language_and_order(app: Flask) -> None:
    found = answered(app, "search", text="EITI comisiones")
    assert {"9.1", "O2.1"} <= {hit["code"] for hit in found["hits"]}
    assert found["total"] == len(found["hits"])
    assert found["whole"] is True
    many = answered(app, "search", text="de")
    assert (many["whole"], len(many["hits"])) == (False, 20)
    assert str(many["total"]) in many["note"]


@pytest.mark.parametrize("thing", ["4.4", "indicator:4.4", vocab.thing("indicator", "4.4"), LABEL])
def test_a_thing_is_described_by_iri_prefixed_name_code_or_label(app: Flask, thing: str) -> None:
    found = answered(app, "describe", thing=thing)
    assert (found["iri"], found["code"]) == (vocab.thing("indicator", "4.4"), "4.4")
    assert any("54 gobiernos locales" in passage["quote"] for passage in found["passages"])
    (standing,) = found["standings"]
    assert (standing["progress"], standing["formula"][:8]) == (0.7963, "progress")
    assert {"Process indicator"} <= {*found["kinds"]}


def pointing(found: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["iri"], value["iri"]) for each in found["pointing_here"] for value in each["values"]]


def test_all_that_points_to_a_thing_is_had_page_by_page(app: Flask) -> None:
    first = answered(app, "describe", thing="g7:Indicator")
    second = answered(app, "describe", thing="g7:Indicator", page=2)
    assert (first["whole"], second["whole"], second["note"]) == (False, True, "")
    total = len(pointing(first)) + len(pointing(second))
    assert first["note"].startswith(f"Of the {total} statements that point to this, 50 so far; the rest is on page 2")
    assert not {*pointing(first)} & {*pointing(second)}
    assert "they go from 1 to 2" in refused(app, "describe", thing="g7:Indicator", page=3)


def test_passages_that_are_on_other_pages_are_told(app: Flask) -> None:
    found = [answered(app, "describe", thing="round:2014-05", page=page) for page in (1, 2, 3, 4)]
    assert [len(one["passages"]) for one in found] == [20, 20, 20, 4]
    told = "This has more values of a property or more passages: they are on page {} and after."
    assert [told.format(page) in one["note"] for page, one in enumerate(found, 2)] == [True, True, True, False]


def test_a_name_that_several_have_is_asked_back(app: Flask) -> None:
    assert "place:060000 (Cajamarca), place:060100 (Cajamarca)" in refused(app, "describe", thing="cajamarca")


def test_sparql_answers_tables_truths_and_graphs(app: Flask) -> None:
    assert answered(app, "sparql", query="ASK {}")["rows"] == [[True]]
    graph = answered(app, "sparql", query="DESCRIBE <https://w3id.org/g7graph/id/indicator/4.4>", limit=3)
    assert (graph["columns"], len(graph["rows"]), graph["whole"]) == (["subject", "predicate", "object"], 3, False)
    table = answered(app, "sparql", query="SELECT ?a ?b { VALUES (?a ?b) { (1.5 UNDEF) } }")
    assert (table["columns"], table["rows"]) == (["a", "b"], [[1.5, None]])


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("run_query", {"name": "indicator-progres"}, "Did you mean: indicator-progress"),
        ("run_query", {"name": "projects", "parameters": {"colour": "red"}}, "colour"),
        ("run_query", {"name": "indicator-progress", "parameters": {"axis": "transparenc"}}, "transparency"),
        ("run_query", {"name": "projects", "limit": 0}, "greater than or equal to 1"),
        ("search", {"text": "x" * 201}, "200"),
        ("describe", {"thing": "indicator:4.44"}, "indicator:4.4"),
        ("describe", {"thing": "http://a b"}, "«http://a b»"),
        ("describe", {"thing": ""}, "Nothing is said"),
        ("sparql", {"query": "INSERT DATA { <http://x/a> <http://x/p> 1 }"}, "read-only"),
        ("sparql", {"query": "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"}, "--allow-service"),
        ("sparql", {"query": "SELECT * {"}, "line 1, column 11"),
        ("sparql", {"query": ""}, "line 1"),
        ("sparql", {"query": "SELECT * FROM <http://127.0.0.1:1/x> { ?s ?p ?o }"}, "http://127.0.0.1:1/x"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(app: Flask, tool: str, arguments: dict[str, Any], says: str) -> None:
    assert says in refused(app, tool, **arguments)


def test_words_are_in_the_language_asked_for(app: Flask) -> None:
    text = refused(app, "run_query", name="indicator-progress", parameters={"axis": "x"}, lang="es")
    assert "no acepta «x» para «axis»" in text


# ---- the transports


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def test_over_standard_input_and_output_a_runaway_query_is_ended_and_others_go_on() -> None:
    command = ["-m", "g7graph", "mcp", "--query-seconds", "1"]
    server = StdioServerParameters(command=sys.executable, args=command, env=environment())

    async def talk(client: Client) -> tuple[Any, Any, Any]:
        first = await client.call_tool("sparql", {"query": RUNAWAY})
        then = await client.call_tool("describe", {"thing": "4.4"})
        return client.server_info, first, then

    info, first, then = talked(server, talk)
    assert info.name == "g7graph"
    assert first.is_error
    assert "limit of 1 s" in first.content[0].text
    assert then.structured_content["code"] == "4.4"


@contextmanager
def listening(*options: str) -> Iterator[str]:
    command = [sys.executable, "-m", "g7graph", "--lang", "en", "mcp", "--http", "--port", "0", *options]
    process = subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        said = process.stderr.readline()
        assert "listens at http://127.0.0.1:" in said
        url = said.split()[-1]
        deadline = time.monotonic() + SECONDS
        while status(url, {}) is None:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.communicate(timeout=SECONDS)


def status(url: str, headers: Mapping[str, str]) -> int | None:
    """The status of a request that is a message, None while nobody listens."""
    message = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    accepted = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    request = urllib.request.Request(url, json.dumps(message).encode(), {**accepted, **headers})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as response:  # noqa: S310
            found: int = response.status
            return found
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return None


def test_over_http_the_same_tools_answer_and_other_hosts_are_refused() -> None:
    with listening("--allow-host", "data.example.org", "--query-seconds", "1") as url:

        async def talk(client: Client) -> tuple[Any, Any, Any]:
            tools = {tool.name for tool in (await client.list_tools()).tools}
            ended = await client.call_tool("sparql", {"query": RUNAWAY})
            return tools, ended, await client.call_tool("run_query", {"name": "axis-progress"})

        tools, ended, rows = talked(url, talk)
        assert tools == TOOLS
        assert ended.is_error
        assert "limit of 1 s" in ended.content[0].text
        assert {row[1] for row in rows.structured_content["rows"]} == {"efficiency", "transparency", "dialogue"}
        assert status(url, {"Host": "data.example.org"}) not in (403, 421)
        assert status(url, {"Host": "rebound.example.org"}) == 421
        assert status(url, {"Origin": "https://rebound.example.org"}) == 403


def test_without_its_extra_the_command_says_what_to_install() -> None:
    code = "import sys; sys.modules['mcp'] = None\nfrom g7graph.cli import main\nmain()"
    command = [sys.executable, "-c", code, "--lang", "en", "mcp"]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 2
    assert "g7graph[mcp]" in done.stderr
    assert "Traceback" not in done.stderr
