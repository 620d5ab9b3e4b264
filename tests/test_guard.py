"""What a query text asks for beyond the local data is seen whatever it hides in."""

from __future__ import annotations

import pytest

from g7graph.errors import QueryError
from g7graph.store import guard

OUTBOUND = [
    "SELECT * { SERVICE <http://x/> { ?s ?p ?o } }",
    "select * { service silent <http://x/> { ?s ?p ?o } }",
    "SELECT * { ?s ?p 'a' SERVICE<http://x/>{} }",
    'SELECT * { ?s ?p "it\'s" . SERVICE ?x {} }',
    "SELECT * { ?s ?p 1 # comment\n SERVICE ?x {} }",
    "SELECT * { \\u0053ERVICE <http://x/> {} }",
    'SELECT * { ?s ?p """a "quoted" text""" SERVICE <http://x/> {} }',
    "SELECT * { ?s ?p '''a\n''' SERVICE <http://x/> {} }",
    "SELECT * { FILTER(?a < 3) SERVICE <http://x/> {} }",
    "SELECT * { FILTER(?a<?b && ?c>?d) SERVICE <http://x/> {} }",
    "LOAD <http://x/>",
]
LOCAL = [
    "SELECT ?service { ?service ?p ?o }",
    "SELECT $SERVICE { ?s ?p ?o }",
    "SELECT * { ?s <http://x/SERVICE> ?o } # SERVICE <http://x/> {}",
    'SELECT * { ?s ?p "SERVICE <http://x/> {}" }',
    "SELECT * { ?s ?p '''\n SERVICE <http://x/> {} ''' }",
    "PREFIX service: <http://x/> SELECT * { ?s service:SERVICE ?o }",
    "PREFIX : <http://x/> SELECT * { ?s :service ?o ; :load 1 }",
    'SELECT * { ?s ?p "\\" SERVICE <http://x/>" }',
    'SELECT * { ?s ?p "x"@load }',
]


@pytest.mark.parametrize("text", OUTBOUND)
def test_a_query_that_would_call_another_server_is_refused(text: str) -> None:
    with pytest.raises(QueryError) as refused:
        guard.refuse_outbound(text)
    assert refused.value.detail in ("SERVICE", "LOAD")
    assert refused.value.line >= 1


@pytest.mark.parametrize("text", LOCAL)
def test_a_word_in_a_string_comment_name_or_variable_is_no_keyword(text: str) -> None:
    guard.refuse_outbound(text)


def test_the_place_of_the_refused_word_is_given() -> None:
    with pytest.raises(QueryError) as refused:
        guard.refuse_outbound("SELECT *\n{ SERVICE <http://x/> {} }")
    assert (refused.value.line, refused.value.column) == (2, 3)


def test_a_query_that_names_its_dataset_is_seen() -> None:
    assert guard.names_dataset("SELECT * FROM NAMED <http://x/> { ?s ?p ?o }")
    assert not guard.names_dataset('SELECT ?from { ?from ?p "FROM" } # FROM')
