"""The canonical form of Turtle files."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from g7graph.turtle import canonical, format_text

MESSY = """# What the file is.
# A second line.
@prefix x: <https://w3id.org/g7graph/id/indicator/> .
@prefix g7: <https://w3id.org/g7graph/ontology#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
x:4.4 g7:value 43 ; a g7:Indicator , g7:ProcessIndicator .
x:10.1 g7:date "2014-05"^^xsd:gYearMonth ; g7:value 1.50 ; g7:x [ g7:y ( 1 [ g7:z 2 ] ) ] .
"""
CANONICAL = """# What the file is.
# A second line.
@prefix g7: <https://w3id.org/g7graph/ontology#> .
@prefix indicator: <https://w3id.org/g7graph/id/indicator/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

indicator:10.1 g7:date "2014-05"^^xsd:gYearMonth ;
    g7:value 1.50 ;
    g7:x [ g7:y ( 1 [ g7:z 2 ] ) ] .

indicator:4.4 a g7:Indicator,
        g7:ProcessIndicator ;
    g7:value 43 .
"""


def test_a_messy_file_is_sorted_and_keeps_its_header_and_its_literals() -> None:
    assert format_text(MESSY) == CANONICAL


def test_a_list_under_a_blank_node_stays_in_one_piece() -> None:
    text = "@prefix e: <http://e/> .\n[] e:members ( e:A [ e:q ( 1 2 ) ] e:C ) .\n"
    assert "[] e:members ( e:A [ e:q ( 1 2 ) ] e:C ) ." in format_text(text)
    assert format_text(format_text(text)) == format_text(text)


def test_a_canonical_file_stays_as_it_is() -> None:
    assert format_text(CANONICAL) == CANONICAL


def test_literals_keep_the_form_they_are_written_in() -> None:
    text = '@prefix e: <http://e/> .\ne:a e:p "01"^^<http://www.w3.org/2001/XMLSchema#integer>, 1, 1e0, "1"@es .\n'
    written = format_text(text)
    assert " ".join(written.partition("e:a")[2].split()) == 'e:p "01"^^xsd:integer, "1"@es, 1, "1e0"^^xsd:double .'
    assert format_text(written) == written


names = st.sampled_from([URIRef(f"https://w3id.org/g7graph/id/result/{n}") for n in range(4)])
nodes = names | st.sampled_from([BNode("a"), BNode("b")])
texts = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=8)
literals = (
    texts.map(Literal) | st.builds(Literal, texts, lang=st.sampled_from(["es", "en"])) | st.integers().map(Literal)
)


@given(st.lists(st.tuples(nodes, names, nodes | literals), max_size=12))
def test_same_triples_same_bytes_and_nothing_is_lost(triples: list[tuple[URIRef, URIRef, URIRef]]) -> None:
    one, other = Graph(), Graph()
    for triple in triples:
        one.add(triple)
    for triple in reversed(triples):
        other.add(triple)
    text = canonical(one)
    assert text == canonical(other) == format_text(text)
    assert isomorphic(one, Graph().parse(data=text, format="turtle"))
