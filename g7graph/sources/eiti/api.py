"""The JSON of the EITI API, version 2.0: `{"data": […], "count": n, "self": …, "next": …}`, read record by record.

Older answers nest (`gfs: {code: …}`), newer ones flatten (`gfs.code`): both are read. Field names as the API gives
them; `revenue` is in US dollars where `original_revenue` stands beside it.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping

from g7graph.sources.eiti.columns import heading
from g7graph.sources.eiti.record import Row
from g7graph.sources.eiti.source import Source
from g7graph.sources.eiti.stream import Broken, Elements
from g7graph.sources.problem import Place, Problem

_KINDS = {"organisation": "organisation", "revenue": "revenue", "gfs_code": "gfs", "summary_data": "summary"}
_KINDS["implementing_country"] = "country"
_ADDRESS = re.compile(r"/api/v[\d.]+/(?P<list>[a-z_]+)(?:/(?P<key>[\w.-]+))?/?(?:\?|$)")
#: A field that only one of the lists has.
_SIGNS = {
    "revenue": "revenue",
    "year_start": "summary",
    "iso3": "country",
    "code": "gfs",
    "identification": "organisation",
}
#: What may be given by its address: its last segment counts.
_REFERENCES = {"company key", "key", "summary"}
#: What a field means in the records of one list.
_OWN = {
    ("revenue", "label"): "stream",
    ("revenue", "gfs"): "gfs",
    ("revenue", "gfs.self"): "gfs",
    ("revenue", "summary_data"): "summary",
    ("revenue", "summary_data.id"): "summary",
    ("organisation", "summary_data"): "summary",
    ("organisation", "summary_data.id"): "summary",
    ("gfs", "parent.code"): "parent",
    ("country", "label"): "label",
    ("country", "self"): "address",
}
_SHOWN = 200


def read(source: Source) -> Iterator[Row | Problem]:
    """Read an answer record by record; what an error page or a cut answer still has comes before its problem."""
    with source.open() as file, io.TextIOWrapper(file, encoding="utf-8-sig") as text:
        elements = Elements(text, "data")
        unread: set[tuple[str, str]] = set()
        try:
            for number, element in enumerate(elements):
                yield from _record(element, Place(source.name, path=f"/data/{number}"), elements.envelope, unread)
        except Broken as broken:
            key = "error_page" if broken.is_markup else "bad_json"
            yield Problem(Place(source.name, line=broken.line), key, {"detail": broken.detail})
            return
        except UnicodeDecodeError as error:
            yield Problem(Place(source.name), "bad_json", {"detail": error})
            return
    if not elements.found:
        said = elements.envelope.get("error") or elements.envelope.get("message") or elements.envelope
        yield Problem(Place(source.name), "api_error", {"value": str(said)[:_SHOWN]})


def next_address(content: bytes) -> str | None:
    """Return where the next page of a list is, None on the last or for what is no list."""
    try:
        following = json.loads(content).get("next")
    except (ValueError, AttributeError, RecursionError):
        return None
    href = following.get("href") if isinstance(following, dict) else following
    return href if isinstance(href, str) and href else None


def _record(
    element: object, place: Place, envelope: Mapping[str, object], unread: set[tuple[str, str]]
) -> Iterator[Row | Problem]:
    if not isinstance(element, dict):
        yield Problem(place, "bad_record", {"value": str(element)[:_SHOWN]})
        return
    try:
        fields = dict(_flat(element))
    except RecursionError:
        yield Problem(place, "bad_record", {"value": str(next(iter(element)))[:_SHOWN]})
        return
    kind = _kind(fields, envelope)
    if kind is None:
        yield Problem(place, "unknown_record", {"value": ", ".join(fields)[:_SHOWN]})
        return
    values, others = _named(fields, kind)
    if any(isinstance(value, str) and not _is_unicode(value) for value in values.values()):
        yield Problem(place, "not_utf8")
        return
    for name in others:
        if (kind, name) not in unread:  # once, at the first record that has it
            unread.add((kind, name))
            yield Problem(place, "unread_field", {"value": name}, lost=False)
    yield Row(kind, place, values)


def _flat(record: Mapping[str, object], before: str = "") -> Iterator[tuple[str, object]]:
    """Yield the fields of a record, those of records inside by dotted names, as newer answers have them."""
    for name, value in record.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        elif isinstance(value, list):
            yield f"{before}{name}", ", ".join(str(one) for one in value if not isinstance(one, (dict, list)))
        else:
            yield f"{before}{name}", value


def _kind(fields: Mapping[str, object], envelope: Mapping[str, object]) -> str | None:
    """Tell of which list a record is: by its own address, the list's, or a field that only one has."""
    own = envelope.get("self")
    addresses = (fields.get("self"), own.get("href") if isinstance(own, dict) else own)
    for address in addresses:
        found = _ADDRESS.search(address) if isinstance(address, str) else None
        if found and found["list"] in _KINDS:
            return _KINDS[found["list"]]
    return next((kind for sign, kind in _SIGNS.items() if sign in fields), None)


def _named(fields: Mapping[str, object], kind: str) -> tuple[dict[str, object], list[str]]:
    """Return the values by names of ours, and the fields that are not read."""
    values: dict[str, object] = {}
    others = []
    for field, value in fields.items():
        name = _name(field, kind, fields)
        if name is None:
            others.append(field)
        elif name not in values or values[name] in (None, ""):
            values[name] = value.rpartition("/")[2] if name in _REFERENCES and isinstance(value, str) else value
    return values, others


def _name(field: str, kind: str, fields: Mapping[str, object]) -> str | None:
    if (kind, field) in _OWN:
        return _OWN[kind, field]
    if kind == "revenue" and field == "revenue" and fields.get("original_revenue") not in (None, ""):
        return "dollars"
    if kind == "summary" and field in ("revenue_government_sum", "revenue_company_sum"):
        return field
    known = heading(field)
    return known.name if known else None


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
