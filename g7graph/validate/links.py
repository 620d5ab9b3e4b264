"""What SHACL cannot see of a dataset: triples that stand in two graphs, references that lead nowhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

import pyoxigraph as ox

from g7graph import i18n, vocab
from g7graph.table import text
from g7graph.validate.findings import VIOLATION, Finding
from g7graph.validate.sources import Sources

_HELD = (vocab.THING, vocab.ONTOLOGY, vocab.GRAPH, vocab.QUERY)


def doubled(sources: Sources, lang: str) -> list[Finding]:
    """Find triples in more than one graph: engines count them twice in the union."""
    files: dict[ox.Triple, set[str]] = defaultdict(set)
    for quad, name in sources.quads:
        files[quad.triple].add(name)
    found = []
    for triple, names in files.items():
        if len(names) > 1:
            first, *others = sorted(names)
            message = i18n.text("validate.doubled", lang, others=", ".join(others))
            found.append(_finding(triple, first, message, "triple-in-two-graphs"))
    return found


def dangling(sources: Sources, known: Collection[str], lang: str) -> list[Finding]:
    """Find references to our own IRIs that nothing describes; `known` holds those described elsewhere."""
    described = {text(quad.subject) for quad, _ in sources.quads} | set(known)
    described |= {file.iri for file, _ in sources.files if file.iri}
    message = i18n.text("validate.dangling", lang)
    return [
        _finding(quad.triple, name, message, "dangling-reference")
        for quad, name in sources.quads
        if name not in sources.borrowed
        and isinstance(quad.object, ox.NamedNode)
        and quad.object.value.startswith(_HELD)
        and quad.object.value not in described
    ]


def _finding(triple: ox.Triple, file: str, message: str, source: str) -> Finding:
    subject = vocab.curie(text(triple.subject))
    value = getattr(triple.object, "value", "")
    return Finding(
        VIOLATION, file, 0, subject, vocab.curie(triple.predicate.value), vocab.curie(value), message, source
    )
