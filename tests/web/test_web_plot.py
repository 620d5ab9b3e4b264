"""Where the marks of a chart stand: in proportion to the values, of the real data and at the edges."""

from __future__ import annotations

from decimal import Decimal

import pytest

from g7graph.store.local import LocalStore
from g7graph.web.plot import Bars, Datum, Scale, bars, lines


def data(*values: float | str | None, series: int = 0) -> list[Datum]:
    return [Datum(f"c{place}", series, None if one is None else Decimal(str(one))) for place, one in enumerate(values)]


def widths(drawing: Bars) -> list[float]:
    return [bar.width for bar in drawing.bars]


def test_the_bars_of_the_commitments_are_as_long_as_the_soles_are_many(store: LocalStore) -> None:
    amounts = [
        Decimal(row[0].value)
        for row in store.table("SELECT ?a { ?c <https://w3id.org/g7graph/ontology#amountPEN> ?a } ORDER BY ?a").rows
        if row[0] is not None
    ]
    assert len(amounts) == 5
    drawing = bars([Datum(str(place), 0, amount) for place, amount in enumerate(amounts)])
    scale = {bar.width / float(amounts[bar.datum]) for bar in drawing.bars}
    assert max(scale) == pytest.approx(min(scale), rel=1e-3)
    assert {bar.x for bar in drawing.bars} == {drawing.zero} == {0}


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ((3, 7), "0 2 4 6 8"),
        ((1,), "0 1"),
        ((0,), "0 1"),
        ((), "0 1"),
        ((0.3, 0.9), "0.0 0.5 1.0"),
        ((-5, 12), "-5 0 5 10 15"),
        ((-3, -1), "-3 -2 -1 0"),
        ((3640693675,), "0 1000000000 2000000000 3000000000 4000000000"),
    ],
)
def test_an_axis_has_zero_and_all_values_in_round_steps(values: tuple[float, ...], ticks: str) -> None:
    scale = Scale.over(Decimal(str(one)) for one in values)
    assert list(scale.ticks) == [Decimal(tick) for tick in ticks.split()]
    assert (scale.low, scale.high) == (scale.ticks[0], scale.ticks[-1])


def test_a_negative_bar_goes_the_other_way_from_the_same_zero() -> None:
    drawing = bars(data(-10, 5))
    negative, positive = drawing.bars
    assert negative.x + negative.width == pytest.approx(drawing.zero) == positive.x
    assert negative.width == pytest.approx(2 * positive.width)
    assert negative.end == drawing.zero  # its figure stands beside the zero, not on the bar
    assert positive.end > drawing.zero


def test_zero_has_a_bar_of_no_width_and_what_is_not_known_none() -> None:
    drawing = bars(data(0, None, 4))
    assert [(bar.datum, bar.width) for bar in drawing.bars] == [(0, 0), (2, 78)]
    assert [label.lines[0][1] for label in drawing.labels] == ["c0", "c2"]


@pytest.mark.parametrize("values", [(), (None,)])
def test_nothing_is_drawn_of_nothing(values: tuple[None, ...]) -> None:
    assert bars(data(*values)).bars == ()
    assert lines(data(*values)).points == ()


def test_one_value_is_one_bar_or_a_point_in_the_middle() -> None:
    assert widths(bars(data(5))) == [65]  # of 0 to 6
    (point,) = lines(data(5)).points
    assert (point.x, lines(data(5)).parts) == (50, ())


def test_the_bars_of_a_category_stand_below_one_another_and_do_not_meet() -> None:
    drawing = bars([Datum("a", 0, Decimal(1)), Datum("b", 0, Decimal(2)), Datum("a", 1, Decimal(3))])
    assert [bar.datum for bar in drawing.bars] == [0, 2, 1]
    below = [bar.y for bar in drawing.bars]
    assert all(first + bar.height <= then for first, then, bar in zip(below, below[1:], drawing.bars, strict=False))
    assert len(drawing.labels) == 2


def test_stacked_bars_begin_where_those_before_of_their_sign_end() -> None:
    drawing = bars([Datum("a", place, Decimal(one)) for place, one in enumerate((2, -1, 0, 3, -2))], stacked=True)
    first, negative, zero, second, further = drawing.bars
    assert second.x == pytest.approx(first.x + first.width)
    assert zero.width == 0
    assert further.x + further.width == pytest.approx(negative.x)
    assert {bar.y for bar in drawing.bars} == {first.y}


def test_a_long_label_is_cut_after_two_lines() -> None:
    (label,) = bars([Datum("palabra " * 30, 0, Decimal(1))]).labels
    assert len(label.lines) == 2
    assert label.lines[1][1].endswith("…")
    assert all(len(line) <= 46 for _, line in label.lines)


def test_years_stand_as_far_apart_as_they_are_whatever_their_order() -> None:
    drawing = lines([Datum(year, 0, Decimal(1)) for year in ("2012", "2008", "2010")])
    left, middle, right = (point.x for point in drawing.points)
    assert middle - left == pytest.approx(right - middle)
    assert [part[1].datum for part in drawing.parts] == [2, 0]


def test_the_higher_value_stands_higher_in_proportion() -> None:
    drawing = lines(data(0, 2, 4))
    zero, two, four = (point.y for point in drawing.points)
    assert zero == drawing.foot
    assert zero - two == pytest.approx(two - four)


def test_what_is_not_known_interrupts_a_line() -> None:
    drawing = lines([*data(1, 2, None, 4), *data(1, 1, 1, 1, series=1)])
    assert [(first.datum, then.datum) for first, then in drawing.parts] == [(0, 1), (4, 5), (5, 6), (6, 7)]


def test_many_categories_have_few_labels() -> None:
    drawing = lines(data(*range(20)))
    assert len(drawing.points) == 20
    assert len(drawing.labels) <= 8
