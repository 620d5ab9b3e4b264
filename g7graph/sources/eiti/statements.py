"""Records → N-Triples: figures as observations of two data cubes, what is received and what is paid.

Their structures are in `ontology/cube.ttl`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from g7graph.sources.eiti import terms
from g7graph.sources.eiti.record import Country, GfsCode, Organisation, Record, Revenue, SummaryData
from g7graph.sources.eiti.terms import name, text, thing
from g7graph.sources.eiti.things import Things
from g7graph.sources.problem import Problem


def _said(predicate: str, value: str = "") -> str:
    """Write what is said of an observation, up to the value or with it."""
    return f"{name(predicate)} {name(value) if value else ''}"


_NO_FIGURE = terms.typed("NaN", "double")
_OBSERVATION = _said("rdf:type", "qb:Observation")
_PAID = (_OBSERVATION, _said("rdf:type", "rp:CompanyPayment"), _said("qb:dataSet", "dataset:eiti-payments"))
_RECEIVED = (_OBSERVATION, _said("rdf:type", "rp:GovernmentReceipt"), _said("qb:dataSet", "dataset:eiti-receipts"))
_COUNTRY, _PERIOD, _GFS, _STREAM, _COMPANY, _AGENCY, _PROJECT, _ENTRY = (
    _said(f"dimension:{one}")
    for one in "country reporting-period gfs stream company receiving-agency extractive-project entry".split()
)
_VALUE, _CURRENCY, _COMMENT = map(_said, ("sdmx-measure:obsValue", "sdmx-attribute:currency", "sdmx-attribute:comment"))
_NORMAL, _MISSING = (_said("sdmx-attribute:obsStatus", f"sdmx-code:obsStatus-{one}") for one in "AM")
_DERIVED = _said("prov:wasDerivedFrom")
_RATE, _DOLLARS, _VOLUME, _UNIT, _SECTOR = (
    _said(f"attribute:{one}") for one in "exchange-rate us-dollars volume volume-unit sector".split()
)


class Statements:
    """Makes the statements of records. `end` ends each: a dot, after a graph in N-Quads; `said` are made elsewhere."""

    def __init__(self, end: str, said: Iterable[str] = ()) -> None:
        self._end = end
        self._things = Things(end, said)

    def of(self, record: Record, source: str) -> str:
        """Return the statements of a record, after those on what it is the first to name.

        `source` is the key of the file it is from (`source-document/<key>`).
        """
        match record:
            case Revenue():
                figure = self._figure(record, source)
                return self._drained() + figure
            case Organisation():
                self._things.organisation(record)
            case GfsCode():
                self._things.gfs_code(record)
            case SummaryData():
                self._things.summary(record)
            case Country():
                self._things.described_country(record)
        return self._drained()

    def problems(self) -> list[Problem]:
        """Return what was odd in the records since this was asked last."""
        found = self._things.problems
        if found:
            self._things.problems = []
        return found

    def _drained(self) -> str:
        lines = self._things.lines
        if lines:  # most figures are of what was named before
            self._things.lines = []
        return "".join(lines)

    def _figure(self, record: Revenue, source: str) -> str:
        """Write an observation: class, cube, dimensions, measure, attributes."""
        things, country, place = self._things, record.country, record.place
        members = [
            *(_PAID if record.is_payment else _RECEIVED),
            _COUNTRY + things.country(country),
            _PERIOD + things.period(record.period),
            _GFS + things.gfs(record.gfs, record.gfs_label),
            _STREAM + things.called("stream", country, record.stream),
            _AGENCY + things.party("payee", country, record.agency, place),
            _ENTRY + terms.once(str(place)),
            _VALUE + (_NO_FIGURE if record.value is None else terms.decimal(record.value)),
            _MISSING if record.value is None else _NORMAL,
            _DERIVED + thing("source-document", source),
            *_attributes(record),
        ]
        if record.is_payment:
            members.append(_COMPANY + things.party("payer", country, record.company, place))
            members.append(_PROJECT + things.called("extractive-project", country, record.project))
        subject = thing_of(record, source)
        between = f"{self._end}{subject} "
        return f"{subject} {between.join(members)}{self._end}"


def thing_of(record: Revenue, source: str) -> str:
    """Return the IRI of a figure: by EITI's number where it has one, else by its file and place in it."""
    if record.key:
        return terms.observation(f"eiti-revenue-{record.key}")
    place = record.place
    if place.line:
        return f"{terms.numbered(source)}{place.line}>"
    return terms.observation(f"{source}-{terms.key_of(f'{place.sheet} {place.cell}' if place.cell else place.path)}")


def _attributes(record: Revenue) -> Iterator[str]:
    """Yield the attributes that a figure has."""
    if record.currency:
        yield _CURRENCY + name(f"currency:{record.currency}")
    if record.rate is not None:
        yield _RATE + terms.decimal(record.rate)
    if record.dollars is not None:
        yield _DOLLARS + terms.decimal(record.dollars)
    if record.volume is not None:
        yield _VOLUME + terms.decimal(record.volume)
    if record.volume_unit:
        yield _UNIT + text(record.volume_unit)
    if record.sector:
        yield _SECTOR + text(record.sector)
    if record.summary:
        yield _DERIVED + name(f"eiti-summary:{record.summary}")
    for comment in record.comments:
        yield _COMMENT + text(comment)
