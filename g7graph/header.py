"""The header of a query, its `#+` lines: YAML whose parts are as they should be."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from g7graph import chart
from g7graph.errors import DataError

#: A line of a header.
LINE = re.compile(r"^#\+ ?(.*)$")
_YAML = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
#: The key of a code list, which its IRI and those of its codes are made of.
_SCHEME = re.compile(r"[\w.~-]+")
_TYPES = ("iri", "string", "lang", "integer")
#: What the parts of a header that are read here look like.
_SHAPES: Mapping[str, tuple[type, str]] = {
    "tags": (list, "[word, word]"),
    "params": (dict, "{name: {type: iri, kind: agency}}"),
    "columns": (dict, "{name: type}"),
    "units": (dict, "{name: unit}"),
    "chart": (list, "[{kind: bar, category: column, values: column}]"),
    "explain": (dict, "{query: name, by: {variable: column}}"),
    "example": (dict, "{name: value}"),
    "services": (list, "[https://example.org/sparql]"),
    "materialised": (bool, "true"),
}


def read(text: str, path: Path) -> dict[str, Any]:
    """Read a header, its parts as `_SHAPES` says. Raises DataError where it is no YAML or a part is otherwise."""
    lines = []
    for line in text.splitlines():
        found = LINE.match(line)
        if not found:
            break
        lines.append(found[1])
    try:
        header = yaml.load("\n".join(lines), Loader=_YAML)  # noqa: S506 - a safe loader, in C where there is one
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date that is none
        mark = getattr(error, "problem_mark", None)
        number = mark.line + 1 if mark else 1
        raise DataError("bad_header", path=str(path), line=number, detail=str(error).replace("\n", " ")) from error
    if header is not None and not isinstance(header, dict):
        raise DataError("bad_header", path=str(path), line=1, detail="key: value")
    _check(header or {}, lines, path)
    return header or {}


def _check(header: Mapping[str, Any], lines: Sequence[str], path: Path) -> None:
    """Raise DataError for the first part that is not as it should be."""
    for part, (shape, expected) in _SHAPES.items():
        given = header.get(part)
        if given is not None and not isinstance(given, shape):
            raise _misshapen(lines, path, f"{part}: {expected}", part)
    for name, spec in (header.get("params") or {}).items():
        if problem := _problem_of(name, spec):
            raise _misshapen(lines, path, f"{name}: {problem}", "params", str(name))
    for name, spec in (header.get("columns") or {}).items():
        if not _SCHEME.fullmatch(str(column(spec).get("scheme") or "none")):
            raise _misshapen(lines, path, f"{name}: {{type: string, scheme: status}}", "columns", str(name))
    _refuse_charts(header, lines, path)


def column(spec: object) -> Mapping[str, Any]:
    """Return what is known of a column: its `type`, which may stand alone, and what else its mapping says."""
    return {"type": "string", **(spec if isinstance(spec, dict) else {"type": str(spec)})}


def _refuse_charts(header: Mapping[str, Any], lines: Sequence[str], path: Path) -> None:
    columns = {str(name): str(column(spec)["type"]) for name, spec in (header.get("columns") or {}).items()}
    for spec in header.get("chart") or ():
        key, expected = chart.problem(spec, columns)
        if key:
            raise _misshapen(lines, path, expected, "chart", key)


def _problem_of(name: object, spec: object) -> str:
    """Return what a parameter should look like where it does not; empty where it does."""
    if not isinstance(name, str) or not (spec is None or isinstance(spec, dict)):
        return "{type: iri, kind: agency}"
    type_, kind, default = [(spec or {}).get(part) for part in ("type", "kind", "default")]
    type_ = "string" if type_ is None else type_
    if isinstance(default, dict) and not isinstance(default.get("query"), str):
        return "{default: {query: name}}"
    if type_ not in _TYPES:
        return f"{{type: {' | '.join(_TYPES)}}}"
    return "{type: iri, kind: agency}" if type_ == "iri" and not kind else ""


def _misshapen(lines: Sequence[str], path: Path, detail: str, *keys: str) -> DataError:
    """Return the error of a part of a header, placed where the last of its keys stands, one inside the other."""
    number = 0
    for key in keys:
        written = re.compile(rf"(?:^|[{{,\s]){re.escape(key)}\s*:")
        number = next((place for place in range(number, len(lines)) if written.search(lines[place])), number)
    return DataError("bad_header_part", path=str(path), line=number + 1, detail=detail)
