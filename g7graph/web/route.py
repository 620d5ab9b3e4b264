"""How one endpoint is described in OpenAPI: its path, what it answers with, what it may refuse."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from werkzeug.routing import Rule

from g7graph.web import operations
from g7graph.web.negotiate import Format
from g7graph.web.operations import said
from g7graph.web.schemas import Json

_VARIABLE = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Route:
    """How an endpoint is described: what it answers with, and what it may refuse.

    `text` is a key of `locale/openapi.toml`; `also` are other statuses that it answers with in the same way;
    `twin`: the same has extensions, too; `leads` is a key, too: of what some are led to; `renamed`: what has
    another name now leads there; not `kept`: another answer each time.
    """

    tag: str
    text: str
    offered: tuple[Format, ...] = ()
    refused: tuple[str | HTTPStatus, ...] = operations.ASKING
    headers: tuple[str, ...] = ()
    schema: Mapping[str, Json] = field(default_factory=dict)
    status: int = HTTPStatus.OK
    also: tuple[HTTPStatus, ...] = ()
    segments: Callable[[], list[Json]] = list
    parameters: Callable[[], list[Json]] = list
    negotiated: bool = True
    twin: bool = False
    leads: str = ""
    renamed: bool = False
    kept: bool = True


def template(rule: Rule) -> str:
    """Return the path of a rule as OpenAPI writes it.

    >>> template(Rule("/doc/<path:key>"))
    '/doc/{key}'
    """
    return _VARIABLE.sub(r"{\1}", rule.rule)


def paths(route: Route, rule: Rule) -> dict[str, Json]:
    """Describe what answers to the GETs of a rule: a path, and its twin with an extension where it has one."""
    path = template(rule)
    extended = "extension" in rule.arguments
    own = [operations.extension_of(route.offered, "extension")] if extended else route.segments()
    asked = [operations.format_of(route.offered)] if route.negotiated and not extended else []
    segments = own if "{" in path else []
    found = {path: {"get": _operation(route, path, [*segments, *asked])}}
    if route.twin:
        twin = path + ".{format}"
        found[twin] = {"get": _operation(route, twin, [*segments, operations.extension_of(route.offered)])}
    return found


def _operation(route: Route, path: str, parameters: list[Json]) -> Json:
    parameters = [*parameters, *route.parameters()]
    refused = (*route.refused, *(("not_acceptable",) if route.negotiated else ()))
    body, text = operations.content(route.offered, route.schema), said(f"{route.text}_answer")
    answers: Json = {}
    for status in (route.status, *route.also):
        answers |= operations.answers(text, body, headers=route.headers, status=status, kept=route.kept)
    if route.leads:
        answers |= operations.answers(said(route.leads), {}, headers=("Location",), status=HTTPStatus.SEE_OTHER)
    if route.renamed:
        answers |= operations.answers(said("see_new"), {}, headers=("Location",), status=HTTPStatus.MOVED_PERMANENTLY)
    shared = operations.common()
    responses = {**answers, **operations.refusals(refused)}
    described = operations.Operation(path, "get", route.tag, said(route.text), [*parameters, *shared], responses)
    return described.described
