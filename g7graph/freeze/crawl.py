"""Asking for every address of a publication: those that the application knows, and those that its pages link to."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from http import HTTPStatus
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import Any

from flask import Flask

from g7graph import vocab
from g7graph.errors import StoreError
from g7graph.freeze import own
from g7graph.freeze.address import Address
from g7graph.freeze.edition import query
from g7graph.freeze.found import Atlas, Outcome, Visit, Written
from g7graph.freeze.visitor import Visitor
from g7graph.store.local import LocalStore

_BATCH = 4
_AHEAD = 4  # batches that wait for each process
_MOST_PROCESSES = 8
#: What writes some formats: imported once, or every worker of the application would.
_LARGE = ("openpyxl", "pyarrow.parquet")
_DESCRIPTION = "/openapi.json"
_SLOT = "{"
_EXTENDED = ".{format}"

#: Told how many addresses are done, and how many are known.
Told = Callable[[int, int], object]

_visitor: Visitor | None = None


@contextmanager
def visiting(make: Callable[[], Visitor]) -> Iterator[ProcessPoolExecutor]:
    """Start processes that visit addresses, each with an application of its own over the store that they share.

    Raises StoreError where one of them ends before its time.
    """
    processes = min(os.cpu_count() or 1, _MOST_PROCESSES)
    forking = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(processes, forking, _begin, (make,)) as pool:
        try:
            yield pool
        except BrokenProcessPool as error:
            raise StoreError("freeze_ended") from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def crawl(
    pool: ProcessPoolExecutor, first: Iterable[Address], there: Mapping[Address, Outcome], told: Told
) -> tuple[Atlas, list[Written]]:
    """Visit addresses and those that they link to, each once; return what became of them and the files.

    What is `there` is not asked for.
    """
    atlas, files = Atlas(), dict[str, Written]()
    atlas.note(Visit({**there}))
    wanted = {own.NOTICE, own.SEARCH, own.UNKNOWN, *first, *pool.submit(_known).result()} - there.keys()
    seen = {one.key for one in (*wanted, *there)}
    waiting, running = deque(sorted(wanted)), set[Future[Visit]]()
    cited = dict[str, Address]()
    while waiting or running or cited:
        if not waiting and not running:
            waiting.extend(sorted(cited.values()))
            seen |= cited.keys()
            cited.clear()
        while waiting and len(running) < _AHEAD * _MOST_PROCESSES:
            batch = [waiting.popleft() for _ in range(min(_BATCH, len(waiting)))]
            running.add(pool.submit(_visit, batch))
        done, running = wait(running, return_when=FIRST_COMPLETED)
        for visit in (future.result() for future in done):
            atlas.note(visit)
            _add(files, visit.files)
            seen |= {one.key for one in visit.outcomes}
            for one in sorted(visit.links):
                if one.key in seen:
                    continue
                if one.is_cited:  # under several addresses: which is asked for may not depend on who came first
                    cited[one.key] = min(one, cited.get(one.key, one))
                else:
                    waiting.append(one)
                    seen.add(one.key)
        told(len(seen) - len(waiting) - _BATCH * len(running), len(seen))
    return atlas, list(files.values())


def _add(files: dict[str, Written], more: Iterable[Written]) -> None:
    """Add files. Raises StoreError where two addresses would be the same: `x`, in English, and `x.en`."""
    for file in more:
        if files.setdefault(file.name, file).sha256 != file.sha256:
            raise StoreError("freeze_twice", name=file.name)


def things(store: LocalStore) -> list[Address]:
    """List the addresses of all things, and of all graphs that have one."""
    iris = [term.value for (term,) in store.table(query("things")).rows if term is not None] + store.graphs()
    paths = filter(None, map(vocab.local_path, iris))
    return [Address.of(path) for path in paths]


def known(app: Flask) -> list[Address]:
    """Return the addresses that the application describes (`/openapi.json`), and those of its static files.

    Raises StoreError where it cannot describe itself.
    """
    answer = app.test_client().get(_DESCRIPTION)
    if answer.status_code != HTTPStatus.OK:
        raise StoreError("freeze_failed", address=_DESCRIPTION, status=answer.status_code)
    described = json.loads(answer.data)["paths"]
    paths = [path for template, item in described.items() for path in _filled(template, item.get("get", {}))]
    folder = Path(app.static_folder or "")
    static = [f"static/{path.relative_to(folder).as_posix()}" for path in folder.rglob("*") if path.is_file()]
    return [Address.of(path.removeprefix("/")) for path in (*paths, *static)]


def _filled(template: str, reading: dict[str, Any]) -> list[str]:
    """Fill the slots of a path with all that they may be; no path where there is no telling."""
    if template.endswith(_EXTENDED) and template.count(_SLOT) > 1:
        return []  # the formats of an address are asked for with it
    slots = [one for one in reading.get("parameters", []) if one.get("in") == "path"]
    values = [one["schema"].get("enum") or one["schema"].get("examples") or [] for one in slots]
    paths = []
    for chosen in product(*values):
        path = template
        for slot, value in zip(slots, chosen, strict=True):
            path = path.replace(f"{{{slot['name']}}}", str(value))
        paths.append(path)
    return [path for path in paths if _SLOT not in path]


def _begin(make: Callable[[], Visitor]) -> None:
    global _visitor  # noqa: PLW0603 - what a process is for, made once
    for name in _LARGE:
        with suppress(ImportError):  # an extra that is not installed
            import_module(name)
    _visitor = make()


def _here() -> Visitor:
    assert _visitor is not None  # noqa: S101 - `_begin` has run
    return _visitor


def _known() -> list[Address]:
    return known(_here().asker.app)


def _visit(addresses: list[Address]) -> Visit:
    found = Visit()
    for address in addresses:
        one = _here().visit(address)
        found.outcomes |= one.outcomes
        found.files += one.files
        found.links |= one.links
        found.parts |= one.parts
    return found
