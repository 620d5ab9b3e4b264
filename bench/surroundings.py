"""What indicators of a synthetic framework refer to: plan, rounds, places, governments, agencies, projects, cases."""

from __future__ import annotations

import random
from dataclasses import dataclass

from bench.patterns import Sink

ROUNDS = {"2013-12": "locked", "2014-05": "approved", "2014-11": "approved", "2015-03": "submitted"}
#: The round in which some targets are restated, and entities assessed.
RESTATED = "2014-05"
CUBES = ("measurements", "disaggregations", "compliance")
AGENCY_KINDS = ("bilateral-donor", "implementing-agency", "multilateral", "civil-society", "state")
WORDS = (
    "vigilancia ciudadana presupuesto participativo obras canon minero gobiernos locales transparencia diálogo "
    "acuerdos capacitación comités informes portales regiones inversión pública gestión conflictos prevención"
).split()


@dataclass(frozen=True)
class Size:
    """What a number of triples makes of the things that indicators refer to."""

    triples: int
    regions: int
    provinces: int
    districts: int
    agencies: int
    projects: int

    @classmethod
    def of(cls, triples: int) -> Size:
        """Choose how many places, agencies and projects suit a size."""
        regions, provinces, districts = (
            (2, 2, 2) if triples < 50_000 else (25, 2, 4) if triples < 500_000 else (25, 8, 9)
        )
        return cls(
            triples, regions, provinces, districts, 6 + min(394, triples // 20_000), 3 + min(2_000, triples // 5_000)
        )


@dataclass(frozen=True)
class Surroundings:
    """The names of the agencies and the codes of the places, to choose from."""

    agencies: list[str]
    places: list[str]


def write_surroundings(sink: Sink, size: Size, chance: random.Random) -> Surroundings:
    """Write all that the size fixes."""
    _frame(sink)
    around = Surroundings([f"Agencia{number}" for number in range(1, size.agencies + 1)], [])
    for number, name in enumerate(around.agencies):
        agency = {"agency": name.lower(), "name": name, "kind": AGENCY_KINDS[number % len(AGENCY_KINDS)]}
        sink.write("agency", agency)
        sink.write("member", agency)
    for region in range(1, size.regions + 1):
        _region(sink, size, chance, around, region)
    for number in range(1, size.projects + 1):
        _project_and_case(sink, chance, around, number)
    return around


def words(chance: random.Random) -> str:
    """Return some words in a row."""
    return " ".join(chance.choices(WORDS, k=4))


def _frame(sink: Sink) -> None:
    for name in ("alliance", "plan", "document", "country"):
        sink.write(name, {})
    for cube in CUBES:
        sink.write("cube", {"cube": cube})
    previous = ""
    for month, status in ROUNDS.items():
        fields = {"round": month, "status": status, "previous": previous}
        sink.write("round", fields)
        if previous:
            sink.write("previous", fields)
        previous = month


def _region(sink: Sink, size: Size, chance: random.Random, around: Surroundings, region: int) -> None:
    """A region with its provinces and districts; regions and provinces have a government."""
    code = f"{region:02d}0000"
    _place(sink, chance, around, {"ubigeo": code, "class": "Region", "within": "PE"})
    _government(sink, chance, code, "RegionalGovernment", "regional")
    for province in range(1, size.provinces + 1):
        inside = f"{region:02d}{province:02d}00"
        _place(sink, chance, around, {"ubigeo": inside, "class": "Province", "within": code})
        _government(sink, chance, inside, "ProvincialMunicipality", "provincial")
        for district in range(1, size.districts + 1):
            ubigeo = f"{region:02d}{province:02d}{district:02d}"
            _place(sink, chance, around, {"ubigeo": ubigeo, "class": "District", "within": inside})


def _place(sink: Sink, chance: random.Random, around: Surroundings, place: dict[str, str]) -> None:
    around.places.append(place["ubigeo"])
    where = {"lat": f"-{chance.uniform(1, 18):.6f}", "long": f"-{chance.uniform(69, 81):.6f}"}
    names = {"level": place["class"].lower(), "name": f"Lugar {place['ubigeo']}"}
    sink.write("place", {**place, **names, **where})


def _government(sink: Sink, chance: random.Random, ubigeo: str, government: str, level: str) -> None:
    fields = {"ubigeo": ubigeo, "government": government, "level": level, "name": f"Lugar {ubigeo}"}
    sink.write("government", fields)
    for measure in ("portal", "mechanisms"):
        percent = f"{chance.randrange(100)}.5"
        sink.write(
            "assessment", {**fields, "measure": measure, "month": RESTATED, "percent": percent, "agency": "agencia1"}
        )


def _project_and_case(sink: Sink, chance: random.Random, around: Surroundings, number: int) -> None:
    donor, implementer = chance.sample(around.agencies, 2)
    names = {"donor_name": donor, "donor": donor.lower()}
    names |= {"implementer_name": implementer, "implementer": implementer.lower()}
    fields = {"number": number, "words": words(chance), "place": chance.choice(around.places), **names}
    sink.write("project", fields)
    sink.write("company", fields)
    sink.write("case", {**fields, "amount": f"{chance.randrange(1, 900)}000.00", "month": number % 12 + 1})
