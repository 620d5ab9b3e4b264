"""`/dumps/`: what can be downloaded whole, and each file of it, with parts and validators (RFC 9110 §§8, 13, 14)."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from os import fstat
from pathlib import Path, PurePosixPath
from typing import IO, cast

from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.exceptions import PreconditionFailed, RequestedRangeNotSatisfiable
from werkzeug.http import http_date, parse_date

from g7graph.errors import UnknownName
from g7graph.exports.manifest import Dump, Manifest
from g7graph.web import answer, ranges
from g7graph.web.context import address, language, site
from g7graph.web.formats import HTML, JSON
from g7graph.web.negotiate import Format
from g7graph.web.ranges import Body, Part
from g7graph.web.shelf import Shelf, Shelved

blueprint = Blueprint("dumps", __name__)

_OK, _PARTIAL = 200, 206
_CSV = "text/csv"
_BESIDE_CSV = '<csv-metadata.json>; rel="describedby"; type="application/csvm+json"'
_EXTENSION = "g7graph.dumps"


def attach(app: Flask, folder: Path | None) -> Shelf:
    """Give an application its dumps; return them."""
    made = app.extensions[_EXTENSION] = Shelf(folder)
    return made


def shelf() -> Shelf:
    """Return the dumps of the running application."""
    return cast(Shelf, current_app.extensions[_EXTENSION])


def current() -> Manifest | None:
    """Return what the dumps say that they hold; None where there are none, or they are of other data than is served."""
    shelved = shelf().shelved()
    return shelved.manifest if shelved and _is_current(shelved) is not False else None


@blueprint.get("/dumps/")
def index() -> Response:
    """List the files: a page, or what their manifest says with their addresses, and whether they are of this data."""
    response = _listed(shelf().shelved(), answer.negotiated((HTML, JSON)))
    if not site().store.version:  # else the cache has one of all that is said
        response.add_etag(weak=True)
        response.make_conditional(request)
        if response.status_code == PreconditionFailed.code:
            raise PreconditionFailed
    return response


def _listed(shelved: Shelved | None, chosen: Format) -> Response:
    is_current = _is_current(shelved)
    if chosen is HTML:
        groups = _groups(shelved) if shelved else {}
        return answer.page("dumps.html", manifest=shelved and shelved.manifest, groups=groups, is_current=is_current)
    said = asdict(shelved.manifest if shelved else Manifest("", "", "", ()))
    dumps = [{**one, "url": address(f"dumps/{one['name']}")} for one in said["dumps"]]
    body = json.dumps({**said, "current": is_current, "dumps": dumps}, ensure_ascii=False, indent=1) + "\n"
    return Response(body, content_type=JSON.media_type, headers={"Content-Language": language()})


@blueprint.get("/dumps/<path:name>")
def download(name: str) -> Response:
    """Answer with a file, or the parts of it that are asked for.

    It is sent as it lies there, packed ones as files of gzip: bytes, checksum and `ETag` are those of the list.
    """
    found = shelf().opened(name)
    if found is None:
        shelved = shelf().shelved()
        raise UnknownName("dump", name, shelved.files if shelved else ())
    file, dump = found
    modified = datetime.fromtimestamp(int(fstat(file.fileno()).st_mtime), tz=UTC)
    response = Response(status=_OK, content_type=dump.compression or _typed(dump.media_type))
    response.set_etag(dump.sha256)
    response.last_modified = modified
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "no-cache, no-transform"
    response.headers["Content-Disposition"] = f'attachment; filename="{PurePosixPath(dump.name).name}"'
    if dump.media_type == _CSV:
        response.headers["Link"] = _BESIDE_CSV
    since = request.if_unmodified_since
    if since and modified > since and "If-Match" not in request.headers:  # RFC 9110 §13.2.2
        file.close()
        raise PreconditionFailed
    response.make_conditional(request)
    if response.status_code != _OK:
        file.close()
        if response.status_code == PreconditionFailed.code:
            raise PreconditionFailed
        return response
    return _filled(response, file, dump)


def _filled(response: Response, file: IO[bytes], dump: Dump) -> Response:
    """Give an answer its body: the whole, a part, or several."""
    size, media_type = dump.bytes, response.content_type or ""
    header = request.headers.get("Range", "")
    parts = ranges.asked(header, size) if header and _still(response) else None
    if parts == []:
        file.close()
        raise RequestedRangeNotSatisfiable(length=size)
    whole = [Part(0, size - 1)] if size else []
    body = Body(file, whole if parts is None else parts, size=size, media_type=media_type, boundary=dump.sha256)
    if parts is not None:
        response.status_code = _PARTIAL
        if len(parts) == 1:
            response.headers["Content-Range"] = parts[0].of(size)
        else:
            response.headers["Content-Type"] = f"multipart/byteranges; boundary={dump.sha256}"
    response.response = site().outgo.send(body, body.size, request.environ)
    response.direct_passthrough = True
    response.content_length = body.size
    return response


def _still(response: Response) -> bool:
    """Whether the file is the one that the client has parts of already, where it says which that is (`If-Range`)."""
    known = request.headers.get("If-Range", "").strip()
    if not known:
        return True
    if known.startswith(('"', "W/")):
        return known == response.headers["ETag"]
    return parse_date(known) is not None and known == http_date(response.last_modified)


def _is_current(shelved: Shelved | None) -> bool | None:
    """Whether the dumps are of the data served; None where that cannot be known."""
    version = site().store.version
    return shelved.manifest.data == version if shelved and version else None


def _groups(shelved: Shelved) -> dict[str, list[Dump]]:
    """Sort the files for people: the dataset, the tables, the activities, each graph."""
    groups: dict[str, list[Dump]] = {"dataset": [], "tables": [], "activities": [], "graphs": []}
    for one in shelved.manifest.dumps:
        kind = one.part.partition("/")[0]
        groups[{"graph": "graphs", "table": "tables"}.get(kind, kind)].append(one)
    return groups


def _typed(media_type: str) -> str:
    return f"{media_type}; charset=utf-8" if media_type == _CSV else media_type
