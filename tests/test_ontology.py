"""The vocabulary: terms described in three languages, code lists complete, OWL 2 DL, nothing used but not defined."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from rdflib import DCTERMS, OWL, RDF, RDFS, SH, SKOS, VANN, XSD, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

import g7graph
from g7graph import vocab
from g7graph.project import APART, GraphFile, Project
from g7graph.turtle import format_text, header_of
from g7graph.validate import links, sources, terms

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "ontology"
FILES = sorted(path for path in FOLDER.rglob("*.ttl") if path.relative_to(FOLDER).parts[0] not in APART)
CODES = sorted((FOLDER / "codes").glob("*.ttl"))
LISTS = sorted((FOLDER / "terms").glob("*.txt"))
ONTOLOGY = URIRef(vocab.ONTOLOGY)
LANGUAGES = ["en", "es", "fr"]
PROPERTY_TYPES = (OWL.ObjectProperty, OWL.DatatypeProperty)
Pair = tuple[Node, Node]
G7, QB, PROF = Namespace(vocab.G7), Namespace(vocab.STANDARD["qb"]), Namespace(vocab.STANDARD["prof"])
SCHEMA, ADMS, DCAT = (Namespace(vocab.STANDARD[name]) for name in ("schema", "adms", "dcat"))
PREFIXES = "".join(f"@prefix {prefix}: <{space}> .\n" for prefix, space in vocab.PREFIXES.items())
#: What is computed from the document's data, not said in it.
DERIVED = (G7.Overview, G7.Progress, G7.ProgressSummary)
#: The classes, of those side by side in the hierarchy, that one thing may be of both of.
OVERLAPS = (
    "Agency Alliance",
    "Agency Community",
    "Agency Company",
    "Agency PublicEntity",
    "Agency SubnationalGovernment",
    "Company PublicEntity",
    "CompositeIndicator PerformanceIndicator",
    "CompositeIndicator ProcessIndicator",
)
CUBES = ["measurements", "disaggregations", "compliance", "progress", "eiti-receipts", "eiti-payments"]
#: The keys that DESIGN.md and the shapes rely on; the lists may grow.
KEYS = {
    "axis": "efficiency transparency dialogue",
    "indicator-kind": "performance process",
    "breakdown": "whole not-stated",
    "measure": "count percentage qualitative",
    "measure-type": "baseline baseline-in-process target target-in-process actual actual-in-process "
    "progress attainment",
    "direction": "ascending descending",
    "status": "exceeded achieved on-track behind in-progress not-reported",
    "reported": "numeric qualitative not-reported composite",
    "version": "plan monitoring",
    "standing": "main conflicting supplementary",
    "value-basis": "stated counted",
    "round-status": "draft submitted approved locked",
    "agency-role": "donor implementer responsible",
    "government-level": "national regional provincial district local",
    "place-level": "country region province district",
    "compliance-measure": "portal mechanisms",
    "rank": "highest lowest",
    "stage": "final-report watching initial",
    "purpose-kind": "purpose added-value",
    "company-relation": "same-company successor parent subsidiary project-company",
}


def parsed(*paths: Path) -> Graph:
    graph = Graph(bind_namespaces="none")
    for path in paths:
        graph.parse(path)
    return graph


def local(node: Node) -> str:
    return str(node).removeprefix(vocab.G7)


def own(nodes: Iterator[Node]) -> list[URIRef]:
    return sorted({node for node in nodes if isinstance(node, URIRef) and node.startswith(vocab.G7)})


def languages(graph: Graph, subject: Node, predicate: Node) -> list[str]:
    return sorted(str(getattr(text, "language", "")) for text in graph.objects(subject, predicate))


def data_files() -> list[GraphFile]:
    return [file for file in Project.default().graph_files() if FOLDER not in file.path.parents]


@pytest.fixture(scope="module")
def vocabulary() -> Graph:
    return parsed(FOLDER / "g7.ttl")


@pytest.fixture(scope="module")
def ontology() -> Graph:
    return parsed(*FILES)


@pytest.fixture(scope="module")
def data() -> Graph:
    return parsed(*(file.path for file in data_files()))


@pytest.fixture(scope="module")
def everything() -> sources.Sources:
    found, broken = sources.read(Project.default(), [], "en")
    assert not broken
    return found


@pytest.fixture(scope="module")
def classes(vocabulary: Graph) -> list[URIRef]:
    found = own(vocabulary.subjects(RDF.type, OWL.Class))
    assert len(found) > 40
    return found


@pytest.fixture(scope="module")
def properties(vocabulary: Graph) -> list[URIRef]:
    found = own(subject for kind in PROPERTY_TYPES for subject in vocabulary.subjects(RDF.type, kind))
    assert len(found) > 100
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_opens_with_one_comment_line_and_is_canonical(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.fullmatch(r"# [^\n]+\.", header_of(text))
    assert text == format_text(text), "run: .venv/bin/g7graph format"


def test_the_header_says_what_the_vocabulary_is_whose_and_which_version(vocabulary: Graph) -> None:
    assert (ONTOLOGY, RDF.type, OWL.Ontology) in vocabulary
    assert (ONTOLOGY, OWL.versionInfo, Literal(g7graph.__version__)) in vocabulary
    assert (ONTOLOGY, OWL.versionIRI, URIRef(f"{vocab.ONTOLOGY}/{g7graph.__version__}")) in vocabulary
    assert (ONTOLOGY, VANN.preferredNamespacePrefix, Literal("g7")) in vocabulary
    assert (ONTOLOGY, VANN.preferredNamespaceUri, Literal(vocab.G7)) in vocabulary
    assert (ONTOLOGY, DCTERMS.license, URIRef("https://creativecommons.org/licenses/by/4.0/")) in vocabulary
    assert (ONTOLOGY, DCTERMS.source, URIRef(vocab.thing("source-document", "2014"))) in vocabulary
    assert f'owl:versionInfo "{g7graph.__version__}"' in (FOLDER / "g7.ttl").read_text(encoding="utf-8")
    for predicate in (DCTERMS.title, DCTERMS.description):
        assert languages(vocabulary, ONTOLOGY, predicate) == LANGUAGES
    for predicate in (DCTERMS.creator, DCTERMS.publisher, DCTERMS.bibliographicCitation, SCHEMA.logo):
        assert len(list(vocabulary.objects(ONTOLOGY, predicate))) == 1, predicate
    for predicate in (DCTERMS.created, DCTERMS.issued, DCTERMS.modified):
        (day,) = vocabulary.objects(ONTOLOGY, predicate)
        assert isinstance(day, Literal)
        assert day.datatype == XSD.date


def test_the_versions_recorded_end_with_the_present_one_and_are_told_in_three_languages(
    vocabulary: Graph, ontology: Graph
) -> None:
    now = URIRef(f"{ONTOLOGY}/{g7graph.__version__}")
    assert list(ontology.objects(ONTOLOGY, DCAT.hasCurrentVersion)) == [now]
    recorded = set(ontology.objects(ONTOLOGY, DCAT.hasVersion))
    assert recorded == set(ontology.subjects(DCAT.isVersionOf, ONTOLOGY))
    assert now in recorded
    assert ontology.value(now, DCTERMS.issued) == vocabulary.value(ONTOLOGY, DCTERMS.issued)
    assert set(ontology.objects(now, DCAT.previousVersion)) == set(vocabulary.objects(ONTOLOGY, OWL.priorVersion))
    for one in recorded:
        (number,) = ontology.objects(one, DCAT.version)
        assert str(one) == f"{ONTOLOGY}/{number}"
        for predicate in (DCTERMS.title, ADMS.versionNotes):
            assert languages(ontology, one, predicate) == LANGUAGES


def test_a_change_note_names_a_version_that_is_recorded(ontology: Graph) -> None:
    recorded = {str(number) for number in ontology.objects(None, DCAT.version)}
    notes = [(term, str(note)) for term, note in ontology.subject_objects(SKOS.changeNote)]
    assert len(notes) > 300
    for term, note in notes:
        found = re.fullmatch(r"(Added|Changed|Deprecated) in (\d+\.\d+\.\d+)(: \S.*)?", note)
        assert found is not None, (term, note)
        assert found[2] in recorded, (term, note)
        assert found[1] == "Added" or found[3], f"{term}: what was changed, or why not to use it any more"


def test_what_is_deprecated_says_since_when(ontology: Graph) -> None:
    noted = {term for term, note in ontology.subject_objects(SKOS.changeNote) if str(note).startswith("Deprecated")}
    assert noted == set(ontology.subjects(OWL.deprecated, Literal(True)))


def test_an_earlier_version_is_recorded_and_parses() -> None:
    recorded = {str(number) for number in parsed(FOLDER / "versions.ttl").objects(None, DCAT.version)}
    for number, path in Project.default().earlier_vocabularies().items():
        assert number in recorded - {g7graph.__version__}
        assert parsed(path).value(ONTOLOGY, OWL.versionInfo) == Literal(number)


def test_the_vocabulary_imports_nothing_and_has_its_logo_beside_it(vocabulary: Graph) -> None:
    assert not list(vocabulary.objects(None, OWL.imports))
    (logo,) = vocabulary.objects(ONTOLOGY, SCHEMA.logo)
    assert (FOLDER / str(logo).rpartition("/")[2]).read_text(encoding="utf-8").startswith("<svg")


def test_every_term_is_named_defined_and_placed_in_three_languages(
    vocabulary: Graph, classes: list[URIRef], properties: list[URIRef]
) -> None:
    for term in (*classes, *properties):
        for predicate in (RDFS.label, SKOS.definition):
            assert languages(vocabulary, term, predicate) == LANGUAGES, f"{local(term)} {predicate}"
        for definition in vocabulary.objects(term, SKOS.definition):
            assert re.fullmatch(r"[^\n]+\.", str(definition)), f"{local(term)}: a definition is one sentence"
        assert list(vocabulary.objects(term, RDFS.isDefinedBy)) == [ONTOLOGY], local(term)
        notes = [str(note) for note in vocabulary.objects(term, SKOS.changeNote)]
        assert any(re.fullmatch(r"Added in \d+\.\d+\.\d+", note) for note in notes), local(term)


def test_no_two_classes_and_no_two_properties_share_a_definition(
    vocabulary: Graph, classes: list[URIRef], properties: list[URIRef]
) -> None:
    for group in (classes, properties):
        said = [
            str(text)
            for term in group
            for text in vocabulary.objects(term, SKOS.definition)
            if isinstance(text, Literal) and text.language == "en" and not local(term).endswith("Written")
        ]
        assert len(said) == len(set(said))


def test_names_are_written_as_names_of_classes_and_of_properties(
    classes: list[URIRef], properties: list[URIRef]
) -> None:
    assert not [term for term in classes if not re.fullmatch(r"[A-Z][A-Za-z]+", local(term))]
    assert not [term for term in properties if not re.fullmatch(r"[a-z][A-Za-z]+", local(term))]


def test_every_class_has_an_example_in_three_languages(vocabulary: Graph, classes: list[URIRef]) -> None:
    for term in classes:
        assert languages(vocabulary, term, SKOS.example) == LANGUAGES, local(term)


def test_the_example_of_a_property_is_turtle_that_uses_it(
    vocabulary: Graph, ontology: Graph, properties: list[URIRef]
) -> None:
    for term in properties:
        (example,) = vocabulary.objects(term, SKOS.example)
        statements = Graph(bind_namespaces="none").parse(data=PREFIXES + str(example), format="turtle")
        assert set(statements.predicates()) == {term}, local(term)
        codes = {node for node in statements.objects() if str(node).startswith(scheme_spaces())}
        assert codes <= set(ontology.subjects()), local(term)


def scheme_spaces() -> tuple[str, ...]:
    return tuple(f"{vocab.THING}{scheme}/" for scheme in vocab.SCHEMES)


def said(vocabulary: Graph, data: Graph, term: Node) -> set[Pair]:
    """What the data state with a property, and what follows from its inverse, its parts and its being transitive."""
    pairs = set(data.subject_objects(term))
    for inverse in vocabulary.objects(term, OWL.inverseOf):
        pairs |= {(value, subject) for subject, value in data.subject_objects(inverse)}
    for part in vocabulary.subjects(RDFS.subPropertyOf, term):
        pairs |= set(data.subject_objects(part))
    return closed(pairs) if (term, RDF.type, OWL.TransitiveProperty) in vocabulary else pairs


def closed(pairs: set[Pair]) -> set[Pair]:
    """The pairs and all that a chain of them leads to."""
    steps = {first: {end for start, end in pairs if start == first} for first, _ in pairs}
    longer = {(first, last) for first, middle in pairs for last in steps.get(middle, ())}
    return pairs if longer <= pairs else closed(pairs | longer)


def test_the_examples_are_what_the_data_say(vocabulary: Graph, data: Graph, properties: list[URIRef]) -> None:
    """Of the document's own plan and report; what is derived is not in it, and one round has no other beside it."""
    unsaid = set()
    for term in properties:
        (example,) = vocabulary.objects(term, SKOS.example)
        statements = Graph(bind_namespaces="none").parse(data=PREFIXES + str(example), format="turtle")
        pairs = said(vocabulary, data, term)
        if not pairs:
            unsaid.add(term)
        else:
            assert set(statements.subject_objects()) <= pairs, local(term)
    derived = {term for term in properties if set(vocabulary.objects(term, SCHEMA.domainIncludes)) <= {*DERIVED}}
    assert unsaid == {*derived, G7.previous, G7.next}


def test_an_inverse_goes_the_other_way_between_the_same_things(vocabulary: Graph, data: Graph) -> None:
    pairs = list(vocabulary.subject_objects(OWL.inverseOf))
    assert len(pairs) == 14
    mirrored = [(SCHEMA.domainIncludes, SCHEMA.rangeIncludes), (RDFS.domain, RDFS.range)]
    for inverse, stated in pairs:
        assert languages(vocabulary, inverse, SKOS.scopeNote) == LANGUAGES, local(inverse)
        assert (None, inverse, None) not in data, local(inverse)
        for here, there in (*mirrored, *(pair[::-1] for pair in mirrored)):
            if str(stated).startswith(vocab.G7):
                assert set(vocabulary.objects(inverse, here)) == set(vocabulary.objects(stated, there)), local(inverse)


def test_a_property_is_functional_just_where_shapes_allow_one_value(
    vocabulary: Graph, properties: list[URIRef]
) -> None:
    shapes = parsed(*sorted((FOLDER / "shapes").glob("*.ttl")))
    limited = {
        (kind, path)
        for shape, kind in shapes.subject_objects(SH.targetClass)
        for rule in shapes.objects(shape, SH.property)
        if (rule, SH.maxCount, Literal(1)) in shapes
        for path in shapes.objects(rule, SH.path)
    }
    for term in properties:
        users = list(vocabulary.objects(term, SCHEMA.domainIncludes))
        single = all(any((kind, term) in limited for kind in ancestors(vocabulary, user)) for user in users)
        assert single == ((term, RDF.type, OWL.FunctionalProperty) in vocabulary), local(term)


def test_the_data_keep_to_what_properties_are_said_to_be(vocabulary: Graph, data: Graph) -> None:
    def of(kind: Node) -> list[Node]:
        return list(vocabulary.subjects(RDF.type, kind))

    assert len(of(OWL.FunctionalProperty)) > 90
    for term in of(OWL.FunctionalProperty):
        users = list(data.subjects(term))
        assert len(users) == len(set(users)), term
    one_way = of(OWL.AsymmetricProperty)
    assert len(one_way) == 5
    assert not [
        (one, term, other)
        for term in one_way
        for one, other in data.subject_objects(term)
        if (other, term, one) in data
    ]
    assert of(OWL.IrreflexiveProperty) == [G7.combines]
    assert not [one for one, other in data.subject_objects(G7.combines) if one == other]


def test_the_transitive_property_is_nothing_else_as_owl_2_dl_asks(vocabulary: Graph) -> None:
    """Functional, asymmetric, irreflexive: not for it, nor for what it is a part of."""
    (transitive,) = vocabulary.subjects(RDF.type, OWL.TransitiveProperty)
    assert transitive == G7.withinTransitive
    assert (G7.within, RDFS.subPropertyOf, transitive) in vocabulary
    kinds = {
        kind
        for node in vocabulary.transitive_objects(transitive, RDFS.subPropertyOf)
        if node is not None
        for kind in vocabulary.objects(node, RDF.type)
    }
    assert kinds == {OWL.ObjectProperty, OWL.TransitiveProperty}
    assert not list(vocabulary.subjects(RDF.type, OWL.Restriction))


def test_a_property_is_of_objects_or_of_data_and_says_where_it_is_used(
    vocabulary: Graph, classes: list[URIRef], properties: list[URIRef]
) -> None:
    known = {
        *classes,
        OWL.Class,
        RDFS.Resource,
        RDFS.Literal,
        SKOS.Concept,
        URIRef(vocab.STANDARD["rp"] + "Company"),
        URIRef(vocab.STANDARD["rp"] + "GovernmentParty"),
        URIRef(vocab.STANDARD["sssom"] + "Mapping"),
    }
    for term in properties:
        kinds = [kind for kind in PROPERTY_TYPES if (term, RDF.type, kind) in vocabulary]
        assert len(kinds) == 1, f"{local(term)} is of both kinds"
        domains, ranges = (set(vocabulary.objects(term, SCHEMA[name])) for name in ("domainIncludes", "rangeIncludes"))
        assert domains, local(term)
        assert ranges, local(term)
        assert domains <= known, local(term)
        of_data = {node for node in ranges if str(node).startswith((str(XSD), str(RDF.langString)))} | {RDFS.Literal}
        assert ranges <= (known - {RDFS.Literal} if kinds == [OWL.ObjectProperty] else of_data), local(term)


def test_every_foreign_term_the_vocabulary_builds_on_is_declared_as_owl_2_dl_asks(vocabulary: Graph) -> None:
    builtin = (vocab.STANDARD["owl"], vocab.STANDARD["rdf"], vocab.STANDARD["rdfs"], vocab.XSD, vocab.G7)
    parents = {node for _, node in vocabulary.subject_objects(RDFS.subClassOf)}
    ranges = {node for name in (RDFS.domain, RDFS.range) for node in vocabulary.objects(None, name)}
    foreign = {node for node in parents | ranges if not str(node).startswith(builtin)}
    assert foreign
    assert not [node for node in foreign if (node, RDF.type, OWL.Class) not in vocabulary]
    used = {node for node in vocabulary.predicates() if not str(node).startswith(builtin)}
    kinds = (OWL.AnnotationProperty, OWL.ObjectProperty)
    assert not [node for node in used if sum((node, RDF.type, kind) in vocabulary for kind in kinds) != 1]


def test_no_iri_is_a_property_of_two_kinds_or_a_class_and_a_property(ontology: Graph) -> None:
    kinds = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
    for one, other in combinations(kinds, 2):
        assert not set(ontology.subjects(RDF.type, one)) & set(ontology.subjects(RDF.type, other)), (one, other)


def test_classes_form_a_hierarchy_without_cycles(ontology: Graph, classes: list[URIRef]) -> None:
    for term in classes:
        above = {up for parent in ontology.objects(term, RDFS.subClassOf) for up in ancestors(ontology, parent)}
        assert term not in above, local(term)


def ancestors(graph: Graph, node: Node) -> set[Node]:
    return {above for above in graph.transitive_objects(node, RDFS.subClassOf) if above is not None}


def disjoint_pairs(vocabulary: Graph) -> set[frozenset[Node]]:
    pairs = {frozenset(pair) for pair in vocabulary.subject_objects(OWL.disjointWith)}
    groups = [*vocabulary.objects(None, OWL.disjointUnionOf), *vocabulary.objects(None, OWL.members)]
    for head in groups:
        pairs |= {frozenset(pair) for pair in combinations(Collection(vocabulary, head), 2)}
    return pairs


def are_disjoint(vocabulary: Graph, one: Node, other: Node) -> bool:
    """Whether two classes, or any above them, are stated to share nothing."""
    pairs = disjoint_pairs(vocabulary)
    return any(
        frozenset((a, b)) in pairs for a in ancestors(vocabulary, one) for b in ancestors(vocabulary, other) if a != b
    )


@pytest.mark.parametrize(
    "names",
    [
        "Baseline Target Actual",
        "PerformanceIndicator ProcessIndicator",
        "Country Region Province District",
        "RegionalGovernment Municipality",
        "ProvincialMunicipality DistrictMunicipality",
        "Indicator Measurement Objective Result",
        "Measurement Disaggregation ComplianceAssessment",
        "Place SubnationalGovernment",
        "Place Community",
        "Discrepancy Erratum Passage",
        "ActionPlan MonitoringRound SourceDocument",
        "Agency Project Responsibility Topic",
        "Community Company EitiOrganisation SubnationalGovernment",
        "Alliance Community PublicEntity SubnationalGovernment",
        "Alliance Place Project Responsibility",
    ],
)
def test_what_cannot_be_the_same_thing_is_disjoint(vocabulary: Graph, names: str) -> None:
    for one, other in combinations(map(G7.term, names.split()), 2):
        assert are_disjoint(vocabulary, one, other), (one, other)


def test_two_classes_may_only_overlap_where_the_overlap_is_known(vocabulary: Graph, classes: list[URIRef]) -> None:
    """An agency may be a ministry, a company the State's; a composite indicator is of either kind."""
    overlaps = {
        frozenset((local(one), local(other)))
        for one, other in combinations(classes, 2)
        if own(vocabulary.objects(one, RDFS.subClassOf)) == own(vocabulary.objects(other, RDFS.subClassOf))
        if not are_disjoint(vocabulary, one, other)
    }
    assert overlaps == {frozenset(pair.split()) for pair in OVERLAPS}


def test_a_composite_indicator_may_be_of_either_kind(vocabulary: Graph) -> None:
    assert not [pair for pair in disjoint_pairs(vocabulary) if G7.CompositeIndicator in pair]


def test_a_union_is_made_of_subclasses(vocabulary: Graph) -> None:
    unions = list(vocabulary.subject_objects(OWL.disjointUnionOf))
    assert len(unions) == 5
    for whole, head in unions:
        assert all((part, RDFS.subClassOf, whole) in vocabulary for part in Collection(vocabulary, head)), whole


def types_of(graph: Graph, ontology: Graph) -> dict[Node, set[Node]]:
    """Every typed thing with its classes and theirs above."""
    found: dict[Node, set[Node]] = {}
    for subject, kind in graph.subject_objects(RDF.type):
        found.setdefault(subject, set()).update(ancestors(ontology, kind))
    return found


@pytest.fixture(scope="module")
def types(data: Graph, ontology: Graph) -> dict[Node, set[Node]]:
    both = Graph(bind_namespaces="none")
    both += data
    both += parsed(*CODES)
    return types_of(both, ontology)


def test_nothing_in_the_data_is_of_two_disjoint_classes(vocabulary: Graph, types: dict[Node, set[Node]]) -> None:
    pairs = disjoint_pairs(vocabulary)
    assert len(types) > 500
    assert not [(thing, pair) for thing, kinds in types.items() for pair in pairs if pair <= kinds]


def test_the_data_use_each_property_between_what_its_description_says(
    vocabulary: Graph, data: Graph, types: dict[Node, set[Node]]
) -> None:
    found = set()
    for subject, predicate, value in data:
        if not str(predicate).startswith(vocab.G7):
            continue
        domains = set(vocabulary.objects(predicate, SCHEMA.domainIncludes))
        ranges = set(vocabulary.objects(predicate, SCHEMA.rangeIncludes))
        if not domains & types.get(subject, set()):
            found.add(("domain", predicate, subject))
        if not ranges & kinds_of_value(value, types):
            found.add(("range", predicate, value))
    assert not found


def kinds_of_value(value: Node, types: dict[Node, set[Node]]) -> set[Node]:
    if isinstance(value, Literal):
        return {RDFS.Literal, RDF.langString if value.language else value.datatype or XSD.string}
    return {RDFS.Resource, *types.get(value, set())}


def test_every_term_of_ours_in_the_data_the_shapes_and_the_queries_is_defined(
    classes: list[URIRef], properties: list[URIRef], data: Graph
) -> None:
    defined = {*classes, *properties}
    shapes = parsed(*sorted((FOLDER / "shapes").glob("*.ttl")))
    for graph in (data, shapes):
        used = set(own(node for triple in graph for node in triple))
        assert used
        assert not sorted(map(local, used - defined))
    for path in sorted((ROOT / "queries").rglob("*.rq")):
        text = re.sub(r"(?m)^\s*#.*$", "", path.read_text(encoding="utf-8"))
        names = {URIRef(vocab.G7 + name) for name in re.findall(r"\bg7:([A-Za-z]\w*)", text)}
        assert not sorted(map(local, names - defined)), path


def test_every_class_that_shapes_aim_at_is_a_class(classes: list[URIRef]) -> None:
    shapes = parsed(*sorted((FOLDER / "shapes").glob("*.ttl")))
    aimed = {node for name in (SH.targetClass, SH["class"]) for node in shapes.objects(None, name)}
    assert {node for node in aimed if str(node).startswith(vocab.G7)} <= set(classes)


def test_there_is_one_file_for_each_code_list_and_no_other() -> None:
    assert sorted(path.stem for path in CODES) == sorted(vocab.SCHEMES)


def test_the_code_lists_of_the_shapes_exist() -> None:
    shapes = parsed(*sorted((FOLDER / "shapes").glob("*.ttl")))
    asked = {str(node).removeprefix(vocab.THING) for node in shapes.objects(None, SH.hasValue)}
    schemes = {name for name in asked if "/" not in name and ":" not in name}
    assert len(schemes) > 15
    assert schemes <= {path.stem for path in CODES}


@pytest.mark.parametrize("path", CODES, ids=lambda path: path.stem)
def test_a_code_list_describes_itself_and_each_of_its_codes(path: Path) -> None:
    graph, scheme = parsed(path), URIRef(vocab.THING + path.stem)
    concepts = set(graph.subjects(RDF.type, SKOS.Concept))
    assert (scheme, RDF.type, SKOS.ConceptScheme) in graph
    assert set(graph.objects(scheme, SKOS.hasTopConcept)) == concepts
    assert set(graph.subjects()) == {scheme, *concepts, URIRef(vocab.graph(f"ontology/codes/{path.stem}"))}
    for node in (scheme, *concepts):
        assert languages(graph, node, SKOS.prefLabel) == LANGUAGES, node
        assert languages(graph, node, SKOS.definition) == LANGUAGES, node
        assert list(graph.objects(node, RDFS.isDefinedBy)) == [ONTOLOGY], node
    for concept in concepts:
        assert [str(key) for key in graph.objects(concept, SKOS.notation)] == [str(concept).rpartition("/")[2]]
        assert str(concept) == f"{scheme}/{str(concept).rpartition('/')[2]}"
        for predicate in (SKOS.inScheme, SKOS.topConceptOf):
            assert list(graph.objects(concept, predicate)) == [scheme], concept


@pytest.mark.parametrize("scheme", sorted(KEYS))
def test_a_code_list_has_the_keys_that_users_rely_on(scheme: str) -> None:
    graph = parsed(FOLDER / "codes" / f"{scheme}.ttl")
    assert {str(key) for key in graph.objects(None, SKOS.notation)} == set(KEYS[scheme].split())


def test_the_axes_are_of_the_class_of_axes() -> None:
    graph = parsed(FOLDER / "codes" / "axis.ttl")
    assert set(graph.subjects(RDF.type, G7.Axis)) == set(graph.subjects(RDF.type, SKOS.Concept))


def test_two_codes_of_a_list_have_different_names() -> None:
    for path in CODES:
        graph = parsed(path)
        for lang in LANGUAGES:
            names = [
                str(text).casefold()
                for concept in graph.subjects(RDF.type, SKOS.Concept)
                for text in graph.objects(concept, SKOS.prefLabel)
                if isinstance(text, Literal) and text.language == lang
            ]
            assert len(names) == len(set(names)), f"{path.stem} {lang}"


def test_each_vocabulary_we_use_has_its_closed_list_of_terms() -> None:
    assert {path.stem for path in LISTS} == set(vocab.STANDARD)
    for path in LISTS:
        first, second, *names = path.read_text(encoding="utf-8").splitlines()
        assert first == f"# namespace: {vocab.STANDARD[path.stem]}"
        assert second.startswith("# origin: ")
        assert names == sorted(set(names)), path.stem
        assert names, path.stem


@pytest.mark.parametrize(
    ("prefix", "missing_from_rdflib"),
    [("sh", "class in or and not"), ("dcat", "DatasetSeries inSeries version hasVersion previousVersion")],
)
def test_the_lists_have_what_rdflib_lacks(prefix: str, missing_from_rdflib: str) -> None:
    names = (FOLDER / "terms" / f"{prefix}.txt").read_text(encoding="utf-8").splitlines()
    assert set(missing_from_rdflib.split()) <= set(names)


def test_only_known_terms_of_known_vocabularies_are_used_anywhere(everything: sources.Sources) -> None:
    found = terms.unknown(Project.default(), everything, "en")
    assert not [(finding.file, finding.path, finding.value) for finding in found]


def test_a_triple_stands_in_one_file_only(everything: sources.Sources) -> None:
    assert not [(finding.file, finding.subject, finding.path) for finding in links.doubled(everything, "en")]


@pytest.mark.parametrize("name", "cids iati org prov qb rp schema sdg".split())
def test_an_alignment_says_where_its_terms_are_from_and_speaks_of_ours(
    name: str, vocabulary: Graph, ontology: Graph
) -> None:
    graph, me = parsed(FOLDER / "alignments" / f"{name}.ttl"), URIRef(vocab.graph(f"ontology/alignments/{name}"))
    assert languages(graph, me, DCTERMS.title) == LANGUAGES
    assert list(graph.objects(me, RDFS.seeAlso))
    relations = {RDFS.subClassOf, RDFS.subPropertyOf, SKOS.closeMatch, SKOS.relatedMatch, SKOS.broadMatch}
    statements = [(one, other) for one, predicate, other in graph if predicate in relations]
    assert len(statements) > 4
    defined = {one for kind in (SKOS.Concept, *PROPERTY_TYPES) for one in ontology.subjects(RDF.type, kind)}
    for one, other in statements:
        assert one in set(vocabulary.subjects()) | defined, one
        assert not str(other).startswith(vocab.BASE), other


@pytest.mark.parametrize("name", CUBES)
def test_a_cube_has_dimensions_with_ranges_and_a_measure(name: str, ontology: Graph) -> None:
    structure = URIRef(vocab.thing("dataset", f"{name}-structure"))
    assert languages(ontology, structure, SKOS.definition) == LANGUAGES
    assert (structure, RDF.type, QB.DataStructureDefinition) in ontology
    kinds = {
        QB.dimension: QB.DimensionProperty,
        QB.measure: QB.MeasureProperty,
        QB.attribute: QB.AttributeProperty,
    }
    used = {
        predicate: {
            term for part in ontology.objects(structure, QB.component) for term in ontology.objects(part, predicate)
        }
        for predicate in kinds
    }
    assert used[QB.dimension]
    assert used[QB.measure]
    for predicate, kind in kinds.items():
        for term in used[predicate]:
            assert (term, RDF.type, kind) in ontology, term
            ours = str(term).startswith(vocab.BASE)
            assert not ours or languages(ontology, term, RDFS.label) == LANGUAGES, term
    for term in used[QB.dimension]:
        (of,) = ontology.objects(term, RDFS.range)
        assert of != SKOS.Concept or list(ontology.objects(term, QB.codeList)), f"{term} lacks its code list"


def test_observations_carry_only_what_their_structure_has(ontology: Graph, data: Graph) -> None:
    for dataset, structure in data.subject_objects(QB.structure):
        parts = list(ontology.objects(structure, QB.component))
        allowed = {term for part in parts for term in ontology.objects(part) if str(term).startswith(vocab.G7)}
        observations = set(data.subjects(QB.dataSet, dataset))
        assert observations, dataset
        used = {name for one in observations for name in data.predicates(one) if str(name).startswith(vocab.G7)}
        assert used <= allowed, dataset


def test_the_profile_names_every_file_of_the_ontology_once(ontology: Graph) -> None:
    named = sorted(str(node) for node in ontology.objects(None, PROF.hasArtifact))
    graphs = {vocab.graph(f"ontology/{path.relative_to(FOLDER).with_suffix('').as_posix()}") for path in FILES}
    assert named == sorted({*graphs, vocab.SHAPES.rstrip("#")} - {vocab.graph("ontology/profile")})


def test_no_domain_or_range_is_of_the_reserved_vocabulary(vocabulary: Graph) -> None:
    """OWL 2 DL keeps what describes ontologies apart from what they describe (OWL 2 structural specification §2.4)."""
    named = {(term, node) for way in (RDFS.domain, RDFS.range) for term, node in vocabulary.subject_objects(way)}
    assert [pair for pair in named if str(pair[1]).startswith(str(OWL))] == []


def test_the_version_is_the_one_of_the_package() -> None:
    configured = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert configured["tool"]["hatch"]["version"]["path"] == "g7graph/__init__.py"
    assert parsed(FOLDER / "g7.ttl").value(ONTOLOGY, OWL.versionInfo) == Literal(g7graph.__version__)
