"""Serving a framework: front processes under granian, and the workers they ask, all forked from one parent."""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Flask

from g7graph import i18n
from g7graph.errors import StoreError
from g7graph.project import Project
from g7graph.store import Service
from g7graph.store.lifeline import Lifeline
from g7graph.store.pooled import PooledStore
from g7graph.web import create_app, metrics
from g7graph.web.connections import drop_untaken
from g7graph.web.crowd import keep_room
from g7graph.web.opening import opened
from g7graph.web.options import MOST_FRONTS, Options
from g7graph.web.refusals import Refused

if TYPE_CHECKING:
    from granian.server.mp import MPServer

_SECONDS_TO_END = 5  # less than what a container is given to end in
_THREADS = 128  # of a front; more than may wait for their turn at /sparql
#: What pages take their texts from.
_TEXTS = ("errors", "queries", "vocabulary", "web")
_CONNECTIONS = 2048  # of a front, most of them idle; what is more waits
_M_ARENA_MAX, _ARENAS = -8, 2  # malloc.h
_OPEN_FILES = 4096  # connections, and an answer for each request that is answered
_HEADER_MILLISECONDS = 15_000
_HEADER_BYTES = 131_072  # of all, or twice that in one last read; more than the longest query takes in an address
_UNTAKEN_MILLISECONDS = 60_000
_TRIES, _TRY_SECONDS = 400, 0.05
_ENDS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


def serve(project: Project, options: Options) -> None:
    """Serve a framework until the process is told to end. Where it listens is said on standard error.

    Raises Refused for an address that cannot be listened on, DataError and StoreError as `open_store`; StoreError, too,
    where it ended unasked: who watches over the process starts it again.
    """
    host, port = free(options.host, options.port)
    multiprocessing.set_start_method("fork", force=True)
    _allow_open_files()
    _share_arenas()
    lifeline = Lifeline()
    found = opened(project, options, lifeline)
    app = create_app(project, found.service, options=options, writer=found.writer, library=found.library)
    _load(app)
    gc.freeze()  # what is loaded stays in pages that all processes share; there is next to no garbage to collect before
    server = _server(host, port)
    url = f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
    told = i18n.text("web.serving", options.lang, url=url)
    server.on_startup(lambda: threading.Thread(target=_tell, args=((host, port), told), daemon=True).start())
    try:
        server.serve(target_loader=partial(_front, app, found.service, lifeline, port), wrap_loader=False)
    except SystemExit as ended:
        if not server.interrupt_signal:
            raise StoreError("service_ended") from ended
    if isinstance(found.service, PooledStore):
        found.service.pool.require_workers()


def _server(host: str, port: int) -> MPServer:
    """Return what starts the fronts, and ends them when this process is told to end."""
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels
    from granian.server.mp import MPServer

    server = MPServer(
        "g7graph.web",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=min(os.cpu_count() or 1, MOST_FRONTS),
        blocking_threads=_THREADS,
        backpressure=_CONNECTIONS,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADER_MILLISECONDS, max_buffer_size=_HEADER_BYTES),
        websockets=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=_SECONDS_TO_END,
    )
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:  # started by nohup
        server.signal_handler_reload = _pass_over  # type: ignore[method-assign]
    else:
        server.signal_handler_reload = server.signal_handler_interrupt  # type: ignore[method-assign]
    return server


def _tell(where: tuple[str, int], told: str) -> None:
    """Say where a service listens as soon as it takes connections."""
    for _ in range(_TRIES):
        with suppress(OSError), socket.create_connection(where, _TRY_SECONDS):
            print(told, file=sys.stderr, flush=True)  # noqa: T201
            return
        time.sleep(_TRY_SECONDS)


def _load(app: Flask) -> None:
    """Load what each front would come to load by itself, and hold alone: texts, templates, the map of addresses."""
    app.url_map.update()
    for module in _TEXTS:
        i18n.catalogue(module)
    for name in app.jinja_env.list_templates(extensions=["html"]):
        app.jinja_env.get_template(name)
    with app.test_request_context("/problem/", headers={"Accept": "text/html"}):  # counted and logged by nobody
        app.full_dispatch_request()


def _front(app: Any, service: Service, lifeline: Lifeline, port: int) -> Any:
    """Give a front its application; it ends when its parent does, or tells it to."""
    tells_senders = hasattr(signal, "sigwaitinfo")  # not on macOS, where the parent's word is everybody's
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDS if tells_senders else {signal.SIGINT})  # the parent decides
    if tells_senders:
        threading.Thread(target=_heed, args=(os.getppid(),), daemon=True).start()
    drop_untaken(port, _UNTAKEN_MILLISECONDS)
    keep_room(port, _CONNECTIONS)
    if isinstance(service, PooledStore):
        service.pool.forked()
    metrics.of(app).tallies.forked()
    threading.Thread(target=_follow, args=(lifeline,), daemon=True).start()
    return app


def _heed(parent: int) -> None:
    """Pass on the parent's word that a front shall end, and nobody else's."""
    while signal.sigwaitinfo(_ENDS).si_pid != parent:
        pass
    end = signal.getsignal(signal.SIGTERM)
    if callable(end):
        end(signal.SIGTERM, None)


def _pass_over(*_: object) -> None:
    """Do nothing at a signal."""


def _follow(lifeline: Lifeline) -> None:
    os.read(lifeline.alive, 1)
    os._exit(0)


def _allow_open_files() -> None:
    """Have as many files open as the connections of a front may need, as far as the system lets us."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _share_arenas() -> None:
    """Have all threads allocate from a few arenas of glibc: each of its own would keep the most it ever held."""
    with suppress(AttributeError, OSError):  # another C library, or none to be found
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)


def free(host: str, port: int) -> tuple[str, int]:
    """Return the numeric address to listen on. Raises Refused where nobody may listen there, or somebody does."""
    try:
        family, _, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.create_server(where[:2], family=family) as listener:
            found = listener.getsockname()
    except OSError as error:
        raise Refused("cannot_listen", host=host, port=port, detail=error.strerror or error) from error
    return found[0], found[1]
