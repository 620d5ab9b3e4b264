"""The server: tools and resources under the official SDK, over standard input and output or streamable HTTP."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask
from mcp.server import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import ToolAnnotations

from g7graph import __version__, exports, vocab
from g7graph.mcp.tools import Tools
from g7graph.web import graphs
from g7graph.web.context import site

PATH = "/mcp"
_INSTRUCTIONS = (
    "A results framework as linked open data: indicators with baselines, targets and figures by monitoring round, each "
    "traced to its passage of the source document. Start with list_queries or search; describe gives one thing with "
    "its passages; cite the IRI and the passage. What is null is not known, never zero. An answer that is not whole "
    "says so in its note."
)
_RESOURCES = {
    "ontology/g7": (vocab.ONTOLOGY, "vocabulary", "The vocabulary: classes and properties, in Turtle."),
    "dataset": (vocab.BASE + "dataset", "dataset", "What the dataset says of itself, in Turtle."),
}
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_READS = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)


def made(app: Flask) -> MCPServer[None]:
    """Make the server over an application."""
    server: MCPServer[None] = MCPServer(
        "g7graph", version=__version__, instructions=_INSTRUCTIONS, website_url=vocab.BASE, log_level="WARNING"
    )
    tools = Tools(app)
    for tool in (tools.list_queries, tools.run_query, tools.search, tools.describe, tools.sparql):
        server.add_tool(tool, annotations=_READS)
    with app.test_request_context():
        there = [path for path in _RESOURCES if vocab.graph(path) in site().store.graphs()]
    for path in there:
        _add_graph(server, app, path)
    return server


def _add_graph(server: MCPServer[None], app: Flask, path: str) -> None:
    iri, name, description = _RESOURCES[path]

    def read() -> str:
        with app.test_request_context():
            return exports.GRAPHS["ttl"].write(graphs.read(vocab.graph(path))).decode()

    server.resource(iri, name=name, description=description, mime_type="text/turtle")(read)


def serve_http(server: MCPServer[None], host: str, port: int, hosts: Sequence[str]) -> None:
    """Serve streamable HTTP; only requests for these hosts, those of this machine and the address itself, are taken.

    A page of another site that has its name lead here (DNS rebinding) is refused.
    """
    import uvicorn

    shown = f"[{host}]" if ":" in host else host
    names = sorted({shown, *_LOOPBACK, *hosts})
    allowed = [form for name in names for form in (name, f"{name}:*")]
    security = TransportSecuritySettings(
        allowed_hosts=allowed, allowed_origins=[f"{scheme}://{one}" for scheme in ("http", "https") for one in allowed]
    )
    app = server.streamable_http_app(
        streamable_http_path=PATH, json_response=True, stateless_http=True, transport_security=security
    )
    uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False)
