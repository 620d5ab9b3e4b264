"""Synthetic results frameworks of any size, in the shape of the project's own data: same seed and size, same bytes.

    python -m bench.synthetic --triples 1000000 --nquads FILE
    python -m bench.synthetic --triples 100000 --root FOLDER

One action plan, four rounds (the last one only submitted), and as many objectives, results and indicators as the size
asks for; what the framework has to say of them grows with it. Memory does not.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

from bench.patterns import Sink, framework, quads
from bench.surroundings import RESTATED, ROUNDS, Size, Surroundings, words, write_surroundings

#: Months gone of 24 from June 2013.
ELAPSED = {"2013-12": 6 / 24, "2014-05": 11 / 24, "2014-11": 17 / 24, "2015-03": 21 / 24}
RESTATED_EVERY = 12
AXES = ("efficiency", "transparency", "dialogue")
UNITS = ("person", "committee", "municipality", "plan", "meeting", "portal", "instrument", "material")
OUTCOMES = ("exceeded", "achieved", "on-track", "behind", "in-progress", "not-reported")
OUTCOME_WEIGHTS = (10, 12, 28, 25, 13, 12)
RESULTS_PER_OBJECTIVE = 5
LEAVES_PER_RESULT = 12


def generate(sink: Sink, triples: int, seed: int) -> None:
    """Write a framework of at least `triples` statements, at most a few hundred more."""
    chance = random.Random(seed)  # noqa: S311 - data, not secrets
    Framework(sink, triples, chance, write_surroundings(sink, Size.of(triples), chance)).write()


class Framework:
    """Objectives, results and indicators with all that is measured of them, until the size is reached."""

    def __init__(self, sink: Sink, triples: int, chance: random.Random, around: Surroundings) -> None:
        self.sink = sink
        self.triples = triples
        self.chance = chance
        self.around = around
        self.position = 0

    def write(self) -> None:
        """Write result after result."""
        result = 0
        while self.sink.count < self.triples:
            result += 1
            self._result(result)

    def _result(self, result: int) -> None:
        objective, nth = divmod(result - 1, RESULTS_PER_OBJECTIVE)
        fields = {
            "result": result,
            "objective": objective + 1,
            "axis": AXES[result % len(AXES)],
            "words": words(self.chance),
        }
        if not nth:
            self.sink.write("objective", fields)
            self._passage(f"plan-objective-{objective + 1}", "plan", "objective", objective + 1)
            self._leaf({**fields, "code": f"O{objective + 1}.1", "parent": f"objective/{objective + 1}"})
        self.sink.write("result", fields)
        self._passage(f"plan-result-{result}", "plan", "result", result)
        for number in range(1, LEAVES_PER_RESULT + 1):
            if self.sink.count >= self.triples:
                return
            self._row({**fields, "code": f"{result}.{number}", "parent": f"result/{result}"}, composite=number == 5)

    def _row(self, fields: dict[str, object], *, composite: bool) -> None:
        """One row of the table: an indicator, or a head with two components."""
        if not composite:
            self._leaf(fields)
            return
        self._indicator(fields)
        self.sink.write("head", fields)
        self._passage(f"plan-{fields['code']}-target", "plan", "target", self.position)
        self._responsible(fields, "plan")
        for letter in "ab":
            component = {**fields, "code": f"{fields['code']}{letter}", "head": fields["code"]}
            self._leaf(component, answers=False)
            self.sink.write("component", component)

    def _leaf(self, fields: dict[str, object], *, answers: bool = True) -> None:
        """An indicator with its target in the plan, its figures in each round and who answers for it."""
        self._indicator(fields)
        if answers:
            self._responsible(fields, "plan")
        falls = fields["direction"] == "descending"
        target = self.chance.randrange(20, 400)
        baseline = target + self.chance.randrange(20, 400) if falls else self.chance.randrange(target)
        known = falls or self.chance.random() < 0.6
        self._measure(fields, "plan", "target", target)
        restated = not falls and self.position % RESTATED_EVERY == 0
        for month in ROUNDS:
            if restated and month == RESTATED:
                self.sink.write("discrepancy", {**fields, "planned": target, "value": target + 10, "round": month})
                target += 10
            self._measure(fields, month, "target", target)
            if known:
                self._measure(fields, month, "baseline", baseline)
            self._actual(fields, month, baseline if known else 0, target)
            if answers:
                self._responsible(fields, month)

    def _indicator(self, fields: dict[str, object]) -> None:
        self.position += 1
        process = self.chance.random() < 0.8
        fields["position"] = self.position
        fields["direction"] = "descending" if self.chance.random() < 0.1 else "ascending"
        fields["kind"] = "process" if process else "performance"
        fields["class"] = "ProcessIndicator" if process else "PerformanceIndicator"
        fields["cumulative"] = "true" if self.chance.random() < 0.5 else "false"
        fields["unit"] = self.chance.choice(UNITS)
        fields["words"] = words(self.chance)
        self.sink.write("indicator", fields)

    def _actual(self, fields: dict[str, object], month: str, baseline: int, target: int) -> None:
        outcome = self.chance.choices(OUTCOMES, OUTCOME_WEIGHTS)[0]
        if outcome == "not-reported":
            return
        if outcome == "in-progress":
            self._measure(fields, month, "actual", None)
            return
        share = {"exceeded": 1.0, "achieved": 1.0, "on-track": (ELAPSED[month] + 1) / 2, "behind": ELAPSED[month] / 2}
        value = round(baseline + (target - baseline) * share[outcome])
        if outcome == "exceeded":
            value = max(0, value + (5 if target > baseline else -5))
        self._measure(fields, month, "actual", value)

    def _measure(self, fields: dict[str, object], version: str, what: str, value: int | None) -> None:
        """A measurement of the plan or of a round, with its passage; without a value, something is in process."""
        key = f"{version}-{fields['code']}-{what}"
        month = version if what == "actual" else "2013-06" if what == "baseline" else "2015-06"
        figures = {"version": version, "key": key, "class": what.capitalize(), "month": month, "code": fields["code"]}
        self.sink.write("measurement", figures)
        self.sink.write("of-plan" if version == "plan" else "of-round", figures)
        self._passage(key, version, what, self.position)
        if value is None:
            self.sink.write("in-process", {**figures, "value": self.chance.randrange(1, 20)})
            return
        self.sink.write("value", {**figures, "value": value})
        if what == "actual" and self.chance.random() < 0.3:
            self.sink.write("placed", {**figures, "place": self.chance.choice(self.around.places)})
        elif what == "actual" and self.chance.random() < 0.2:
            self._parts(figures, value)

    def _parts(self, figures: dict[str, object], value: int) -> None:
        for number, place in enumerate(self.chance.sample(self.around.places, 3), 1):
            part = {"key": figures["key"], "passage": figures["key"], "number": number, "place": place}
            self.sink.write("disaggregation", {**part, "value": value // 3})

    def _responsible(self, fields: dict[str, object], version: str) -> None:
        passage = f"{version}-{fields['code']}-responsible"
        self._passage(passage, version, "responsible", self.position)
        for number in range(1, self.chance.randrange(2, 4)):
            key = f"{version}-{fields['code']}-{number}"
            answers = {"key": key, "passage": passage, "code": fields["code"], "number": number, "round": version}
            answers["version"] = "plan" if version == "plan" else "monitoring"
            self.sink.write("responsibility", answers)
            if version != "plan":
                self.sink.write("answers-in", answers)
            roles = ("responsible",) if self.chance.random() < 0.3 else ("donor", "implementer")
            for role, name in zip(roles, self.chance.sample(self.around.agencies, len(roles)), strict=True):
                self.sink.write("party", {"key": key, "role": role, "agency": name.lower(), "name": name})

    def _passage(self, passage: str, table: str, column: str, row: int) -> None:
        cell = {"passage": passage, "table": table, "column": column, "row": row}
        self.sink.write("passage", {**cell, "quote": f"{words(self.chance)} {words(self.chance)}"})


def main() -> None:
    """Write what the options ask for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--triples", type=int, default=100_000, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--nquads", type=Path, metavar="FILE", help="one N-Quads file with named graphs")
    parser.add_argument("--root", type=Path, metavar="FOLDER", help="a framework's root, with data/ttl/")
    options = parser.parse_args()
    if options.nquads:
        with options.nquads.open("w", encoding="utf-8", newline="\n") as target, quads(target) as sink:
            generate(sink, options.triples, options.seed)
    if options.root:
        with framework(options.root) as sink:
            generate(sink, options.triples, options.seed)
    if not (options.nquads or options.root):
        parser.error("nothing to write: give --nquads or --root")


if __name__ == "__main__":
    main()
