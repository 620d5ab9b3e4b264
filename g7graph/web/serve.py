"""Serving a framework: front processes under granian, and the workers they ask, all forked from one parent."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import socket
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from g7graph import i18n
from g7graph.build import MEMORY, open_local, version_of
from g7graph.errors import G7Error
from g7graph.project import Project
from g7graph.queries import Library
from g7graph.store.limits import Limits
from g7graph.store.pool import Pool
from g7graph.store.pooled import PooledStore
from g7graph.store.remote import RemoteStore
from g7graph.web import create_app
from g7graph.web.refusals import Refused
from g7graph.web.work import working

_SECONDS_TO_END = 10
_THREADS = 128  # of a front; more than may wait for their turn at /sparql
_MOST_FRONTS = 4
_HEADER_MILLISECONDS = 15_000


def serve(  # noqa: PLR0913 - what an operator chooses
    project: Project, *, host: str, port: int, store: str, lang: str = i18n.DEFAULT, limits: Limits | None = None
) -> None:
    """Serve a framework until the process is told to end.

    `store` is `memory`, a folder or a URL, as `open_store` takes it; port 0 is any free one. Where it listens is said
    on standard error. Raises Refused for an address that cannot be listened on, DataError and StoreError as
    `open_store`.
    """
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels
    from granian.server.mp import MPServer

    host, port = _free(host, port)
    multiprocessing.set_start_method("fork", force=True)
    limits = limits or Limits()
    service = _service(project, store, limits)
    app = create_app(project, service, lang=lang, limits=limits)
    gc.collect()
    gc.freeze()  # what is loaded stays in pages that all processes share
    server = MPServer(
        "g7graph.web",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=min(os.cpu_count() or 1, _MOST_FRONTS),
        blocking_threads=_THREADS,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADER_MILLISECONDS),
        websockets=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=_SECONDS_TO_END,
    )
    url = f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
    server.on_startup(lambda: print(i18n.text("web.serving", lang, url=url), file=sys.stderr, flush=True))  # noqa: T201
    alive, ended = os.pipe()
    server.serve(target_loader=partial(_front, app, service, alive, ended), wrap_loader=False)


def _service(project: Project, store: str, limits: Limits) -> PooledStore | RemoteStore:
    """Open what the fronts ask: workers over data in memory or on disk, or a remote service.

    An open database does not survive a fork: on disk it is built by a process of its own, and opened by each worker.
    """
    library = Library.read(project.queries)
    if "://" in store:
        return RemoteStore(store)
    pool = Pool(limits)
    if store == MEMORY:
        opened = open_local(project)
        pool.publish(opened.version, working(lambda: opened, library))
    else:
        _apart(lambda: open_local(project, store))
        pool.publish(version_of(project), working(lambda: open_local(project, store, read_only=True), library))
    return PooledStore(pool, union=not project.is_plain)


def _apart(work: Callable[[], object]) -> None:
    """Do work in a forked process that ends with it. Raises the error that it raised."""
    said, say = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(said)
        code = 1
        try:
            work()
            code = 0
        except G7Error as error:
            with os.fdopen(say, "wb") as out:
                pickle.dump(error, out)
        finally:
            os._exit(code)
    os.close(say)
    with os.fdopen(said, "rb") as answer:
        raised = answer.read()
    _, status = os.waitpid(pid, 0)
    if raised:
        raise pickle.loads(raised)  # noqa: S301 - our own process wrote it
    if status:
        raise SystemExit(os.waitstatus_to_exitcode(status))


def _front(app: Any, service: PooledStore | RemoteStore, alive: int, ended: int) -> Any:
    """Give a front its application; it ends when its parent does, however that ended."""
    os.close(ended)
    if isinstance(service, PooledStore):
        service.pool.forked()
    threading.Thread(target=_follow, args=(alive,), daemon=True).start()
    return app


def _follow(alive: int) -> None:
    os.read(alive, 1)
    os._exit(0)


def _free(host: str, port: int) -> tuple[str, int]:
    """Return the numeric address to listen on. Raises Refused where nobody may listen there, or somebody does."""
    try:
        family, _, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.create_server(where[:2], family=family) as listener:
            found = listener.getsockname()
    except OSError as error:
        raise Refused("cannot_listen", host=host, port=port, detail=error.strerror or error) from error
    return found[0], found[1]
