"""Sort keys by kind: which parts of a text are keys, and in which order they put values."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from g7graph.store.order import by_kind

KIND = 'IF(ISNUMERIC({0}), "", STR(DATATYPE({0})))'


def keyed(key: str, direction: str = "ASC") -> str:
    return f"{direction}({KIND.format(key)}) {direction}({key})"


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("?o", keyed("?o")),
        ("$o ?s", f"{keyed('$o')} {keyed('?s')}"),
        ("desc(?o) ?s", f"{keyed('(?o)', 'DESC')} {keyed('?s')}"),
        ("(?o + 1) STR(?s)", f"{keyed('(?o + 1)')} {keyed('STR(?s)')}"),
        ("x:f(?o, (1)) LIMIT 5 OFFSET 2", f"{keyed('x:f(?o, (1))')} LIMIT 5 OFFSET 2"),
        ("<http://x/f>(?o)", keyed("<http://x/f>(?o)")),
    ],
)
def test_each_key_has_one_of_its_kind_before_it(keys: str, expected: str) -> None:
    asked = "SELECT * {{ {{ SELECT ?s {{ ?s ?p ?o }} ORDER BY {0} }} }} # ORDER BY ?s\n ORDER BY {0}"
    asked = asked if "LIMIT" not in keys else "SELECT * {{ ?s ?p ?o }} ORDER BY {0}"
    assert by_kind(asked.format(keys)) == asked.format(expected)


def test_what_does_not_sort_stays_as_it_is() -> None:
    text = 'PREFIX order: <http://x/> SELECT ?by { ?by order:by "ORDER BY ?x" ; ?order ?BY }'
    assert by_kind(text) == text


def test_values_of_a_kind_stay_in_order() -> None:
    store = ox.Store()
    values = '10, 9.5, "b", "a"@en, "a", <http://x/z>, true, "2014-02"^^<http://x/m>'
    store.update(f"INSERT DATA {{ <http://x/1> <http://x/p> {values} }}")
    text = "SELECT ?o { ?s ?p ?o } ORDER BY ?o"
    found = [str(row[0]) for row in store.query(by_kind(text))]  # type: ignore[union-attr]
    assert found[0] == "<http://x/z>"
    assert [one for one in found if "integer" in one or "decimal" in one] == [
        '"9.5"^^<http://www.w3.org/2001/XMLSchema#decimal>',
        '"10"^^<http://www.w3.org/2001/XMLSchema#integer>',
    ]
    assert found.index('"a"') < found.index('"b"')
    assert len(found) == 8
