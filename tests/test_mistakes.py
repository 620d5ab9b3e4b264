"""A mistake in SPARQL is placed at the token that cannot stand there; its message names it and what was expected."""

from __future__ import annotations

import socket

import pyoxigraph as ox
import pytest

from g7graph import i18n
from g7graph.errors import QueryError
from g7graph.store.complaint import complaint, understood
from g7graph.store.grammar import Grammar
from g7graph.store.mistakes import of_query, of_update

#: What is wrong, line, column, and what the message says of it.
QUERIES = [
    (
        "SELECT ?x WHERE { ?x rdfs:label ?l }",
        1,
        22,
        "the prefix «rdfs:» is not declared. Write at the beginning: PREFIX",
    ),
    ("SELECT * { ?s a label:x }", 1, 17, "the prefix «label:» is not declared"),
    ("SELECT * { ?s :p ?o }", 1, 15, "the prefix «:» is not declared"),
    ('SELECT * { ?s ?p "a"^^xsd:date }', 1, 23, "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>"),
    ("# ex:a\nSELECT * { ?s ?p 'ex:b', <ex:c>, ex:d }", 2, 34, "the prefix «ex:» is not declared"),
    ("PREFIX a: <http://x/>\nSELECT * { ?s a:b b:c }", 2, 19, "the prefix «b:» is not declared"),
    ("SELCT * { ?s rdfs:label ?o }", 1, 1, "«SELCT» cannot stand here. Expected: SELECT"),
    ("SELECT ?x, ?y WHERE { ?x ?p ?y }", 1, 10, "«,» cannot stand here. Expected: { · ( · ?… · FROM · WHERE"),
    ("SELECT (COUNT(?x)) WHERE { ?x ?p ?o }", 1, 18, "«)» cannot stand here. Expected: AS"),
    ("SELECT (?x + 1 ?y) { ?s ?p ?x }", 1, 16, "«?y» cannot stand here. Expected: AS"),
    ("SELECT COUNT(?x) AS ?n { ?s ?p ?x }", 1, 8, "«COUNT» cannot stand here. Expected: ( · ?…"),
    ("SELECT (COUNT(?x AS ?n) { ?s ?p ?x }", 1, 18, "«AS» cannot stand here. Expected: )"),
    ("SELECT { ?s ?p ?o }", 1, 8, "Expected: ( · ?… · * · DISTINCT · REDUCED"),
    ('SELECT * { ?x ?p "a" "b" }', 1, 22, '«"b"» cannot stand here. Expected: } · . · ; · ,'),
    ("SELECT *\nWHERE { ?s ?p }", 2, 15, "«}» cannot stand here. Expected: ( · ?… · <…> · "),
    ("PREFIX a <http://x> SELECT * {}", 1, 10, "«<http://x>» cannot stand here. Expected: :"),
    ("PREFIX a: http://x SELECT * {}", 1, 11, "Expected: <…>"),
    ("@prefix a: <http://x> . SELECT * {}", 1, 1, "«@prefix» cannot stand here. Expected: PREFIX"),
    ("hello", 1, 1, "«hello» cannot stand here. Expected: ASK · BASE · CONSTRUCT · DESCRIBE"),
    ("SELECT DISTICT ?x { ?x ?p ?o }", 1, 8, "Expected: DISTINCT"),
    ("SELECT * WERE { ?s ?p ?o }", 1, 10, "Expected: WHERE"),
    ("SELECT * WHERE ?s ?p ?o }", 1, 16, "«?s» cannot stand here. Expected: {"),
    ("SELECT * { OPTIONL { ?s ?p ?o } }", 1, 12, "Expected: OPTIONAL"),
    ("SELECT * { ?s ?p ?o OPTIONAL ?s ?a ?b }", 1, 30, "Expected: {"),
    ("SELECT * { FILTER NOT EXIST { ?s ?p ?o } }", 1, 23, "Expected: EXISTS"),
    ("SELECT * { ?s ?p ?o FILTER ?o > 3 }", 1, 28, "«?o» cannot stand here. Expected: ("),
    ("SELECT * { ?s ?p ?o FILTER (?o > 3 }", 1, 36, "«}» cannot stand here. Expected: )"),
    ("SELECT * { ?s ?p ?o FILTER(?o = 3 AND ?s = 3) }", 1, 35, "«AND» cannot stand here. Expected: ) · &&"),
    ("SELECT * { ?s ?p ?o FILTER(CONCAT(?o ?s)) }", 1, 38, "«?s» cannot stand here. Expected: ) · ,"),
    ("SELECT * { ?s ?p ?o FILTER(CONCAT ?s) }", 1, 35, "«?s» cannot stand here. Expected: ("),
    ("SELECT * { ?s ?p ?o FILTER(?o < ?s && ) }", 1, 39, "«)» cannot stand here"),
    ("SELECT * { ?s ?p ?o BIND(3 AS x) }", 1, 31, "Expected: ?…"),
    ("SELECT * { ?s ?p ?o } ORDER ?o", 1, 29, "Expected: BY"),
    ("SELECT * { ?s ?p ?o } ORDER BY DESC ?o", 1, 37, "Expected: ("),
    ("SELECT * { ?s ?p ?o } LIMIT ten", 1, 29, "«ten» cannot stand here. Expected: 0…9"),
    ("SELECT * { ?s ?p ?o } LIMIT 1 ORDER BY ?o", 1, 31, "«ORDER» cannot stand here. Expected: OFFSET"),
    ("SELECT * { ?s ?p 12abc }", 1, 20, "«abc» cannot stand here"),
    ("SELECT * { ?s ?p ?o } foo", 1, 23, "«foo» cannot stand here. Expected: GROUP"),
    ("SELECT * { ?s ?p ?o } }", 1, 23, "«}» cannot stand here"),
    ("SELECT *\n{\n  ?s ?p ?o .\n  ?s ?q\n  ?a ?b ?c .\n}", 5, 6, "«?b» cannot stand here. Expected: } · ."),
    ("SELECT * { ?s ?p [ ?a ?b }", 1, 26, "«}» cannot stand here. Expected: ]"),
    ("SELECT * { ?s ?p ?o", 1, 20, "the text ends too soon. Expected: }"),
    ("SELECT * { ?s ?p ?o # }\n\n", 1, 20, "the text ends too soon. Expected: }"),
    ('SELECT * { ?s ?p "abc }', 1, 18, 'the quoted text that begins here is not closed: "abc }'),
    ('SELECT * { ?s ?p """abc\n" } #', 1, 18, "is not closed"),
    ("SELECT * { ?s ?p 'it's' }", 1, 22, "«s» cannot stand here"),
    ('SELECT * { ?s ?p "é\\q" }', 1, 20, "«\\q» is no escape sequence"),
    ("SELECT * { ?s ?p <http://x }", 1, 18, "the IRI that begins here is not closed by «>»: <http://x }"),
    ("SELECT * { ?s <a b> ?o }", 1, 15, "«<a b>» is not an IRI"),
    ("SELECT * { ?s ?p <http://[x> }", 1, 18, "«<http://[x>» is not an IRI"),
    ("SELECT * { ?s ?p ?x BIND(1 AS ?x) }", 1, 35, "has one already"),
    ("SELECT ?s (COUNT(?x) AS ?n) { ?s ?p ?x }", 1, 1, "neither in GROUP BY"),
    ("SELECT * { { SELECT ?s (COUNT(?x) AS ?n) { ?s ?p ?x } } }", 1, 14, "neither in GROUP BY"),
    ("SELECT * { ?s ?p ?x } GROUP BY ?x", 1, 1, "SELECT * cannot be used with GROUP BY"),
    ("SELECT * { VALUES (?x ?y) { (1) } }", 1, 33, "as many values"),
    ("SELECT * { _:a ?p ?x OPTIONAL { _:a ?p ?y } }", 1, 33, "one blank node"),
    ("SELECT * { ?s ?p TRUE, False ?x }", 1, 30, "«?x» cannot stand here"),
]
UPDATES = [
    ("INSRT DATA { <a> <b> <c> }", 1, 1, "«INSRT» cannot stand here. Expected: INSERT"),
    ("INSERT DTA { <a> <b> <c> }", 1, 8, "Expected: DATA"),
    ("INSERT DATA { <a> <b> }", 1, 23, "«}» cannot stand here"),
    ("INSERT DATA { <a> <b> <c> ", 1, 26, "the text ends too soon. Expected: }"),
    ("INSERT DATA { ?s ?p ?o }", 1, 24, "take data only"),
    ("DELETE WHERE { ?s ?p _:x }", 1, 26, "DELETE takes no blank nodes"),
    ("DELETE { ?s ?p ?o }", 1, 20, "the text ends too soon. Expected: INSERT · USING · WHERE"),
    ("INSERT DATA { _:a <b> '_:a' } ;\nINSERT DATA { <c> <b> _:a } # _:a", 2, 23, "«_:a» stands in two operations"),
    ("DELETE WHERE { ?s ?p ?o } INSERT DATA { <a> <b> <c> }", 1, 27, "«INSERT» cannot stand here. Expected: ;"),
    ("COPY <a> <b>", 1, 10, "«<b>» cannot stand here. Expected: TO"),
    ("CLEAR <g>", 1, 7, "Expected: ALL · DEFAULT · GRAPH"),
    ("PREFIX a: <http://x/>\nCLEAR ALL ;\nINSERT DATA { b:b a:c 'c:d' }", 3, 15, "the prefix «b:» is not declared"),
    ("CLEAR ALL ; PREFIX b: <http://x/> CLEAR ALL", 1, 13, "«PREFIX» cannot declare something here otherwise"),
    ("SELECT * { ?s ?p ?o }", 1, 1, "«SELECT» cannot stand here. Expected: ADD"),
]


def query_error(text: str) -> QueryError:
    with pytest.raises(SyntaxError) as engine:
        ox.Store().query(text, base_iri="http://x/")
    return of_query(str(engine.value), text)


def update_error(text: str) -> QueryError:
    with pytest.raises(SyntaxError) as engine:
        ox.Store().update(text, base_iri="http://x/")
    return of_update(str(engine.value), text)


@pytest.mark.parametrize(("text", "line", "column", "said"), QUERIES)
def test_a_mistake_in_a_query_is_placed_and_named(text: str, line: int, column: int, said: str) -> None:
    found = query_error(text)
    assert (found.line, found.column) == (line, column), found.detail
    assert said in found.detail


@pytest.mark.parametrize(("text", "line", "column", "said"), UPDATES)
def test_a_mistake_in_an_update_is_placed_and_named(text: str, line: int, column: int, said: str) -> None:
    found = update_error(text)
    assert (found.line, found.column) == (line, column), found.detail
    assert said in found.detail


@pytest.mark.parametrize(("text", "line", "column"), [one[:3] for one in QUERIES])
def test_what_is_said_is_in_the_language_of_the_reader_and_speaks_no_grammar(text: str, line: int, column: int) -> None:
    found = query_error(text)
    messages = {found.text(lang) for lang in i18n.LANGUAGES}
    assert len(messages) == len(i18n.LANGUAGES)
    assert found.detail in found.text("en")
    assert all(str(line) in one and str(column) in one for one in messages)
    assert not any("[_]" in one or "..=" in one or "unreported" in one for one in messages)


def test_columns_count_characters() -> None:
    assert (query_error('SELECT * { ?s ?p "𝔸é" "b" }').column) == 23


def test_a_long_text_is_placed_where_the_engine_stopped() -> None:
    text = "INSERT DATA {\n" + "<http://x/a> <http://x/b> <http://x/c> .\n" * 3000 + "<http://x/a> <http://x/b> .\n}"
    found = update_error(text)
    assert (found.line, found.column) == (3002, 27)
    assert found.detail == "«.» cannot stand here"


def test_nothing_is_evaluated_to_find_a_mistake() -> None:
    rows = " ".join(
        f"VALUES ?v{place} {{ {' '.join(str(one) for one in range(200))} }}" for place in range(8)
    )  # or this would never end
    assert query_error(f"ASK {{ {rows} FILTER(?v0 < 0) }} x").detail.startswith("«x» cannot stand here")
    assert Grammar(updates=False).is_right(f"ASK {{ {rows} FILTER(?v0 < 0) }}")
    grammar = Grammar(updates=True)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        text = f"LOAD <http://127.0.0.1:{server.getsockname()[1]}/>"
        grammar.stop(text), grammar.signs(text), grammar.words(text), grammar.is_right(text)
        with pytest.raises(TimeoutError):
            server.accept()
    assert grammar.signs("DELETE WHERE { GRAPH ?g { ?s ?p ?o } }") == {";"}
    assert grammar.is_right("INSERT DATA { <http://x/a> <http://x/b> <http://x/c> }")


def test_an_error_of_a_service_with_our_engine_is_said_as_ours() -> None:
    text = "SELECT ?x WHERE { ?x rdfs:label ?l }"
    said = "error at 1:32: expected one of Prefix not found, ['%'], [':'], ['_']"
    found = understood(complaint(said), text, updates=False)
    assert (found.line, found.column) == (1, 22)
    assert found.detail == query_error(text).detail


def test_an_error_that_only_the_service_sees_is_said_without_its_grammar() -> None:
    found = understood(complaint("error at 1:8: expected one of AS, [_]"), "ASK { ?s ?p ?o }", updates=False)
    assert (found.line, found.column, found.detail) == (1, 8, "«s ?p ?o }» cannot stand here")


@pytest.mark.parametrize(
    ("said", "detail"),
    [
        ("Parse error: line 3, column 7: no", "Parse error: no"),
        (
            'Encountered "}" at line 3, column 7. Was expecting one of: <VAR>',
            'Encountered "}": Was expecting one of: <VAR>',
        ),
        ("SPARQL compiler, line 3: syntax error at '}'", "SPARQL compiler: syntax error at '}'"),
        ("Line 3, column 7", "Line 3, column 7"),
    ],
)
def test_the_place_that_a_service_tells_is_said_once(said: str, detail: str) -> None:
    found = understood(complaint(said), "ASK {}", updates=False)
    assert (found.key, found.line, found.detail) == ("syntax", 3, detail)


def test_what_nests_too_deep_for_our_engine_is_left_to_the_service() -> None:
    found = understood(complaint("error at 1:9: expected [_]"), "ASK " + "{" * 5000, updates=False)
    assert (found.line, found.column) == (1, 9)
