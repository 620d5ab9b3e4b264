"""What the tools answer with; the schemas that clients are told of are made of these."""

from __future__ import annotations

from typing_extensions import TypedDict  # pydantic makes schemas of these, and asks for it before Python 3.12

Value = str | int | float | bool | None


class Answer(TypedDict):
    """What every answer says: the version of the data, whether it is whole, and in words what is missing."""

    dataset_version: str
    whole: bool
    note: str


class Parameter(TypedDict):
    """A parameter of a saved query: its type (iri, string, lang, integer) and the kinds of thing it may be."""

    name: str
    type: str
    kinds: list[str]
    label: str
    default: str | None


class Query(TypedDict):
    """A saved query."""

    name: str
    summary: str
    description: str
    parameters: list[Parameter]
    columns: list[str]
    example: dict[str, str]
    services: list[str]


class Queries(Answer):
    """The saved queries."""

    queries: list[Query]


class Rows(Answer):
    """A table; what is not known is null, never zero."""

    columns: list[str]
    rows: list[list[Value]]


class Hit(TypedDict):
    """A thing that was found."""

    iri: str
    code: str
    label: str
    kinds: list[str]
    exact: bool
    snippet: str


class Hits(Answer):
    """What was found, the best first."""

    total: int
    hits: list[Hit]


class Link(TypedDict):
    """A value: its text, its IRI where it is a thing, its language where it has one."""

    text: str
    iri: str
    lang: str


class Property(TypedDict):
    """What is said of a thing by one property."""

    property: str
    iri: str
    values: list[Link]


class Standing(TypedDict):
    """How an indicator stands in a round; a ratio or figure that is not known is null or empty, never zero."""

    record: str
    round: str
    status: str
    formula: str
    progress: float | None
    attainment: float | None
    elapsed: float | None
    baseline_actual_target: list[str]


class Passage(TypedDict):
    """A passage of the source: the exact quote, where it stands, and the project's translation if there is one."""

    iri: str
    quote: str
    lang: str
    section: str
    locator: str
    translation: str


class Thing(Answer):
    """All that is said of a thing, with its passages and how it stands in each round."""

    iri: str
    code: str
    label: str
    kinds: list[str]
    properties: list[Property]
    standings: list[Standing]
    passages: list[Passage]
    pointing_here: list[Property]
