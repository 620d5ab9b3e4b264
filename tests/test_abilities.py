"""What an engine is found to be able to: a form that it does not write as the standards say is made of another one."""

from __future__ import annotations

import pyoxigraph as ox

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
