"""The dumps as DCAT distributions: where each is, how large, in which format, with which checksum."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox
from pyoxigraph import Literal, NamedNode

from g7graph import exports, i18n, vocab
from g7graph.exports.manifest import Dump, Manifest
from g7graph.web.reading import Reading

_WHOLE, _GRAPH = "dataset", "graph/"
_SHA256 = NamedNode(vocab.STANDARD["spdx"] + "checksumAlgorithm_sha256")
_RDF = {form.media_type for form in exports.GRAPHS.values()}
Said = tuple[str, NamedNode | Literal]


def distributions(held: Manifest, reading: Reading, dataset: str, root: str) -> list[ox.Triple]:
    """Describe the dumps as distributions of what they hold: the dataset, or what has their graph as a part.

    `root` is the address of this deployment. Dumps of graphs that no dataset has as a part are left to the listing.
    """
    found: list[ox.Triple] = []
    licences = [NamedNode(licence) for licence in reading.iris(dataset, "dcterms:license")]
    for dump in held.dumps:
        subject = NamedNode(vocab.described("dump", dump.name))
        owners = _owners(dump, reading, dataset)
        found += [_triple(NamedNode(owner), "dcat:distribution", subject) for owner in owners]
        if dump.part == _WHOLE:
            found.append(_triple(NamedNode(dataset), "void:dataDump", NamedNode(address(dump, root))))
        if owners:
            found += _described(subject, dump, held, root)
            found += _formats(subject, dump, reading)
            found += _standards(subject, dump, owners, reading)
            found += [_triple(subject, "dcterms:license", licence) for licence in licences]
    return found


def address(dump: Dump, root: str) -> str:
    """Return where a dump is downloaded."""
    return f"{root}/dumps/{dump.name}"


def title(dump: Dump, lang: str) -> str:
    """Say in a language what a dump holds."""
    kind, _, name = dump.part.partition("/")
    return i18n.text(f"web.dump_{kind}", lang, name=name)


def of_graph(dump: Dump) -> bool:
    """Whether a dump holds a single graph."""
    return dump.part.startswith(_GRAPH)


def _owners(dump: Dump, reading: Reading, dataset: str) -> list[str]:
    if of_graph(dump):
        return reading.having("dcterms:hasPart", vocab.graph(dump.part.removeprefix(_GRAPH)))
    return [dataset]


def _described(subject: NamedNode, dump: Dump, held: Manifest, root: str) -> Iterator[ox.Triple]:
    """Say what the manifest knows of a dump."""
    checksum = NamedNode(vocab.described("checksum", dump.name))
    where = NamedNode(address(dump, root))
    date_type = "dateTime" if "T" in held.modified else "date"
    said: list[Said] = [
        ("rdf:type", _iri("dcat:Distribution")),
        ("dcat:accessURL", where),
        ("dcat:downloadURL", where),
        ("dcat:byteSize", Literal(str(dump.bytes), datatype=_iri("xsd:nonNegativeInteger"))),
        ("dcterms:modified", Literal(held.modified, datatype=_iri(f"xsd:{date_type}"))),
        ("spdx:checksum", checksum),
        ("dcterms:title", Literal(dump.name)),
        *(("dcterms:description", Literal(title(dump, lang), language=lang)) for lang in i18n.LANGUAGES),
    ]
    yield from (_triple(subject, name, value) for name, value in said)
    yield _triple(checksum, "rdf:type", _iri("spdx:Checksum"))
    yield _triple(checksum, "spdx:algorithm", _SHA256)
    yield _triple(checksum, "spdx:checksumValue", Literal(dump.sha256, datatype=_iri("xsd:hexBinary")))
    yield _triple(_SHA256, "rdf:type", _iri("spdx:ChecksumAlgorithm"))


def _formats(subject: NamedNode, dump: Dump, reading: Reading) -> Iterator[ox.Triple]:
    """Say the media type, the EU's file type where the description has it, and compression."""
    media_type = NamedNode(vocab.MEDIA_TYPES + dump.media_type)
    yield _triple(subject, "dcat:mediaType", media_type)
    yield _triple(media_type, "rdf:type", _iri("dcterms:MediaType"))
    for file_type in reading.iris(media_type.value, "skos:closeMatch"):
        yield _triple(subject, "dcterms:format", NamedNode(file_type))
    if dump.compression:
        packed = NamedNode(vocab.MEDIA_TYPES + dump.compression)
        yield _triple(subject, "dcat:compressFormat", packed)
        yield _triple(packed, "rdf:type", _iri("dcterms:MediaType"))


def _standards(subject: NamedNode, dump: Dump, owners: list[str], reading: Reading) -> Iterator[ox.Triple]:
    """Say the standard of the file, and of RDF also the vocabularies and profiles of what it is a form of."""
    if dump.conforms_to:
        standard = NamedNode(dump.conforms_to)
        yield _triple(subject, "dcterms:conformsTo", standard)
        yield _triple(standard, "rdf:type", _iri("dcterms:Standard"))
    if dump.media_type in _RDF:
        for iri in {one for owner in owners for one in reading.iris(owner, "dcterms:conformsTo")}:
            yield _triple(subject, "dcterms:conformsTo", NamedNode(iri))


def _triple(subject: NamedNode, name: str, value: NamedNode | Literal) -> ox.Triple:
    return ox.Triple(subject, _iri(name), value)


def _iri(name: str) -> NamedNode:
    return NamedNode(vocab.expand(name) or name)
