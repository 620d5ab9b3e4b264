"""What an engine is found to be able to: a form that it does not write as the standards say is made of another one."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from g7graph.errors import StoreError
from g7graph.store.abilities import detect


def oxigraph(text: str, media_type: str) -> tuple[str, bytes, str]:
    form = ox.QueryResultsFormat.from_media_type(media_type) or ox.RdfFormat.from_media_type(media_type)
    written = ox.Store().query(text).serialize(format=form)  # type: ignore[arg-type]  # as the query is
    return media_type, written or b"", "Oxigraph"


def test_csv_that_does_not_quote_the_comma_of_an_iri_is_not_handed_on() -> None:
    found = detect(oxigraph)
    assert "csv" not in found.faithful
    assert {"json", "xml", "tsv", "nt"} <= found.faithful
    assert found.source("csv") in found.faithful


@pytest.mark.parametrize("status", [0, 503])
def test_a_service_that_goes_away_meanwhile_is_not_found_to_be_able_to_nothing(status: int) -> None:
    asked: list[str] = []

    def going(text: str, media_type: str) -> tuple[str, bytes, str]:
        asked.append(text)
        if len(asked) > 5:
            raise StoreError("store_remote", url="", detail="", status=status)
        return oxigraph(text, media_type)

    with pytest.raises(StoreError):
        detect(going)


def test_a_format_that_is_refused_is_one_that_it_does_not_have() -> None:
    def without_xml(text: str, media_type: str) -> tuple[str, bytes, str]:
        if media_type.endswith("results+xml"):
            raise StoreError("store_remote", url="", detail="", status=406)
        return oxigraph(text, media_type)

    found = detect(without_xml).faithful
    assert "xml" not in found
    assert "json" in found
