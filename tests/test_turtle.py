"""The canonical form of Turtle files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from g7graph.errors import DataError
from g7graph.turtle import canonical, comments_of, format_statements, format_text

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


def test_a_literal_keeps_its_empty_lines() -> None:
    text = '@prefix e: <http://e/> .\n\ne:a e:p """one\n\n\n\ntwo""" .\n'
    assert '"""one\n\n\n\ntwo"""' in format_text(text)
    assert format_text(format_text(text)) == format_text(text)


COMMENTED = """# What the file is.
@prefix e: <http://e/#> .

# The first # of all.
#   Its second line.
e:a e:p "# no comment", 'nor # this', \"\"\"nor
# this\"\"\", <http://e/#b>, 1.5 .

# Said again, by its IRI.
<http://e/#a> e:q e:a\\#b .
"""


def test_comments_above_a_subject_stay_above_it() -> None:
    written = format_text(COMMENTED)
    assert written.startswith("# What the file is.\n@prefix e:")
    assert "\n\n# The first # of all.\n#   Its second line.\n# Said again, by its IRI.\ne:a e:p " in written
    assert "<http://e/#a#b>" in written
    assert format_text(written) == written


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("e:a e:p 1 . # after it\n", "2"),
        ("e:a e:p 1 ;\n  # within\n  e:q 2 .\n# at the end\n", "3, 5"),
        ("# above a blank node\n[] e:p 1 .\n", "2"),
        ("# above a prefix\n@prefix f: <http://f/> .\ne:a e:p f:b .\n", "2"),
        ("PREFIX f: <http://f/> # after SPARQL's prefix\ne:a e:p f:b .\n", "2"),
    ],
)
def test_comments_that_would_be_lost_are_refused_by_line(text: str, lines: str) -> None:
    with pytest.raises(DataError) as refused:
        format_text("@prefix e: <http://e/> .\n" + text, name="a.ttl")
    assert (refused.value.key, refused.value.path, refused.value.detail) == ("comments_elsewhere", "a.ttl", lines)


def test_a_file_of_nothing_but_comments_keeps_them() -> None:
    assert format_text("# One.\n# Two.") == "# One.\n# Two.\n\n"


def test_a_graph_that_changed_is_written_with_the_comments_of_its_file() -> None:
    comments = comments_of(COMMENTED)
    written = format_statements("<http://e/#a> <http://e/#p> 2 .", header="# New.", above=comments.above)
    assert written.startswith("# New.\n")
    assert "# Said again, by its IRI.\nns1:a ns1:p 2 .\n" in written
