"""What a query text asks for beyond the local data is seen whatever it hides in."""

from __future__ import annotations

import pytest

from g7graph.errors import QueryError
from g7graph.store import dataset, guard

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
    assert dataset.names_dataset("SELECT * FROM NAMED <http://x/> { ?s ?p ?o }")
    assert not dataset.names_dataset('SELECT ?from { ?from ?p "FROM" } # FROM')


HIDDEN = [
    'SELECT * { ?s ?p "a\\u0022b" . SERVICE <http://x/> { ?a ?b ?c } FILTER("x" = "") }',
    'SELECT * { ?s ?p ?a FILTER(?a<?b#>"""\n) SERVICE <http://x/> {} #"""\n }',
    "PREFIX a: <http://a/> SELECT * { ?s a:x\u0300\\' 1 . SERVICE <http://x/> {} ?s a:y\\' 1 }",
    "SELECT * { ?s ?p 1.5e3SERVICE <http://x/> {} }",
    "SELECT * { ?s ?p true.SERVICE <http://x/> {} }",
]


@pytest.mark.parametrize("text", HIDDEN)
def test_what_the_engine_would_read_as_a_call_is_seen_however_it_is_written(text: str) -> None:
    with pytest.raises(QueryError):
        guard.refuse_outbound(text)


BASE = "http://w/x/sparql"
NAMED = [
    ("SELECT * FROM <http://x/g> { ?s ?p ?o }", ["http://x/g"]),
    ("PREFIX g: <http://x/> SELECT * FROM g:a FROM NAMED g:b\\/c { ?s ?p ?o }", ["http://x/a", "http://x/b/c"]),
    ("BASE <http://y/z/> ASK FROM <../g> { ?s ?p ?o }", ["http://y/g"]),
    ("ASK FROM <g> FROM <#h> { ?s ?p ?o }", ["http://w/x/g", "http://w/x/sparql#h"]),
    ("ASK FROM <http://x/\\u0067> { ?s ?p ?o }", ["http://x/g"]),
    ("PREFIX : <from#> # FROM <http://no/>\nASK from :from { ?s ?p ' FROM <http://no/>' }", ["http://w/x/from#from"]),
    ("ASK { ?from ?p ?o }", []),
    ("ASK FROM unknown:g { ?s ?p ?o }", []),
]


@pytest.mark.parametrize(("text", "graphs"), NAMED)
def test_the_graphs_that_a_query_names_are_resolved(text: str, graphs: list[str]) -> None:
    assert dataset.graphs_named(text, BASE) == graphs


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("BASE <http://x/> PREFIX insert: <y> select * {}", "query"),
        ("# SELECT\n with <http://x/> delete { ?s ?p ?o } where { ?s ?p ?o }", "update"),
        ("PREFIX a: <http://x/>", ""),
        ("nonsense SELECT", ""),
    ],
)
def test_a_query_and_an_update_are_told_apart(text: str, kind: str) -> None:
    assert guard.kind_of(text) == kind


def test_strings_begun_without_end_are_given_up() -> None:
    with pytest.raises(QueryError):
        list(guard.tokens('\\"""\n' * 20_000))


def test_truth_values_are_written_as_the_engine_reads_them() -> None:
    text = "ASK { FILTER(TRUE || False) ?s ?p 'TRUE' , <TRUE> }"
    assert guard.readable(text) == "ASK { FILTER(true || false) ?s ?p 'TRUE' , <TRUE> }"


#: PN_CHARS_BASE of SPARQL 1.1 §19.8 (rules 164 to 167), and what PN_CHARS has more.
BEGINS = [(0x41, 0x5A), (0x61, 0x7A), (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x2FF), (0x370, 0x37D), (0x37F, 0x1FFF)]
BEGINS += [(0x200C, 0x200D), (0x2070, 0x218F), (0x2C00, 0x2FEF), (0x3001, 0xD7FF), (0xF900, 0xFDCF), (0xFDF0, 0xFFFD)]
BEGINS += [(0x10000, 0xEFFFF)]
FOLLOWS = [*BEGINS, (0x2D, 0x2D), (0x5F, 0x5F), (0x30, 0x39), (0xB7, 0xB7), (0x300, 0x36F), (0x203F, 0x2040)]
EDGES = sorted({edge + step for first, last in FOLLOWS for edge in (first, last) for step in (-1, 0, 1)})


def test_names_have_the_characters_that_the_standard_says() -> None:
    wrong = []
    for character in map(chr, {*EDGES, *range(0x80)} - set(b"\"'<?$@:#.")):
        begins, follows = (any(a <= ord(character) <= b for a, b in ranges) for ranges in (BEGINS, FOLLOWS))
        ends_word = "LOAD" in [word for word, _ in guard.words(f"LOAD{character}")]
        is_word = guard.words(f"{character}load") == ((f"{character}load".upper(), 0),)
        wrong += [] if (ends_word, is_word) == (not follows, begins) else [character]
    assert not wrong


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("a-·.b:c.d-e:f%20\\,g", 1),  # a dot and colons inside, an escape, a byte in digits
        ("a.:b", 3),  # no dot ends a prefix
        ("a:b.", 2),  # nor a name
        ("?a-b", 3),  # a variable has no hyphen
        ("·a:b", 2),  # what may follow may not begin
    ],
)
def test_a_prefixed_name_ends_where_the_standard_says(name: str, parts: int) -> None:
    assert len([*guard.tokens(name)]) == parts
