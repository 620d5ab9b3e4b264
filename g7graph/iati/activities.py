"""A framework as IATI activities: each action plan with its results, and each project's contribution to it.

An activity is what the framework reports, by an identifier of ours: not the project itself, of which its own
organisations may publish another activity. Hence a project's dates, status and country are those of the plan that it
contributes to, wherever the framework gives it none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from g7graph import i18n, vocab
from g7graph.iati.answers import Answers, Row, document, key
from g7graph.iati.figures import Results, figures_of, first_day, last_day, results
from g7graph.sources.iati import codes
from g7graph.sources.iati.record import Activity, Link, Location, Organisation, Reference, Sector, Texts
from g7graph.sources.problem import Place, Problem
from g7graph.store import Store

#: Ours: the address of our IRIs, which no list of organisations gives out; no prefix of a registered organisation.
REPORTER = vocab.BASE.removeprefix("https://").strip("/").replace("/", ":")
_FORBIDDEN = re.compile(r"[/&|?]")  # in an identifier: standard ruleset of 2.03
_HTML = "text/html"
_ROLES = {ours: code for code, ours in codes.ROLES.items() if ours}
_TEXTS = ("plan", "project")


@dataclass
class Written:
    """Activities, each with its results; what was skipped, and what IATI has no place for, by how often it is said."""

    activities: list[tuple[Activity, Results]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)


def activities(store: Store, reporter: str) -> Written:
    """Return the activities of a framework; `reporter` is the name of who publishes it."""
    answers, written = Answers(store), Written()
    countries = tuple(str(row["code"]) for row in answers.rows("countries"))
    builder = _Builder(
        answers, Organisation({i18n.DEFAULT: reporter}, ref=REPORTER, type=codes.OTHER_ORGANISATION), countries
    )
    plans = answers.rows("plans")
    projects = [str(row["project"]) for row in answers.rows("projects")]
    for plan in plans:
        builder.add_plan(plan, projects if len(plans) == 1 else [], written)
    for project in projects:
        if len(plans) == 1:
            builder.add_project(project, plans[0], written)
        else:
            written.problems.append(Problem(Place(vocab.curie(project)), "iati_which_plan", {"plans": len(plans)}))
    written.left.update({str(row["what"]): int(str(row["count"])) for row in answers.rows("left")})
    return written


def identifier(iri: str) -> str:
    """Return the identifier of our activity about a plan or project.

    >>> identifier("https://w3id.org/g7graph/id/project/mim-peru")
    'w3id.org:g7graph-project-mim-peru'
    """
    return f"{REPORTER}-{_FORBIDDEN.sub('-', iri.removeprefix(vocab.THING))}"


@dataclass
class _Builder:
    """Makes activities of what a framework answers."""

    answers: Answers
    reporter: Organisation
    countries: tuple[str, ...]

    def add_plan(self, plan: Row, projects: Sequence[str], written: Written) -> None:
        """Add the activity that a plan is, with its results; one that says too little is a problem."""
        iri = str(plan["plan"])
        found = results(self.answers, plan, identifier(iri), written.left)
        used = {ref for figure in figures_of(found) for ref in figure.locations}
        related = tuple((codes.CHILD, identifier(project)) for project in projects)
        activity = self._activity(iri, plan, "plan", self._places(used), related)
        self._add(activity, found, written)

    def add_project(self, iri: str, plan: Row, written: Written) -> None:
        """Add what a project contributes to a plan; one that says too little is a problem."""
        places = self._places({key(place) for place in self.answers.details[iri]["place"]})
        if words := self.answers.coverage.get(iri):
            places = (*places, Location(None, words))
        parent = ((codes.PARENT, identifier(str(plan["plan"]))),)
        self._add(self._activity(iri, plan, "project", places, parent), [], written)

    def _activity(
        self, iri: str, plan: Row, kind: str, places: Iterable[Location], related: tuple[tuple[str, str], ...]
    ) -> Activity:
        titles = self.answers.names[str(plan["plan"])]
        named = {lang: i18n.text(f"iati.{kind}", lang, plan=titles[lang]) for lang in i18n.LANGUAGES if lang in titles}
        details = self.answers.details[iri]
        return Activity(
            identifier(iri),
            self.answers.names[iri],
            named,
            self.reporter,
            uri=iri,
            hierarchy=1 + _TEXTS.index(kind),
            status=codes.IMPLEMENTATION if plan["reported"] else codes.PIPELINE,
            organisations=tuple(self._organisations(iri)),
            others=tuple((codes.OTHER_IDENTIFIER, other) for other in details["identifier"]),
            dates=tuple(_dates(plan, kind)),
            countries=self.countries if len(self.countries) == 1 else (),
            locations=tuple(places),
            sectors=tuple(self._sectors(plan)),
            related=related,
            links=(*self._pages(iri), *self.answers.passages(iri, codes.RESULTS_DOCUMENT)),
        )

    def _add(self, activity: Activity, found: Results, written: Written) -> None:
        """Add an activity, or the problem of what the schema demands of it and the framework does not say."""
        missing = [name for name in ("title", "organisations", "dates") if not getattr(activity, name)]
        if missing:
            values = {"missing": ", ".join(missing)}
            written.problems.append(Problem(Place(vocab.curie(activity.uri or "")), "iati_says_too_little", values))
        else:
            written.activities.append((activity, found))

    def _organisations(self, iri: str) -> Iterator[Organisation]:
        seen = set()
        for row in self.answers.organisations[iri]:
            agency, role = str(row["agency"]), _ROLES[str(row["role"])]
            if (agency, role) not in seen:
                seen.add((agency, role))
                ref = str(row["ref"]) if row["ref"] else f"{codes.RUC}{row['ruc']}" if row["ruc"] else None
                kind = codes.ORGANISATION_TYPES.get(key(str(row["kind"])))
                yield Organisation(self.answers.names[agency], role, ref, kind)

    def _sectors(self, plan: Row) -> Iterator[Sector]:
        """Yield the field that the alliance works in, in a vocabulary of its own: the framework gives no DAC code."""
        if plan["alliance"]:
            iri = str(plan["alliance"])
            reference = Reference(key(iri), codes.OWN, iri.removesuffix(key(iri)))
            yield Sector(reference, self.answers.names[iri])

    def _places(self, keys: set[str]) -> tuple[Location, ...]:
        return tuple(self._place(self.answers.places[ref]) for ref in sorted(keys & self.answers.places.keys()))

    def _place(self, row: Row) -> Location:
        iri = str(row["place"])
        return Location(
            ref=key(iri),
            name=self.answers.names[iri],
            geonames=str(row["geonames"]).strip("/").rpartition("/")[2] if row["geonames"] else None,
            point=(str(row["lat"]), str(row["long"])) if isinstance(row["lat"], Decimal) else None,
            feature=codes.FEATURES.get(key(str(row["level"]))),
        )

    def _pages(self, iri: str) -> Iterator[Link]:
        name = self.answers.names[iri]
        for page in [*self.answers.details[iri]["page"], document(iri)]:
            yield Link(page, _HTML, name, codes.WEB_PAGE)


def _dates(plan: Row, kind: str) -> Iterator[tuple[str, date, Texts]]:
    """Yield when a plan begins and ends as planned: by its years, else by the months of baseline and target."""
    said = {lang: i18n.text(f"iati.{kind}_dates", lang) for lang in i18n.LANGUAGES}
    start, end = plan["start"] or plan["baselineDate"], plan["end"] or plan["targetDate"]
    if start:
        yield codes.PLANNED_START, first_day(str(start)), said
    if end:
        yield codes.PLANNED_END, last_day(str(end)), said
