"""The shapes: each has an IRI, messages, a severity, and examples that notice when it is switched off."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pyshacl import validate
from pyshacl.pytypes import SHACLExecutor
from pyshacl.shapes_graph import ShapesGraph
from rdflib import OWL, RDF, RDFS, SH, SKOS, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from g7graph import vocab
from g7graph.validate.shapes import aimed

ROOT = Path(__file__).resolve().parent.parent
ONTOLOGY, EXAMPLES = ROOT / "ontology", ROOT / "tests" / "shapes"
FOLDERS = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())
LISTS = (SH["and"], SH["or"], SH.xone)
SHAPE_VALUED = (SH.property, SH.node, SH["not"], SH.qualifiedValueShape)
SHAPE_TYPES = (SH.NodeShape, SH.PropertyShape)

# rdflib logs each literal that its datatype does not allow; some examples are made of them.
logging.getLogger("rdflib.term").setLevel(logging.ERROR)


def parsed(*paths: Path) -> Graph:
    graph = Graph(bind_namespaces="none")
    for path in paths:
        graph.parse(path)
    return graph


def name_of(node: Node) -> str:
    return str(node).removeprefix(vocab.SHAPES)


def members(graph: Graph) -> Iterator[Node]:
    for predicate in LISTS:
        for head in graph.objects(None, predicate):
            yield from Collection(graph, head)


def shape_nodes(graph: Graph) -> set[Node]:
    typed = (subject for kind in SHAPE_TYPES for subject in graph.subjects(RDF.type, kind))
    named = (value for predicate in SHAPE_VALUED for value in graph.objects(None, predicate))
    return {*typed, *named, *members(graph)}


@pytest.fixture(scope="module")
def shapes() -> Graph:
    return parsed(*sorted((ONTOLOGY / "shapes").glob("*.ttl")))


@pytest.fixture(scope="module")
def terms() -> Graph:
    return parsed(*sorted(ONTOLOGY.glob("*.ttl")), *sorted((ONTOLOGY / "codes").glob("*.ttl")))


class Bench:
    """Validates one example at a time against what surrounds it: the context, subclasses, and codes in their lists."""

    def __init__(self, shapes: Graph, terms: Graph) -> None:
        self.shapes, self.compiled = shapes, ShapesGraph(shapes)
        self.around = parsed(EXAMPLES / "context.ttl")
        for predicate in (RDFS.subClassOf, SKOS.inScheme):
            for subject, value in terms.subject_objects(predicate):
                self.around.add((subject, predicate, value))

    def fired(self, path: Path, compiled: ShapesGraph | None = None) -> frozenset[str]:
        """Return the names of the shapes that find something in the things the file describes."""
        example = parsed(path)
        added = [triple for triple in example if triple not in self.around]
        for triple in added:
            self.around.add(triple)
        try:
            return frozenset(self._fired(set(example.subjects()), compiled or self.compiled))
        finally:
            for triple in added:
                self.around.remove(triple)

    def _fired(self, described: set[Node], compiled: ShapesGraph) -> Iterator[str]:
        """Do what pySHACL's validator does, for these focus nodes only."""
        executor = SHACLExecutor()
        for shape in compiled.shapes:
            focus = described & shape.focus_nodes(self.around)
            _, results = shape.validate(executor, self.around, focus=sorted(focus)) if focus else (True, [])
            for _, _, triples in results:
                yield from (name_of(value[1]) for _, predicate, value in triples if predicate == SH.sourceShape)

    @contextmanager
    def without(self, name: str) -> Iterator[ShapesGraph]:
        """Give the shapes with one of them switched off."""
        off = (URIRef(vocab.SHAPES + name), SH.deactivated, Literal(lexical_or_value=True))
        self.shapes.add(off)
        try:
            yield ShapesGraph(self.shapes)
        finally:
            self.shapes.remove(off)


@pytest.fixture(scope="module")
def bench(shapes: Graph, terms: Graph) -> Bench:
    return Bench(shapes, terms)


def expected(path: Path) -> frozenset[str]:
    if path.stem == "valid":
        return frozenset()
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    found = re.fullmatch(r"# expects: ([\w-]+(?: [\w-]+)*)", first)
    assert found, f"{path}: the first line must be `# expects:` and the names of the shapes that find something"
    return frozenset(found[1].split())


def examples(folder: str) -> list[Path]:
    return sorted((EXAMPLES / folder).glob("*.ttl"))


def test_every_shape_has_an_iri_of_ours_and_a_type(shapes: Graph) -> None:
    nodes = shape_nodes(shapes)
    assert len(nodes) > 300
    assert not [node for node in nodes if not (isinstance(node, URIRef) and node.startswith(vocab.SHAPES))]
    assert not [node for node in nodes if sum((node, RDF.type, kind) in shapes for kind in SHAPE_TYPES) != 1]


def test_a_property_shape_is_named_after_a_class_and_a_node_shape_after_one_word(shapes: Graph) -> None:
    nodes = {name_of(node) for node in shapes.subjects(RDF.type, SH.NodeShape)}
    properties = {name_of(node) for node in shapes.subjects(RDF.type, SH.PropertyShape)}
    assert not [name for name in nodes if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name)]
    assert not [name for name in properties if name.partition("-")[0] not in {*nodes, "Code"} or "-" not in name]


def test_every_shape_speaks_three_languages_and_has_a_severity(shapes: Graph) -> None:
    for node in shape_nodes(shapes):
        spoken = sorted(str(getattr(text, "language", "")) for text in shapes.objects(node, SH.message))
        assert spoken == ["en", "es", "fr"], node
        assert all(str(text).endswith(".") for text in shapes.objects(node, SH.message)), node
        (severity,) = shapes.objects(node, SH.severity)
        assert severity in {SH.Violation, SH.Warning, SH.Info}, node


def test_every_shape_has_a_folder_with_a_valid_and_an_invalid_example_and_no_folder_is_left_over(shapes: Graph) -> None:
    assert set(FOLDERS) == {name_of(node) for node in shape_nodes(shapes)}
    for folder in FOLDERS:
        names = {path.name for path in (EXAMPLES / folder).iterdir()}
        invalid = {name for name in names if re.fullmatch(r"invalid-[a-z0-9-]+\.ttl", name)}
        assert names == {"valid.ttl", *invalid}, folder
        assert invalid, folder


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_examples_set_off_the_shapes_they_name_and_no_others(bench: Bench, folder: str) -> None:
    for path in examples(folder):
        assert bench.fired(path) == expected(path), path


def test_switching_off_any_single_shape_is_noticed(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    unnoticed = []
    for name in FOLDERS:
        with bench.without(name) as mutant:
            if all(bench.fired(path, mutant) == expected(path) for path in reversed(examples(name))):
                unnoticed.append(name)
    noticed, count = len(FOLDERS) - len(unnoticed), len(FOLDERS)
    with capsys.disabled():
        print(f"\nmutation: {noticed} of {count} shapes noticed ({100 * noticed / count:.0f} %)")  # noqa: T201 - the share was asked for
    assert not unnoticed


def test_every_class_of_the_vocabulary_has_a_node_shape_of_its_name_with_a_rule_of_its_own(
    shapes: Graph, terms: Graph
) -> None:
    classes = {node for node in terms.subjects(RDF.type, OWL.Class) if str(node).startswith(vocab.G7)}
    assert len(classes) > 40
    for node in classes:
        shape = URIRef(vocab.SHAPES + str(node).removeprefix(vocab.G7))
        assert (shape, RDF.type, SH.NodeShape) in shapes, shape
        assert node in set(shapes.objects(shape, SH.targetClass)), shape
        assert set(shapes.predicates(shape)) & {SH.property, SH["in"], SH.node, SH["and"], SH.xone}, shape


def test_what_follows_by_reasoning_is_found_where_it_is_written(shapes: Graph, terms: Graph) -> None:
    """Inverses and transitive properties: a fact stands in one direction, the one that the queries read."""
    follows = {*terms.subjects(OWL.inverseOf, None), *terms.subjects(RDF.type, OWL.TransitiveProperty)}
    one_way = URIRef(vocab.SHAPES + "OneDirection")
    assert set(shapes.objects(one_way, SH.targetSubjectsOf)) == follows
    refused = set(shapes.objects(one_way, SH.property))
    assert {path for node in refused for path in shapes.objects(node, SH.path)} == follows
    assert {int(str(most)) for node in refused for most in shapes.objects(node, SH.maxCount)} == {0}
    for name in follows:
        (of, *others) = [*terms.objects(name, OWL.inverseOf), *terms.subjects(RDFS.subPropertyOf, name)]
        assert not others, name
        stated = re.sub(r".*[/#]", "", str(of))
        shape = URIRef(f"{vocab.SHAPES}OneDirection-{str(name).removeprefix(vocab.G7)}")
        assert all(f":{stated}" in str(text) for text in shapes.objects(shape, SH.message)), name


def test_the_shapes_are_well_formed(shapes: Graph) -> None:
    conforms, _, report = validate(Graph(), shacl_graph=parsed_again(shapes), meta_shacl=True, max_validation_depth=40)
    assert conforms, report


def parsed_again(graph: Graph) -> Graph:
    """Return a copy: pySHACL adds triples of its own to the shapes it is given."""
    copy = Graph(bind_namespaces="none")
    copy += graph
    return copy


def iris(graph: Graph) -> Iterable[str]:
    for triple in graph:
        yield from (str(node) for node in triple if isinstance(node, URIRef))
        yield from (str(node.datatype) for node in triple if isinstance(node, Literal) and node.datatype)


def test_shapes_and_examples_use_only_terms_and_codes_that_exist(shapes: Graph, terms: Graph) -> None:
    used = set(iris(shapes)).union(*(iris(parsed(path)) for path in EXAMPLES.rglob("*.ttl")))
    defined = {str(subject) for subject in terms.subjects()}
    schemes = tuple(f"{vocab.THING}{scheme}/" for scheme in vocab.SCHEMES)
    ours = {iri for iri in used if iri.startswith((vocab.G7, *schemes))}
    assert ours
    assert sorted(ours - defined - {f"{vocab.THING}axis/example", f"{vocab.THING}unit/example"}) == []


def test_a_fault_is_told_in_the_words_of_its_shape(shapes: Graph, bench: Bench) -> None:
    """What a data owner reads: who, which property, what to do."""
    data = parsed(EXAMPLES / "Indicator-unit" / "invalid-missing.ttl")
    data += bench.around
    _, report, _ = validate(data, shacl_graph=parsed_again(shapes))
    assert isinstance(report, Graph)
    (result,) = report.subjects(SH.focusNode, URIRef(vocab.thing("indicator", "9.9")))
    told = {str(text) for text in report.objects(result, SH.resultMessage) if getattr(text, "language", "") == "es"}
    assert told == {"El indicador lleva exactamente una unidad: indique g7:unit con un código de la lista «unit»."}


def test_shapes_that_are_aimed_find_what_they_find_as_they_are_written(shapes: Graph) -> None:
    data = parsed(*sorted(EXAMPLES.glob("*/*.ttl")))
    as_written, as_aimed = (results(data, one) for one in (shapes, aimed(shapes)))
    assert len(as_written) > 400
    assert as_aimed == as_written


@pytest.mark.parametrize(
    ("written", "count"),
    [
        ("x:N a sh:NodeShape ; sh:targetClass x:C ; sh:property x:P .", 1),
        ("x:N sh:targetClass x:C ; sh:closed true ; sh:ignoredProperties ( rdf:type ) ; sh:property x:P .", 2),
        ("x:N a sh:NodeShape ; sh:targetClass x:C ; sh:deactivated true ; sh:property x:P .", 0),
        ("x:N a sh:NodeShape, rdfs:Class ; sh:targetNode x:b ; sh:property x:P .", 2),
        ("x:N sh:targetClass x:C ; sh:property x:P . x:M a sh:NodeShape ; sh:targetNode x:b ; sh:node x:N .", 3),
    ],
)
def test_so_do_shapes_whose_properties_mean_more_than_themselves(written: str, count: int) -> None:
    prefixes = "".join(
        f"@prefix {prefix}: <{space}> ."
        for prefix, space in (("sh", str(SH)), ("rdf", str(RDF)), ("rdfs", str(RDFS)), ("x", "http://x/"))
    )
    part = "x:P a sh:PropertyShape ; sh:path x:p ; sh:minCount 1 ."
    shapes = Graph().parse(data=f"{prefixes} {written} {part}", format="turtle")
    data = Graph().parse(data=f"{prefixes} x:a a x:C ; x:q 1 . x:b x:q 2 . x:c a x:N .", format="turtle")
    assert results(data, aimed(shapes)) == results(data, shapes)
    assert len(results(data, shapes)) == count


def results(data: Graph, shapes: Graph) -> list[tuple[str, ...]]:
    told = (SH.focusNode, SH.resultSeverity, SH.sourceShape, SH.sourceConstraintComponent, SH.value)
    _, report, _ = validate(data, shacl_graph=shapes, inference="none")
    assert isinstance(report, Graph)
    return sorted(
        {tuple(str(report.value(one, name)) for name in told) for one in report.subjects(RDF.type, SH.ValidationResult)}
    )
