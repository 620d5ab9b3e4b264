"""Serving a framework: one worker process under granian, forked from a parent that loaded the store."""

from __future__ import annotations

import gc
import multiprocessing
import socket
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from g7graph import i18n
from g7graph.build import MEMORY, open_store
from g7graph.project import Project
from g7graph.web.refusals import Refused

_SECONDS_TO_END = 10
_THREADS = 32  # more than may wait for their turn at /sparql


def serve(project: Project, *, host: str, port: int, store: str, lang: str = i18n.DEFAULT) -> None:
    """Serve a framework until the process is told to end.

    `store` is `memory`, a folder or a URL, as `open_store` takes it; port 0 is any free one. Where it listens is said
    on standard error. Raises Refused for an address that cannot be listened on, DataError and StoreError as
    `open_store`.
    """
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels
    from granian.server.mp import MPServer

    host, port = _free(host, port)
    loader = _loader(project, store, lang)
    server = MPServer(
        "g7graph.web",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=_THREADS,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=_SECONDS_TO_END,
    )
    url = f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
    server.on_startup(lambda: print(i18n.text("web.serving", lang, url=url), file=sys.stderr, flush=True))  # noqa: T201
    server.serve(target_loader=loader, wrap_loader=False)


def _free(host: str, port: int) -> tuple[str, int]:
    """Return the numeric address to listen on. Raises Refused where nobody may listen there, or somebody does."""
    try:
        family, _, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.create_server(where[:2], family=family) as listener:
            found = listener.getsockname()
    except OSError as error:
        raise Refused("cannot_listen", host=host, port=port, detail=error.strerror or error) from error
    return found[0], found[1]


def _loader(project: Project, store: str, lang: str) -> Callable[[], Any]:
    """Return what gives a worker its application.

    In memory, the store is loaded here and shared with the forked worker; on disk it is built here, then opened by the
    worker, because an open database does not survive a fork.
    """
    from g7graph.web import create_app

    if store == MEMORY and "fork" in multiprocessing.get_all_start_methods():
        multiprocessing.set_start_method("fork", force=True)
        app = create_app(project, open_store(project, store), lang=lang)
        gc.collect()
        gc.freeze()  # what is loaded stays in pages that parent and worker share
        return partial(_same, app)
    open_store(project, store)
    return partial(_opened, project, store, lang)


def _same(app: Any) -> Any:
    return app


def _opened(project: Project, store: str, lang: str) -> Any:
    from g7graph.web import create_app

    return create_app(project, open_store(project, store, read_only=True), lang=lang)
