"""What figures refer to, each described once: countries, periods, GFS codes, streams, companies, agencies, projects.

Classes are those of NRGI's resource projects vocabulary where it has them.
"""

from __future__ import annotations

from collections.abc import Iterable

from g7graph import i18n, vocab
from g7graph.sources.eiti import terms, values
from g7graph.sources.eiti.record import Country, GfsCode, Organisation, Party, Period, SummaryData
from g7graph.sources.eiti.terms import iri, name, text, thing
from g7graph.sources.problem import Place, Problem

WHOLE, NOT_STATED = name("breakdown:whole"), name("breakdown:not-stated")
TYPE, LABEL = name("rdf:type"), name("rdfs:label")
_SCHEME = iri(vocab.EXTERNAL["eiti-gfs"].rstrip("/"))
_OTHER_LABEL, _PREFERRED = name("skos:altLabel"), name("skos:prefLabel")
_PARTIES = {"payer": name("rp:Company"), "payee": name("rp:GovernmentParty")}
_CALLED = {"stream": name("rp:PaymentType"), "extractive-project": name("rp:Project")}


class Things:
    """Gives the IRIs of things; `lines` takes the statements that describe what is met first, `problems` what is odd.

    What is remembered grows with the things that are named, not with the figures of them.
    """

    def __init__(self, end: str, said: Iterable[str]) -> None:
        self.lines: list[str] = []
        self.problems: list[Problem] = []
        self._end = end
        self._labels: dict[str, str] = {}
        self._said = set(said)
        self._known: dict[tuple[object, ...], str] = {}
        self._identified: dict[tuple[str, str], tuple[str, str]] = {}

    def country(self, code: str, label: str = "") -> str:
        """Return a country."""
        subject = name(f"eiti-country:{code}")
        if label or subject not in self._labels:
            self._name(subject, name("rp:Country"), label)
            self._say(subject, name("skos:notation"), text(code))
        return subject

    def described_country(self, record: Country) -> None:
        """Describe a country."""
        self.country(record.code, record.label or "")

    def period(self, period: Period | None) -> str:
        """Return a period."""
        if period is None:
            return NOT_STATED
        subject = terms.period(period)
        if subject not in self._labels:
            self._name(subject, name("dcterms:PeriodOfTime"), period.key)
            self._say(subject, name("dcat:startDate"), terms.moment(period.start))
            self._say(subject, name("dcat:endDate"), terms.moment(period.end))
        return subject

    def summary(self, record: SummaryData) -> None:
        """Describe summary data."""
        subject = name(f"eiti-summary:{record.key}")
        self._name(subject, name("prov:Entity"), record.key)
        self._say(subject, name("dcterms:spatial"), self.country(record.country))
        self._say(subject, name("dcterms:temporal"), self.period(record.period))
        if record.currency:
            self._say(subject, name("sdmx-attribute:currency"), name(f"currency:{record.currency}"))
        if record.rate is not None:
            self._say(subject, name("attribute:exchange-rate"), terms.decimal(record.rate))

    def gfs(self, code: str | None, label: str | None) -> str:
        """Return a GFS code, described as far as the source does."""
        if not code:
            return WHOLE if code is None else NOT_STATED
        subject = name(f"eiti-gfs:{code}")
        if subject not in self._labels or (label and label != self._labels[subject]):
            self._name(subject, name("skos:Concept"), label or "", lang="en", by=_PREFERRED)
            self._say(subject, name("skos:notation"), text(code))
            self._above(subject, values.gfs_list().get(code))
        return subject

    def gfs_code(self, record: GfsCode) -> None:
        """Describe a GFS code and where it stands among them."""
        subject = self.gfs(record.code, record.label)
        self._above(subject, record.parent)
        if record.note:
            self._say(subject, name("skos:note"), text(record.note, "en"))

    def organisation(self, record: Organisation) -> None:
        """Describe EITI's record of an organisation; a number that is there twice, and two with one identification."""
        subject = name(f"eiti-organisation:{record.key}")
        if subject in self._labels:
            self._tell("repeated_organisation", record.place, record.key, self._labels[subject])
            return
        if record.identification:
            self._alone((record.year, record.identification), record.key, record.label, record.place)
        self._name(subject, name("rp:GovernmentParty" if record.is_agency else "g7:EitiOrganisation"), record.label)
        self._say(subject, name("g7:year"), terms.moment(record.year))
        self._identify(subject, record.country, record.identification)

    def party(self, kind: str, country: str, party: Party | None, place: Place) -> str:
        """Return who pays (kind `payer`) or receives (`payee`): EITI's record of them, else one of ours."""
        if party is None:
            return WHOLE
        known = self._known.get((kind, country, party))
        if known is None:
            known = self._known[kind, country, party] = self._party(kind, country, party, place)
        return known

    def called(self, kind: str, country: str, label: str | None) -> str:
        """Return a stream or a project by its name."""
        if not label:
            return WHOLE if label is None else NOT_STATED
        known = self._known.get((kind, country, label))
        if known is None:
            known = self._known[kind, country, label] = thing(kind, f"{country.lower()}-{terms.key_of(label)}")
            self._name(known, _CALLED[kind], label)
        return known

    def _party(self, kind: str, country: str, party: Party, place: Place) -> str:
        if party.key:
            return name(f"eiti-organisation:{party.key}")
        if not (party.label or party.identification):
            return NOT_STATED
        own = terms.key_of(party.label or party.identification or "")
        key = terms.key_of(party.identification) if party.identification else own
        if party.identification and not self._alone((kind + country, party.identification), own, party.label, place):
            key = f"{key}-{own}"
        subject = thing(kind, f"{country.lower()}-{key}")
        self._name(subject, _PARTIES[kind], party.label)
        self._identify(subject, country, party.identification)
        return subject

    def _alone(self, key: tuple[str, str], own: str, label: str, place: Place) -> bool:
        """Whether nobody else has an identification already, among those of a year or kind; that is told of."""
        first, called = self._identified.setdefault(key, (own, label))
        if first != own:
            self._tell("same_identification", place, key[1], called, lost=False)
        return first == own

    def _identify(self, subject: str, country: str, identification: str | None) -> None:
        if identification:
            is_ruc = country == "PE" and values.is_ruc(identification)
            self._say(subject, name("g7:ruc" if is_ruc else "dcterms:identifier"), text(identification))

    def _above(self, subject: str, above: str | None) -> None:
        """Say which code is above a GFS code; what is on top of EITI's list (empty) hangs from the scheme."""
        if above:
            self._say(subject, name("skos:broader"), self.gfs(above, None))
        elif above is not None:
            self._say(_SCHEME, TYPE, name("skos:ConceptScheme"))
            for lang in i18n.LANGUAGES:
                self._say(_SCHEME, _PREFERRED, text(i18n.text("sources.gfs_scheme", lang), lang))
            self._say(_SCHEME, name("skos:hasTopConcept"), subject)

    def _name(self, subject: str, kind: str, label: str, *, lang: str = "", by: str = LABEL) -> None:
        """Say what a thing is and what it is called; a second name is another label of it."""
        self._say(subject, TYPE, kind)
        first = self._labels.get(subject, "")
        self._labels[subject] = first or label
        if label and label != first:
            self._say(subject, _OTHER_LABEL if first else by, text(label, lang))

    def _say(self, subject: str, predicate: str, value: str) -> None:
        """Write a statement that may be made more than once, the first time."""
        statement = f"{subject} {predicate} {value}"
        if statement not in self._said:
            self._said.add(statement)
            self.lines.append(statement + self._end)

    def _tell(self, key: str, place: Place, value: str, other: str, *, lost: bool = True) -> None:
        self.problems.append(Problem(place, key, {"value": value, "other": other}, lost))
