"""Running the server: the data and the workers are opened first, forked from this process, then the server listens."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from g7graph import i18n
from g7graph.mcp.server import PATH, made, serve_http
from g7graph.project import Project
from g7graph.store.lifeline import Lifeline
from g7graph.web import create_app
from g7graph.web.opening import opened
from g7graph.web.options import Options
from g7graph.web.serve import free


def run(project: Project, options: Options, *, http: bool, hosts: Sequence[str] = ()) -> None:
    """Serve a framework until the client hangs up or, over HTTP, the process is told to end.

    Over standard input and output nothing but the protocol is written to the output. Raises Refused for an address
    that cannot be listened on, DataError and StoreError as `open_store`.
    """
    host, port = free(options.host, options.port) if http else ("", 0)
    found = opened(project, options, Lifeline())
    server = made(create_app(project, found.service, options=options))
    if not http:
        server.run()
        return
    shown = f"[{host}]" if ":" in host else host
    text = i18n.text("web.mcp_serving", options.lang, url=f"http://{shown}:{port}{PATH}")
    print(text, file=sys.stderr, flush=True)  # noqa: T201
    serve_http(server, host, port, hosts)
