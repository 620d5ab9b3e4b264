"""The parts that operations of `/openapi.json` are made of: parameters, bodies, answers, problems."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from g7graph import i18n
from g7graph.web import paging, problems, runs, schemas
from g7graph.web.context import language
from g7graph.web.formats import GRAPHS, HTML, PROBLEM
from g7graph.web.negotiate import Format
from g7graph.web.refusals import STATUS, kinds
from g7graph.web.schemas import ADDRESS, COUNT, TEXT, Json, reference

#: Refused whatever is asked: headers that are too long.
ALWAYS: tuple[str | HTTPStatus, ...] = (HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,)
#: What may come of asking the store.
ASKING = (
    *("busy", "client_gone", "no_room", "no_workers", "store_remote"),
    *("too_large", "too_long", "too_many", "too_much"),
)
#: What is refused of a query that asks other services, and what may become of one.
SERVICES = ("service_failed", "service_not_allowed", "service_not_reached", "service_slow")
#: What is refused of a body before it is looked at.
SENDING: tuple[str | HTTPStatus, ...] = (
    "charset",
    "coded",
    "no_media_type",
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
)
_BEARER = "bearer"
_JSON = ("application/json", "+json")


def said(key: str, **values: object) -> str:
    """Return one of the texts of `locale/openapi.toml` in the language of the request."""
    return i18n.text(f"openapi.{key}", language(), **values)


@dataclass(frozen=True)
class Operation:
    """What can be done at a path; its id is made of method and path.

    >>> Operation("/doc/{key}", "get", "things", "A thing").described["operationId"]
    'get_doc_key'
    """

    path: str
    method: str
    tag: str
    summary: str
    parameters: Sequence[Json] = ()
    responses: Json = field(default_factory=dict)
    body: Json | None = None
    description: str = ""

    @property
    def described(self) -> Json:
        """The operation as the document has it."""
        identifier = re.sub(r"[^A-Za-z0-9.-]+", "_", f"{self.method}{self.path}").strip("_")
        made: Json = {"operationId": identifier, "tags": [self.tag], "summary": self.summary}
        made |= {"description": self.description} if self.description else {}
        made |= {"parameters": list(self.parameters)} if self.parameters else {}
        made |= {"requestBody": self.body} if self.body else {}
        moved = {"308": reference("responses", "308")} if "{" in self.path else {}  # slashes that follow one another
        return {**made, "responses": {**self.responses, **moved}}


def query(name: str, schema: Json, *, key: str = "", example: object = None, empty: bool = False) -> Json:
    """Describe a parameter of the address, of which `empty` may be as not given.

    Its text is `parameter_<name>`, or that of another key.
    """
    text = said(key or f"parameter_{_word(name)}")
    made: Json = {"name": name, "in": "query", "description": text}
    made |= {"allowEmptyValue": True} if empty else {}
    return {**made, "schema": schema, **({} if example is None else {"example": example})}


def segment(name: str, schema: Json, *, key: str = "", example: str | None = None) -> Json:
    """Describe a part of the path; its text is `segment_<name>`, or that of another key."""
    made = {"name": name, "in": "path", "required": True, "description": said(key or f"segment_{name}")}
    return {**made, "schema": schema, **({} if example is None else {"example": example})}


def format_of(offered: Iterable[Format]) -> Json:
    """Describe `?format=`: a short name, a media type, or what else a format is called."""
    names = dict.fromkeys(name for one in offered for name in (one.name, _bare(one), *one.aliases))
    return query("format", {"type": "string", "enum": list(names)}, empty=True)


def extension_of(offered: Iterable[Format], name: str = "format") -> Json:
    """Describe the extension of a path."""
    return segment(name, {"type": "string", "enum": [one.name for one in offered]}, key="segment_format")


def common() -> list[Json]:
    """Return the parameters that every answer depends on."""
    return [reference("parameters", name) for name in ("lang", "Accept-Language")]


def header(name: str) -> Json:
    """Describe a header of the request; its text is `parameter_<name>`."""
    return {"name": name, "in": "header", "description": said(f"parameter_{_word(name)}"), "schema": TEXT}


def content(offered: Iterable[Format], known: Mapping[str, Json] | None = None) -> Json:
    """Describe bodies by media type; `known` are the schemas of formats by name."""
    return {_bare(one): {"schema": _schema(one, known or {})} for one in offered}


def answers(text: str, body: Json, *, headers: Sequence[str] = (), status: int = 200, kept: bool = True) -> Json:
    """Describe an answer that is not refused; one that can be `kept` may be with the client already (304)."""
    sent = ("Vary", "Cache-Control", *headers, *(("ETag",) if status == HTTPStatus.OK and kept else ()))
    made: Json = {"description": text, "headers": {name: reference("headers", name) for name in sent}}
    again = {"304": reference("responses", "304")} if "ETag" in sent else {}
    return {str(status): {**made, **({"content": body} if body else {})}, **again}


def refusals(refused: Iterable[str | HTTPStatus]) -> Json:
    """Refer to the problems that an operation may end in: keys of errors, or statuses of HTTP."""
    statuses = {STATUS[one] if isinstance(one, str) else one for one in (*ALWAYS, *refused)}
    return {str(status.value): reference("responses", str(status.value)) for status in sorted(statuses)}


def components(used: Iterable[str], *, writable: bool) -> Json:
    """Return the parts that operations refer to; of the problems those of the statuses that are `used`."""
    statuses = sorted({int(status) for status in used if int(status) >= HTTPStatus.BAD_REQUEST})
    parts: Json = {
        "schemas": {**schemas.terms(), "problem": schemas.problem(problems.MEMBERS)},
        "responses": {
            "304": {"description": said("not_modified"), "headers": {"ETag": reference("headers", "ETag")}},
            "308": {
                "description": said("moved"),
                "headers": {"Location": reference("headers", "Location")},
                "content": content((HTML,)),
            },
            **{str(status): _problem(HTTPStatus(status)) for status in statuses},
        },
        "parameters": _parameters(),
        "headers": _headers(),
    }
    bearer = {_BEARER: {"type": "http", "scheme": "bearer", "description": said("bearer")}}
    return {**parts, **({"securitySchemes": bearer} if writable else {})}


def secured(made: Json, *, optional: bool = False) -> Json:
    """Return an operation that takes a token, or needs one."""
    return {**made, "security": [*([{}] if optional else []), {_BEARER: []}]}


def _problem(status: HTTPStatus) -> Json:
    found = [(key, detail) for key, of, detail in kinds(language()) if of == status]
    lines = [problems.title(status), *(f"- `{key}`: {detail}" for key, detail in found)]
    sent = ["Vary", "Cache-Control", "Content-Language"]
    sent += ["Retry-After"] if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE) else []
    sent += ["WWW-Authenticate"] if status == HTTPStatus.UNAUTHORIZED else []
    schema = schemas.problem_of(status.value, [problems.TYPE + key for key, _ in found])
    tombstones = content(GRAPHS) if status == HTTPStatus.GONE else {}
    return {
        "description": "\n".join(lines),
        "headers": {name: reference("headers", name) for name in sent},
        "content": {PROBLEM.media_type: {"schema": schema}, **content((HTML,)), **tombstones},
    }


def _parameters() -> Json:
    accepted = header("Accept-Language")
    return {
        "lang": query("lang", {**TEXT, "examples": list(i18n.LANGUAGES)}, empty=True),
        "Accept-Language": {**accepted, "schema": {**TEXT, "examples": list(i18n.LANGUAGES)}},
        paging.PAGE: query(paging.PAGE, _upto(paging.LAST), example=1, empty=True),
        paging.SIZE: query(paging.SIZE, _upto(paging.MOST, default=paging.USUAL), example=paging.USUAL, empty=True),
        runs.EXPLAIN: query(runs.EXPLAIN, {"type": "integer", "enum": [0, 1], "default": 0}, example=1, empty=True),
    }


def _upto(most: int, **more: int) -> Json:
    return {"type": "integer", "minimum": 1, "maximum": most, **more}


def _headers() -> Json:
    always = ("Vary", "Cache-Control")
    types = {"Retry-After": COUNT, "Location": ADDRESS, runs.TOTAL: COUNT}
    names = (
        *always,
        "Accept-Ranges",
        "Content-Language",
        "Content-Disposition",
        "ETag",
        "Last-Modified",
        "Link",
        "Location",
        "Retry-After",
        "WWW-Authenticate",
        runs.TOTAL,
    )
    return {
        name: {
            "description": said(f"header_{_word(name)}"),
            **({"required": True} if name in always else {}),
            "schema": types.get(name, TEXT),
        }
        for name in names
    }


def _schema(one: Format, known: Mapping[str, Json]) -> Json:
    """Return the schema of a format: JSON as it is `known`, text; anything for XML and what is binary."""
    bare = _bare(one)
    return known.get(one.name) or (schemas.LINKED if bare.endswith(_JSON) else TEXT if bare.startswith("text/") else {})


def _word(name: str) -> str:
    return name.lower().replace("-", "_")


def _bare(one: Format) -> str:
    return one.media_type.partition(";")[0]
