"""Changes of a store: SPARQL Update and documents, each made whole or not at all."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from g7graph.errors import DataError, QueryError, UnknownName
from g7graph.store.change import Change, Condition, Document, Kind, Unmet
from g7graph.store.edits import Edit, Edited
from g7graph.store.update import applied

DATA = (
    """
<http://x/a> <http://x/p> 1 .
<http://x/a> <http://x/p> 2 <http://x/g> .
<http://x/a> <http://x/p> 3 <http://x/h> .
""".replace(" 1 ", ' "1" ')
    .replace(" 2 ", ' "2" ')
    .replace(" 3 ", ' "3" ')
)
NAMED = '<http://x/a> <http://x/p> "2" <http://x/g> .\n<http://x/a> <http://x/p> "3" <http://x/h> .\n'


@pytest.fixture
def store() -> ox.Store:
    """A default graph and two named ones, of one statement each."""
    found = ox.Store()
    found.load(DATA, format=ox.RdfFormat.N_QUADS)
    return found


@pytest.fixture
def union() -> ox.Store:
    """Two named graphs; the default graph is their union."""
    found = ox.Store()
    found.load(NAMED, format=ox.RdfFormat.N_QUADS)
    return found


def lines(store: ox.Store) -> set[str]:
    return {str(quad).replace("http://x/", "") for quad in store}


def update(store: ox.Store, text: str, *, union: bool = False, **more: tuple[str, ...]) -> set[str]:
    """Make an update; return what it added, with +, and took away, with -."""
    before = lines(store)
    applied(store, Change(Kind.UPDATE, "who", text, **more), union=union)  # type: ignore[arg-type]
    after = lines(store)
    return {f"+{one}" for one in after - before} | {f"-{one}" for one in before - after}


def put(store: ox.Store, kind: Kind, body: str, form: str = "ttl", graph: str | None = "http://x/g") -> bool:
    document = Document(body.encode(), form, graph or "http://x/default")
    return applied(store, Change(kind, "who", graph=graph, documents=(document,)), union=False)


def test_an_update_of_several_operations_is_made_whole_or_not_at_all(store: ox.Store) -> None:
    before = lines(store)
    with pytest.raises(QueryError) as refused:
        update(store, 'INSERT DATA { <http://x/b> <http://x/p> "4" } ; CREATE GRAPH <http://x/g>')
    assert refused.value.key == "graph_exists"
    assert lines(store) == before


def test_relative_iris_are_relative_to_the_service(store: ox.Store) -> None:
    assert update(store, "INSERT DATA { <b> <http://x/p> <#c> }") == {
        "+<https://w3id.org/g7graph/b> <p> <https://w3id.org/g7graph/sparql#c>"
    }


@pytest.mark.parametrize(
    "text", ["CLEAR GRAPH <http://x/no>", "DROP GRAPH <http://x/no>", "drop graph <http://x/no> ;"]
)
def test_a_graph_that_is_not_there_is_cleared(store: ox.Store, text: str) -> None:
    assert update(store, text) == set()


def test_no_empty_graphs_are_kept(store: ox.Store) -> None:
    update(store, "CREATE GRAPH <http://x/new> ; CLEAR GRAPH <http://x/g>")
    assert [graph.value for graph in store.named_graphs() if isinstance(graph, ox.NamedNode)] == ["http://x/h"]


@pytest.mark.parametrize(
    "text",
    [
        "LOAD <http://127.0.0.1:1/>",
        "CLEAR GRAPH <http://x/g> ; LOAD <http://127.0.0.1:1/> INTO GRAPH <http://x/g>",
        "LOAD SILENT <http://127.0.0.1:1/> LOAD <http://x/>",
        "INSERT { <http://x/b> <http://x/p> ?o } WHERE { SERVICE SILENT <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "LOAD SILENT <http://x/> ; INSERT { <http://x/b> <http://x/p> 1 } WHERE { service <http://127.0.0.1:1/> {} }",
    ],
)
def test_what_would_be_fetched_is_refused(store: ox.Store, text: str) -> None:
    before = lines(store)
    with pytest.raises(QueryError) as refused:
        update(store, text)
    assert refused.value.key == "outbound"
    assert lines(store) == before


def test_what_is_loaded_silently_is_not_loaded(store: ox.Store) -> None:
    text = (
        "PREFIX x: <http://x/>\nLOAD SILENT <http://127.0.0.1:1/> # from\n INTO GRAPH x:g ;\n"
        'LOAD SILENT x:h ; INSERT DATA { x:b x:p "4" }'
    )
    assert update(store, text) == {'+<b> <p> "4"'}


def test_the_graphs_of_a_request_are_those_of_each_where(store: ox.Store) -> None:
    text = "INSERT DATA { <http://x/n> <http://x/q> 0 } ; INSERT { <http://x/b> <http://x/q> ?o } WHERE { ?s ?p ?o }"
    added = update(store, text, using=("http://x/g", "http://x/h"))
    assert {one for one in added if "<b>" in one} == {'+<b> <q> "2"', '+<b> <q> "3"'}
    named = "INSERT { <http://x/c> <http://x/q> ?o } WHERE { GRAPH ?g { ?s ?p ?o } }"
    assert update(store, named, using_named=("http://x/h",)) == {'+<c> <q> "3"'}


def test_the_short_form_of_delete_takes_the_graphs_of_the_request_too(store: ox.Store) -> None:
    update(store, 'INSERT DATA { GRAPH <http://x/g> { <http://x/a> <http://x/p> "1" } }')
    assert update(store, "DELETE WHERE { ?s ?p ?o }", using=("http://x/g",)) == {'-<a> <p> "1"'}


def test_a_delete_without_insert_takes_the_graphs_of_the_request_too(store: ox.Store) -> None:
    update(store, 'INSERT DATA { <http://x/a> <http://x/p> "2" }')
    assert update(store, "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", using=("http://x/g",)) == {'-<a> <p> "2"'}


@pytest.mark.parametrize(
    "text",
    [
        "INSERT { <http://x/b> <http://x/p> ?o } USING <http://x/g> WHERE { ?s ?p ?o }",
        "WITH <http://x/g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    ],
)
def test_a_dataset_is_given_once(store: ox.Store, text: str) -> None:
    with pytest.raises(QueryError) as refused:
        update(store, text, using=("http://x/g",))
    assert refused.value.key == "dataset_twice"


def test_a_graph_of_a_request_that_is_no_iri_is_refused(store: ox.Store) -> None:
    with pytest.raises(QueryError) as refused:
        update(store, "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", using=("x> WHERE {} ; DROP ALL #",))
    assert refused.value.key == "not_an_iri"


@pytest.mark.parametrize(
    "text",
    [
        'CLEAR GRAPH <http://x/no> ; PREFIX x: <http://x/> INSERT DATA { x:b x:p "4" }',
        'PREFIX x: <http://x/> CLEAR GRAPH x:no ; PREFIX x: <http://x/> INSERT DATA { x:b x:p "4" }',
        'BASE <http://x/> LOAD SILENT <no> ; base <http://x/> prefix y: <#> INSERT DATA { <b> <p> "4" }',
        'PREFIX x: <http://x/> CLEAR GRAPH x:no ; # PREFIX\n PREFIX : <http://x/> INSERT DATA { :b x:p "4" } ;',
    ],
)
def test_each_operation_may_declare_prefixes(store: ox.Store, text: str) -> None:
    assert update(store, text) == {'+<b> <p> "4"'}


@pytest.mark.parametrize(
    ("text", "key", "there"),
    [
        ("CLEAR GRAPH <x:no> ; PREFIX x: <http://x/> INSERT DATA { x:b }", "syntax", "}"),
        ("CLEAR GRAPH <x:no> ;\nPREFIX x: <http://x/>\nINSERT DATA { x:b y:p 1 }", "syntax", "y:p 1 }"),
        ("CLEAR GRAPH <x:no> ;\nPREFIX x: <http://x/>\nINSRT DATA { x:b x:p 1 }", "syntax", "INSRT DATA { x:b x:p 1 }"),
        ("PREFIX x: <x:> CLEAR ALL ; PREFIX y: <y:>\n LOAD <http://x/>", "outbound", "LOAD <http://x/>"),
    ],
)
def test_an_error_is_placed_where_it_stands_whatever_was_moved(
    store: ox.Store, text: str, key: str, there: str
) -> None:
    before = lines(store)
    with pytest.raises(QueryError) as refused:
        update(store, text)
    line, column = refused.value.line, refused.value.column
    assert (refused.value.key, text.split("\n")[line - 1][column - 1 :]) == (key, there)
    assert lines(store) == before


def test_prefixes_that_mean_something_else_later_are_refused(store: ox.Store) -> None:
    before = lines(store)
    for text in (
        "PREFIX x: <http://x/> CLEAR GRAPH x:g ; PREFIX x: <http://y/> INSERT DATA { x:b x:p 4 }",
        "CLEAR GRAPH <http://x/g> ; BASE <http://y/> INSERT DATA { <b> <p> 4 }",
    ):
        with pytest.raises(QueryError) as refused:
            update(store, text)
        assert (refused.value.line, refused.value.column) == (1, text.rindex(text.split(" ; ")[1]) + 1)
    assert lines(store) == before


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("INSERT DATA { <http://x/a> <http://x/b> }", 1, 41),
        ("CLEAR GRAPH <http://x/no> ; INSERT DATA {\n <http://x/a> }", 2, 15),
        ("LOAD SILENT <http://x/> ; INSERT DATA { <http://x/a> }", 1, 54),
        ("SELECT * { ?s ?p ?o }", 1, 1),
    ],
)
def test_an_update_that_does_not_parse_is_placed(store: ox.Store, text: str, line: int, column: int) -> None:
    with pytest.raises(QueryError) as refused:
        update(store, text)
    assert (refused.value.key, refused.value.line, refused.value.column) == ("syntax", line, column)


def test_an_unknown_function_is_an_error_of_its_expression(store: ox.Store) -> None:
    text = 'INSERT { <http://x/b> <http://x/p> ?n } WHERE { BIND(COALESCE(<http://x/f>(<http://x/h>(1)), "9") AS ?n) }'
    assert update(store, text) == {'+<b> <p> "9"'}


def test_nesting_without_end_is_refused(store: ox.Store) -> None:
    with pytest.raises(QueryError) as refused:
        update(store, "INSERT { <http://x/b> <http://x/p> 1 } WHERE " + "{" * 5000 + "}" * 5000)
    assert refused.value.key == "too_deep"


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { <http://x/a> <http://x/p> 4 }",
        "INSERT DATA { GRAPH <http://x/g> { <http://x/a> <http://x/p> 4 } . <http://x/a> <http://x/p> 5 }",
        "DELETE WHERE { ?s ?p ?o }",
        "DELETE { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }",
        "DELETE { GRAPH ?g { ?s ?p ?o } } INSERT { ?s ?p 9 } WHERE { GRAPH ?g { ?s ?p ?o } }",
        "COPY <http://x/g> TO DEFAULT",
        "CLEAR DEFAULT",
        "DROP SILENT DEFAULT",
    ],
)
def test_the_union_cannot_be_written(union: ox.Store, text: str) -> None:
    with pytest.raises(QueryError) as refused:
        update(union, text, union=True)
    assert refused.value.key == "no_default_graph"
    assert refused.value.column > 1
    assert lines(union) == {'<a> <p> "2" <g>', '<a> <p> "3" <h>'}


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ('INSERT DATA { GRAPH <http://x/n> { <http://x/a> <http://x/p> "4" } }', {'+<a> <p> "4" <n>'}),
        ("DELETE WHERE { GRAPH <http://x/g> { ?s ?p ?o } }", {'-<a> <p> "2" <g>'}),
        ("WITH <http://x/g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", {'-<a> <p> "2" <g>'}),
        (
            "WITH <http://x/g> DELETE { ?s ?p ?o } INSERT { ?s ?p ?s } WHERE { ?s ?p ?o }",
            {'-<a> <p> "2" <g>', "+<a> <p> <a> <g>"},
        ),
        ("CLEAR GRAPH <http://x/h>", {'-<a> <p> "3" <h>'}),
        ('DELETE { GRAPH <http://x/g> { ?s ?p ?o } } WHERE { ?s ?p ?o FILTER(?o = "2") }', {'-<a> <p> "2" <g>'}),
        (
            "INSERT { GRAPH <http://x/n> { ?s <http://x/p> ?o } } WHERE { ?s ?p ?o }",
            {'+<a> <p> "2" <n>', '+<a> <p> "3" <n>'},
        ),
        (
            "INSERT { GRAPH <http://x/n> { ?s <http://x/p> ?g } } WHERE { GRAPH ?g { ?s ?p ?o } }",
            {"+<a> <p> <g> <n>", "+<a> <p> <h> <n>"},
        ),
        (
            (
                'INSERT DATA { GRAPH <http://x/n> { <http://x/b> <http://x/p> "4" } } ;'
                'INSERT { GRAPH <http://x/m> { ?s <http://x/q> ?o } } WHERE { ?s ?p ?o FILTER(?o = "4") }'
            ),
            {'+<b> <p> "4" <n>', '+<b> <q> "4" <m>'},
        ),
        (
            (
                "PREFIX x: <http://x/> COPY x:g TO x:n ;"
                "INSERT { GRAPH x:m { x:b x:p ?g } } WHERE { GRAPH ?g { ?s ?p ?o } FILTER(?g = x:n) }"
            ),
            {'+<a> <p> "2" <n>', "+<b> <p> <n> <m>"},
        ),
        (
            (
                "INSERT { GRAPH <http://x/n> { ?s <http://x/p> 1 } } WHERE { ?s ?p ?o } ;"
                "DELETE { GRAPH <http://x/n> { ?s ?p 1 } } USING <http://x/n> WHERE { ?s ?p 1 }"
            ),
            set(),
        ),
    ],
)
def test_over_a_union_graphs_are_written_by_name_and_where_sees_all(
    union: ox.Store, text: str, changes: set[str]
) -> None:
    assert update(union, text, union=True) == changes


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("DELETE { GRAPH <http://x/g> { ?s ?p ?o } } USING <http://x/nope> WHERE { ?s ?p ?o }", {}),
        ("PREFIX x: <http://x/> INSERT { GRAPH x:n { ?s ?p ?o } } USING NAMED x:nope WHERE { ?s ?p ?o }", {}),
        ("INSERT { GRAPH <http://x/n> { ?s ?p ?o } } WHERE { ?s ?p ?o }", {"using": ("http://x/nope",)}),
        ("INSERT { GRAPH <http://x/n> { ?s ?p ?o } } WHERE { ?s ?p ?o }", {"using_named": ("http://x/nope",)}),
    ],
)
def test_over_a_union_no_unknown_graph_passes_for_an_empty_one(
    union: ox.Store, text: str, given: dict[str, tuple[str, ...]]
) -> None:
    with pytest.raises(UnknownName) as refused:
        update(union, text, union=True, **given)
    assert refused.value.name == "http://x/nope"
    assert lines(union) == {'<a> <p> "2" <g>', '<a> <p> "3" <h>'}


def test_a_document_replaces_a_graph_or_is_added_to_it(store: ox.Store) -> None:
    assert put(store, Kind.MERGE, '<http://x/b> <http://x/p> "5" .') is False
    assert put(store, Kind.REPLACE, '<> <http://x/p> [ <#q> "6" ] .') is False
    graph = {str(quad.predicate) for quad in store.quads_for_pattern(None, None, None, ox.NamedNode("http://x/g"))}
    assert graph == {"<http://x/p>", "<http://x/g#q>"}
    assert put(store, Kind.REPLACE, '<http://x/b> <http://x/p> "7" .', graph="http://x/new") is True
    assert put(store, Kind.REPLACE, '<http://x/b> <http://x/p> "8" .', graph=None) is False
    assert {'<b> <p> "7" <new>', '<b> <p> "8"', '<a> <p> "3" <h>'} <= lines(store)
    assert '<a> <p> "1"' not in lines(store)


BODIES = {
    "ttl": '<b> <http://x/p> "5" .',
    "nt": '<http://x/b> <http://x/p> "5" .',
    "nq": '<http://x/b> <http://x/p> "5" <http://x/g> .',
    "trig": '<http://x/g> { <b> <http://x/p> "5" }',
    "jsonld": '{"@context": {"p": "http://x/p"}, "@id": "b", "p": "5"}',
    "rdf": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:x="http://x/">'
    '<rdf:Description rdf:about="b"><x:p>5</x:p></rdf:Description></rdf:RDF>',
}


@pytest.mark.parametrize("form", BODIES)
def test_a_document_is_read_in_each_format(store: ox.Store, form: str) -> None:
    put(store, Kind.REPLACE, BODIES[form], form)
    assert {one for one in lines(store) if one.endswith("<g>")} == {'<b> <p> "5" <g>'}


NESTED = '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "\'&a;&a;&a;">]>' + BODIES["rdf"].replace("5", "&b;")
LONG = f'<!DOCTYPE r [<!ENTITY a "{"a" * 1000}">]>' + BODIES["rdf"].replace("5", "&a;" * 100)
DEEP = [("[ <c> ", "]"), ("(", ")"), ("<<( <a> <b> ", ")>>"), ("<< <a> <b> ", ">>"), ("'a' , [ <c> ", '] , """b"""')]
#: The engine takes it for whole.
CUT = BODIES["rdf"].replace("</rdf:RDF>", "\n")
EXTERNAL = '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + BODIES["rdf"].replace("5", "&a;")


@pytest.mark.parametrize(
    ("body", "form", "key", "place"),
    [
        ('<http://x/b> <http://x/p> "5" .\n<http://x/b> oops .', "ttl", "unparsable", (2, 14)),
        ("<http://x/b> <http://x/p> ", "nt", "unparsable", (1, 27)),
        ("<unclosed", "rdf", "unparsable", (1, 1)),
        ("", "rdf", "unparsable", (1, 1)),
        (CUT, "rdf", "unparsable", (2, 1)),
        (f"{BODIES['rdf']}\n{BODIES['rdf']}", "rdf", "unparsable", (2, 1)),
        ('{"@context": "http://127.0.0.1:1/context", "@id": "x"}', "jsonld", "outbound", (1, 1)),
        ("[" * 5000, "jsonld", "too_deep", (1, 1)),
        (EXTERNAL, "rdf", "unparsable", (1, 1)),
        (NESTED, "rdf", "too_deep", (1, 1)),
        (LONG, "rdf", "too_deep", (1, 1)),
        ('<http://x/b> <http://x/p> "5" <http://x/other> .', "nq", "other_graph", (1, 1)),
        *((f"<a> <b> {a * 5000}1{b * 5000} .", "ttl", "too_deep", (1, 1)) for a, b in DEEP),
        (f"<http://x/a> <http://x/b> {DEEP[2][0] * 5000}<http://x/c>{DEEP[2][1] * 5000} .", "nq", "too_deep", (1, 1)),
        ("\ufeff\udcff".encode("utf-8", "surrogatepass").decode("latin-1"), "ttl", "unparsable", (1, 1)),
    ],
)
def test_a_document_that_cannot_be_taken_changes_nothing(
    store: ox.Store, body: str, form: str, key: str, place: tuple[int, int]
) -> None:
    before = lines(store)
    with pytest.raises((DataError, QueryError)) as refused:
        put(store, Kind.REPLACE, body, form)
    assert refused.value.key == key
    assert (refused.value.values["line"], refused.value.values["column"]) == place
    assert lines(store) == before


def test_brackets_in_texts_names_and_comments_are_no_nesting(store: ox.Store) -> None:
    shown = "<http://x/b> <http://x/p> " + ", ".join(
        f'"[{n}", \'{{{n}\', """({n}""", <http://x/({n}> # [' for n in range(300)
    )
    assert put(store, Kind.REPLACE, shown.replace("# [", "# [\n") + " .", graph="http://x/new")
    assert len(lines(store)) == 3 + 4 * 300


def test_a_document_with_entities_of_its_own_is_read(store: ox.Store) -> None:
    body = '<!DOCTYPE r [<!ENTITY a "http://x/">]>' + BODIES["rdf"].replace('about="b"', 'about="&a;b"')
    put(store, Kind.REPLACE, body, "rdf")
    assert '<b> <p> "5" <g>' in lines(store)


def test_a_graph_is_dropped_where_there_is_one(store: ox.Store) -> None:
    assert applied(store, Change(Kind.DROP, "who", graph="http://x/g"), union=False) is False
    with pytest.raises(UnknownName) as refused:
        applied(store, Change(Kind.DROP, "who", graph="http://x/g"), union=False)
    assert refused.value.nearest == ("http://x/h",)
    applied(store, Change(Kind.DROP, "who"), union=False)
    applied(store, Change(Kind.DROP, "who"), union=False)
    assert lines(store) == {'<a> <p> "3" <h>'}


@pytest.mark.parametrize("kind", [Kind.REPLACE, Kind.MERGE, Kind.DROP])
def test_the_union_has_no_documents(union: ox.Store, kind: Kind) -> None:
    with pytest.raises(QueryError) as refused:
        applied(union, Change(kind, "who"), union=True)
    assert refused.value.key == "no_default_graph"


def test_an_offset_of_an_edited_text_leads_back() -> None:
    edited = Edited("abcdef", (Edit(1, 1, "--"), Edit(3, 5, "+")))
    assert edited.text == "a--bc+f"
    assert [edited.offset(n) for n in range(8)] == [0, 1, 1, 1, 2, 3, 5, 6]


def test_a_condition_comes_after_what_is_not_here_and_before_what_is_sent(store: ox.Store) -> None:
    never = Condition("If-Match: x", states=frozenset())
    before = lines(store)
    with pytest.raises(UnknownName):
        applied(store, Change(Kind.DROP, "who", graph="http://x/other", condition=never), union=False, version="1")
    bad = Document(b"<", "ttl", "http://x/g")
    change = Change(Kind.REPLACE, "who", graph="http://x/g", documents=(bad,), condition=never)
    with pytest.raises(Unmet):
        applied(store, change, union=False, version="1")
    assert lines(store) == before
