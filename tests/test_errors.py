"""Errors name the nearest that exists and speak three languages."""

from __future__ import annotations

from g7graph import i18n
from g7graph.errors import BadParameter, DataError, UnknownName, nearest


def test_an_unknown_query_names_the_nearest() -> None:
    error = UnknownName("query", "indicator-progres", ["indicator-progress", "projects", "evidence"])
    assert error.nearest == ("indicator-progress",)
    assert "«indicator-progress»" in error.text("es") or "indicator-progress" in error.text("es")
    assert error.exit_code == 2


def test_data_that_cannot_be_read_exits_with_1() -> None:
    assert DataError("unparsable", path="a.ttl", line=3, column=4, detail="x").exit_code == 1


def test_each_language_has_its_own_words() -> None:
    error = BadParameter("bad_value", query="q", parameter="agency", value="gizz", known=["giz"])
    assert len({error.text(lang) for lang in i18n.LANGUAGES}) == 3


def test_where_nothing_is_like_it_the_first_names_are_given() -> None:
    assert nearest("zzz", ["b", "a"]) == ("a", "b")
