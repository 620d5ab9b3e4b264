"""Charts on the pages of saved queries: declared in the header, drawn on the server, one unit to a drawing."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode

from g7graph.errors import DataError
from g7graph.queries import Library, SavedQuery
from g7graph.table import Column, Table
from g7graph.table import Term as TableTerm
from g7graph.vocab import XSD
from g7graph.web import charts

LIBRARY = Library.read(Path(__file__).resolve().parent.parent.parent / "queries")
CHARTED = sorted(query.name for query in LIBRARY if query.charts)
HEADER = """#+ columns: {{year: integer, name: string, paid: decimal, currency: string, count: integer, remark: string}}
#+ units: {{paid: "?currency", count: "{{case}}"}}
#+ chart:
{chart}
SELECT ?year ?name ?paid ?currency ?count ?remark WHERE {{ ?s ?p ?o }} ORDER BY ?s
"""


def written(folder: Path, chart: str) -> Path:
    path = folder / "asked.rq"
    path.write_text(HEADER.format(chart="\n".join(f"#+   {line}" for line in chart.splitlines())), encoding="utf-8")
    return path


def term(value: object) -> TableTerm | None:
    if value is None:
        return None
    kind = "string" if isinstance(value, str) else "integer" if isinstance(value, int) else "decimal"
    return Literal(str(value), datatype=NamedNode(XSD + kind))


def drawn(app: Flask, path: Path, *rows: tuple[object, ...], lang: str = "en") -> list[charts.Figure]:
    asked = SavedQuery.read(path)
    table = Table(tuple(Column(one.name) for one in asked.columns), tuple(tuple(map(term, row)) for row in rows))
    with app.test_request_context(f"/?lang={lang}"):
        return charts.drawn(asked, table)


def page(client: FlaskClient, name: str, lang: str = "en") -> str:
    return client.get(f"/api/queries/{name}?lang={lang}", headers={"Accept": "text/html"}).text


def svgs(text: str) -> list[ET.Element]:
    return [ET.fromstring(one) for one in re.findall(r'<svg class="as-.*?</svg>', text, re.DOTALL)]  # noqa: S314 - ours


# ---- the declaration


@pytest.mark.parametrize(
    ("chart", "line", "expected"),
    [
        ("- {kind: pie, category: year, values: count}", 4, "kind: bar | stacked | line"),
        ("- kind: bar\n  category: yaer\n  values: count", 5, "category: year | name | paid"),
        ("- {kind: bar, category: yaer, values: count}", 4, "(≠ yaer)"),
        ("- {kind: bar, category: year, values: name}", 4, "values: year | paid | count (≠ name)"),
        ("- {kind: bar, category: year, values: count, series: [name, what]}", 4, "(≠ what)"),
        ("- {kind: bar, category: year, values: count, note: [remark]}", 4, "note: year | name"),
        ("- {kind: bar, values: count}", 3, "category: year | name"),
        ("- {kind: bar, category: year}", 3, "values: year | paid | count"),
        ("- {kind: bar, category: year, values: count, colour: red}", 3, "{category, each, kind"),
        ("- {kind: bar, category: year, values: count, title: Cases}", 4, "title: {es: text"),
        ("- bar", 3, "{category, each, kind"),
        ("  kind: bar", 3, "[{kind: bar"),
    ],
)
def test_a_chart_that_is_not_as_it_should_be_is_refused_with_its_line(
    tmp_path: Path, chart: str, line: int, expected: str
) -> None:
    with pytest.raises(DataError) as refused:
        SavedQuery.read(written(tmp_path, chart))
    assert refused.value.line == line
    assert expected in refused.value.detail


@pytest.mark.parametrize("name", CHARTED)
def test_a_title_speaks_three_languages(name: str) -> None:
    for chart in LIBRARY[name].charts:
        assert sorted(chart.title) == ["en", "es", "fr"]


# ---- what is drawn of which rows


def test_each_currency_has_a_drawing_of_its_own(small_app: Flask, tmp_path: Path) -> None:
    path = written(tmp_path, "- {kind: bar, category: name, values: paid}")
    rows = [(None, "a", 5.5, "USD"), (None, "b", 7000000.5, "PEN"), (None, "c", 6.5, "USD"), (None, "d", 1.5, None)]
    (figure,) = drawn(small_app, path, *((*row, None, None) for row in rows))
    assert [(one.unit, [mark.figure for mark in one.marks]) for one in figure.drawings] == [
        ("USD", ["5.5", "6.5"]),
        ("PEN", ["7,000,000.5"]),
        ("currency or unit that is not stated", ["1.5"]),
    ]
    assert figure.notes == []


def test_what_has_no_value_is_named_and_not_drawn_as_zero(small_app: Flask, tmp_path: Path) -> None:
    path = written(tmp_path, "- {kind: bar, category: [year, name], values: count}")
    rows = [(2012, "a", None, None, 0, None), (2013, "b", None, None, None, None)]
    (figure,) = drawn(small_app, path, *rows)
    assert [mark.title for mark in figure.drawings[0].marks] == ["2012 · a: 0"]
    assert figure.notes == ["Without a value, which is not zero, and so not drawn (1): 2013 · b."]


def test_what_has_no_place_on_a_line_is_said_to_be_left_out(small_app: Flask, tmp_path: Path) -> None:
    path = written(tmp_path, "- {kind: line, category: year, values: count}")
    rows = [(2012, "a", None, None, 1, None), (None, "b", None, None, 2, None), (2013, "c", None, None, None, None)]
    (figure,) = drawn(small_app, path, *rows)
    assert [mark.figure for mark in figure.drawings[0].marks] == ["1"]
    assert figure.notes == ["Without a value, which is not zero, and so not drawn (2): 2013; –."]


def test_a_thing_in_several_rows_is_drawn_once_and_a_row_without_it_not_at_all(
    small_app: Flask, tmp_path: Path
) -> None:
    path = written(tmp_path, "- {kind: bar, each: name, category: name, values: count}")
    rows = [(1, "a", None, None, 3, None), (2, "a", None, None, 3, None), (3, None, None, None, 4, None)]
    (figure,) = drawn(small_app, path, *rows)
    assert [mark.figure for mark in figure.drawings[0].marks] == ["3"]
    assert figure.notes == []


def test_beyond_the_most_bars_it_is_said_how_many_are_in_the_table(small_app: Flask, tmp_path: Path) -> None:
    path = written(tmp_path, "- {kind: bar, category: year, values: count}")
    (figure,) = drawn(small_app, path, *((year, None, None, None, 1, None) for year in range(1900, 1943)))
    assert len(figure.drawings[0].marks) == charts.MOST
    assert figure.notes == ["3 more values are in the table."]


def test_beyond_the_most_series_too(small_app: Flask, tmp_path: Path) -> None:
    path = written(tmp_path, "- {kind: line, category: year, series: name, values: count}")
    (figure,) = drawn(small_app, path, *((2012, f"s{n}", None, None, n, None) for n in range(10)))
    assert len(figure.drawings[0].key) == charts.MOST_SERIES
    assert figure.notes == ["2 more values are in the table."]


def test_of_many_without_a_value_the_first_are_named(small_app: Flask, tmp_path: Path) -> None:
    path = written(tmp_path, "- {kind: bar, category: name, values: count}")
    rows = [(None, f"n{place}", None, None, 1 if place == 0 else None, None) for place in range(3_000)]
    (figure,) = drawn(small_app, path, *rows)
    assert "(2999): n1; n2;" in figure.notes[0]
    assert figure.notes[0].endswith("; n40; ….")


def test_a_remark_of_the_row_is_an_asterisk_that_is_explained(small_app: Flask, tmp_path: Path) -> None:
    path = written(tmp_path, "- {kind: bar, category: year, values: count, note: remark}")
    rows = [(2012, None, None, None, 1, "doubtful"), (2013, None, None, None, 2, None)]
    (figure,) = drawn(small_app, path, *rows)
    assert [mark.figure for mark in figure.drawings[0].marks] == ["1*", "2"]
    assert figure.drawings[0].marks[0].title == "2012: 1 (doubtful)"
    assert figure.notes == ["* With a remark in the column remark."]


@pytest.mark.parametrize("rows", [(), ((2012, "a", None, None, None, None),)])
def test_without_values_there_is_no_chart(
    small_app: Flask, tmp_path: Path, rows: tuple[tuple[object, ...], ...]
) -> None:
    path = written(tmp_path, "- {kind: stacked, category: year, values: [count]}")
    assert drawn(small_app, path, *rows) == []


def test_negative_zero_and_large_figures_are_told_as_they_are(small_app: Flask, tmp_path: Path) -> None:
    path = written(tmp_path, "- {kind: bar, category: name, values: count}")
    values = {"a": -12_345_678, "b": 0, "c": 602_478, "d": 104_000_000}
    (figure,) = drawn(
        small_app, path, *((None, name, None, None, one, None) for name, one in values.items()), lang="fr"
    )
    drawing = figure.drawings[0]
    assert [mark.figure for mark in drawing.marks] == ["-12,3", "0", "0,602", "104"]
    assert (drawing.unit, drawing.marks[2].title) == ("en millions", "c: 602\u202f478")


# ---- on the pages of the alliance


@pytest.mark.parametrize("name", CHARTED)
@pytest.mark.parametrize("lang", ["es", "fr"])
def test_a_page_has_its_charts_named_and_described_without_code_or_style(
    real: FlaskClient, name: str, lang: str
) -> None:
    text = page(real, name, lang)
    found = svgs(text)
    assert len(found) == len(LIBRARY[name].charts)
    assert " style=" not in text
    assert "<script" not in text
    for svg, chart in zip(found, LIBRARY[name].charts, strict=True):
        title, description = svg.find("title"), svg.find("desc")
        assert title is not None
        assert description is not None
        assert (title.text or "").startswith(chart.title[lang])
        assert svg.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
        assert svg.get("role") == "img"


def test_the_bars_of_a_page_are_those_of_the_document(real: FlaskClient) -> None:
    text = unescape(page(real, "eiti-commitments"))
    commitments, payments = svgs(page(real, "eiti-commitments"))
    widths = {bar.findtext("title"): float((bar.get("width") or "").rstrip("%")) for bar in commitments.iter("rect")}
    barrick, bambas = (
        widths["1 · Minera Barrick: 20,122,319 PEN"],
        widths["2 · Proyecto minero Las Bambas: 287,103,526 PEN"],
    )
    assert bambas / barrick == pytest.approx(287103526 / 20122319, rel=1e-3)
    assert len(widths) == 4
    assert len(list(payments.iter("rect"))) == 4
    assert "not drawn (2): 4 · Minera Tintaya; 7 · Empresa Explotadora de Vinchos." in text
    paid = [bar.findtext("title") or "" for bar in payments.iter("rect")]
    assert all(one.startswith("3 · Southern Perú · Same company · ") for one in paid)


def test_statuses_are_called_as_the_code_list_does_and_have_its_colours(real: FlaskClient) -> None:
    text = page(real, "axis-progress", "fr")
    (svg,) = svgs(text)
    counts = [bar.findtext("title") for bar in svg.iter("rect") if bar.get("class") == "f-behind"]
    assert len(counts) == 3
    assert all(", En retard: " in str(one) for one in counts)


def test_the_royalties_in_doubt_are_marked_on_the_line(real: FlaskClient) -> None:
    (svg,) = svgs(page(real, "eiti-revenue"))
    assert len(list(svg.iter("circle"))) == 24
    assert [one.text for one in svg.iter("text") if one.get("class") == "value"] == ["*"]


def test_a_page_of_some_rows_draws_these_and_says_so(real: FlaskClient) -> None:
    text = real.get("/api/queries/place-eiti?lang=en&page-size=3&page=2", headers={"Accept": "text/html"}).text
    assert len(list(svgs(text)[0].iter("rect"))) == 3
    assert "Only the rows of this page are drawn." in text
