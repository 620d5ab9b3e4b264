"""What stands of the description of the service in a frozen copy: files, which heed nothing but their address."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from g7graph.web.formats import HTML
from g7graph.web.schemas import Json

_OK, _LED = "200", "303"
_REFERENCE = re.compile(r'"#/components/([^"]+)"')


def operations(paths: Mapping[str, Json]) -> dict[str, Json]:
    """Return the operations that are left: to read what there is, without parameters."""
    found = {}
    for path, item in paths.items():
        reading = item.get("get", {})
        responses = reading.get("responses", {})
        if _OK in responses:
            answered = {name: part for name, part in responses[_OK].items() if name != "headers"}
            slots = [_slot(one, led=_LED in responses) for one in reading["parameters"] if one.get("in") == "path"]
            found[path] = {"get": {**reading, "parameters": slots, "responses": {_OK: answered}}}
    return found


def _slot(slot: Json, *, led: bool) -> Json:
    """Return a part of a path as files have it; who asks for a page may be `led` elsewhere: no file is there."""
    schema = slot["schema"]
    if led and "enum" in schema:
        schema = {**schema, "enum": [one for one in schema["enum"] if one != HTML.name]}
    return {**{name: part for name, part in slot.items() if name != "description"}, "schema": schema}


def components(parts: Mapping[str, Json], paths: Mapping[str, Json]) -> dict[str, Json]:
    """Return the components that operations refer to, be it by way of others."""
    kept: set[str] = set()
    fresh = {*_REFERENCE.findall(json.dumps(paths))}
    while fresh:
        kept |= fresh
        named = [parts[kind][name] for kind, name in (one.split("/", 1) for one in fresh)]
        fresh = {*_REFERENCE.findall(json.dumps(named))} - kept
    found = {
        kind: {name: one for name, one in all_.items() if f"{kind}/{name}" in kept} for kind, all_ in parts.items()
    }
    return {kind: left for kind, left in found.items() if left}
