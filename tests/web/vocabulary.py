"""A framework whose vocabulary has a past: a class in disuse, a property that changed, an earlier version."""

from __future__ import annotations

from pathlib import Path

PREFIXES = """
@prefix adms: <http://www.w3.org/ns/adms#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix g7: <https://w3id.org/g7graph/ontology#> .
@prefix g7sh: <https://w3id.org/g7graph/shapes#> .
@prefix id: <https://w3id.org/g7graph/id/> .
@prefix indicator: <https://w3id.org/g7graph/id/indicator/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <https://schema.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
FIRST = """
<https://w3id.org/g7graph/ontology> a owl:Ontology ; dcterms:title "Vocabulary of two versions"@en ;
  owl:versionInfo "0.1.0" ; owl:versionIRI <https://w3id.org/g7graph/ontology/0.1.0> .
g7:Yardstick a owl:Class ; rdfs:label "Yardstick"@en , "Vara"@es ; skos:changeNote "Added in 0.1.0"@en .
g7:hue a owl:DatatypeProperty ; rdfs:label "Hue"@en ; schema:domainIncludes g7:Yardstick ;
  schema:rangeIncludes xsd:string ; skos:changeNote "Added in 0.1.0"@en .
"""
SECOND = """
<https://w3id.org/g7graph/ontology> a owl:Ontology ; dcterms:title "Vocabulary of two versions"@en ;
  owl:versionInfo "0.2.0" ; owl:versionIRI <https://w3id.org/g7graph/ontology/0.2.0> ;
  owl:priorVersion <https://w3id.org/g7graph/ontology/0.1.0> ; adms:status <http://example.org/odd> .
g7:Indicator a owl:Class ; rdfs:label "Indicator"@en ; skos:definition "<b>What</b> is measured."@en ;
  skos:changeNote "Added in 0.2.0"@en .
g7:Yardstick a owl:Class ; rdfs:label "Yardstick"@en , "Vara"@es ; owl:deprecated true ;
  dcterms:isReplacedBy g7:Indicator ;
  skos:changeNote "Added in 0.1.0"@en , "Deprecated in 0.2.0: an indicator says it better"@en .
g7:hue a owl:DatatypeProperty ; rdfs:label "Hue"@en ; schema:domainIncludes g7:Indicator ;
  schema:rangeIncludes xsd:string ; skos:closeMatch schema:color ;
  skos:changeNote "Added in 0.1.0"@en , "Changed in 0.2.0: used on indicators"@en .
"""
VERSIONS = """
<https://w3id.org/g7graph/ontology/0.1.0> dcat:isVersionOf <https://w3id.org/g7graph/ontology> ; dcat:version "0.1.0" ;
  dcterms:issued "2025-01-02"^^xsd:date ; adms:versionNotes "The first one."@en .
<https://w3id.org/g7graph/ontology/0.2.0> dcat:isVersionOf <https://w3id.org/g7graph/ontology> ; dcat:version "0.2.0" ;
  dcat:previousVersion <https://w3id.org/g7graph/ontology/0.1.0> ; adms:versionNotes "Indicators."@en .
<https://w3id.org/g7graph/ontology/0.0.9> dcat:isVersionOf <https://w3id.org/g7graph/ontology> ; dcat:version "0.0.9" .
"""
CODES = """
id:shade a skos:ConceptScheme ; skos:prefLabel "Shades"@en .
<https://w3id.org/g7graph/id/shade/dark> a skos:Concept ; skos:inScheme id:shade ; skos:notation "dark" ;
  skos:prefLabel "Dark"@en ; owl:deprecated true ;
  dcterms:isReplacedBy <https://w3id.org/g7graph/id/shade/dim> .
<https://w3id.org/g7graph/id/shade/dim> a skos:Concept ; skos:inScheme id:shade ; skos:notation "dim" ;
  skos:prefLabel "Dim"@en .
"""
SHAPES = """
g7sh:Indicator a sh:NodeShape ; sh:targetClass g7:Indicator ; sh:message "Not well."@en ;
  sh:property g7sh:Indicator-hue , g7sh:Indicator-far .
g7sh:Indicator-hue a sh:PropertyShape ; sh:path g7:hue ; sh:minCount 1 ; sh:maxCount 2 ; sh:datatype xsd:string ;
  sh:severity sh:Warning ; sh:message "Give it a hue."@en .
g7sh:Indicator-far a sh:PropertyShape ; sh:path ( g7:hue g7:hue ) ; sh:message "Not so far."@en .
"""
DATA = 'indicator:1 a g7:Indicator ; rdfs:label "The first"@en ; g7:hue "red" .\nindicator:2 a g7:Indicator .\n'


def write(root: Path) -> Path:
    """Write the framework into a folder."""
    files = {
        "ontology/g7.ttl": SECOND,
        "ontology/versions/0.1.0.ttl": FIRST,
        "ontology/versions.ttl": VERSIONS,
        "ontology/codes/shade.ttl": CODES,
        "ontology/shapes/all.ttl": SHAPES,
        "data/ttl/indicators.ttl": DATA,
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PREFIXES + text, encoding="utf-8")
    (root / "queries").mkdir()
    return root
