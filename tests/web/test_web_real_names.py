"""On the pages of the real data everything is called by words, and tables have only the columns they need."""

from __future__ import annotations

from urllib.parse import quote

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from g7graph import i18n, vocab
from g7graph.web.names import known

USED = f"""
SELECT DISTINCT ?term WHERE {{
  ?thing ?property ?value .
  FILTER(STRSTARTS(STR(?thing), "{vocab.THING}"))
  BIND(IF(?property = <{vocab.RDF_TYPE}>, ?value, ?property) AS ?term)
  FILTER NOT EXISTS {{
    ?term <{vocab.STANDARD["rdfs"]}label>|<{vocab.STANDARD["skos"]}prefLabel> ?label
  }}
}}
"""


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_every_class_and_property_of_a_thing_has_a_name(real: FlaskClient, lang: str) -> None:
    answer = real.get(f"/sparql?query={quote(USED)}", headers={"Accept": "application/sparql-results+json"})
    rows = ox.parse_query_results(answer.data, format=ox.QueryResultsFormat.JSON)
    assert isinstance(rows, ox.QuerySolutions)
    terms = [term.value for term in (row["term"] for row in rows) if isinstance(term, ox.NamedNode)]
    assert len(terms) > 50
    assert [term for term in terms if known(term, lang) == vocab.curie(term)] == []


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_only_links_of_companies_say_what_the_target_is_to_the_company(real: FlaskClient, lang: str) -> None:
    heading = i18n.text("web.column_relation", lang)
    company = real.get(f"/doc/company/volcan?lang={lang}", headers={"Accept": "text/html"}).text
    agency = real.get(f"/doc/agency/minem?lang={lang}", headers={"Accept": "text/html"}).text
    assert heading in company
    assert 'id="links"' in agency
    assert heading not in agency
