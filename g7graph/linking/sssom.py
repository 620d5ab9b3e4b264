"""Mappings as SSSOM TSV (https://mapping-commons.github.io/sssom/): metadata as comments on top, then a table."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence

from g7graph import i18n, vocab
from g7graph.linking.reasons import reason
from g7graph.linking.rows import guarded
from g7graph.linking.suggest import Proposal
from g7graph.table import Table, text

VERSION = "1.1"
TOOL = "g7graph link suggest"
#: Slots of SSSOM that a review file has, in this order; the last are ours: what else is asked, why, what was decided.
SLOTS = (
    *("subject_id", "subject_label", "predicate_id", "object_id", "object_label", "mapping_justification"),
    *("confidence", "subject_match_field", "object_match_field", "match_string", "similarity_score"),
    *("object_source", "mapping_tool", "reviewer_label", "review_date", "comment"),
)
OURS = ("company_relation", "reason", "decision")
REVIEW = (*SLOTS[:5], *OURS, *SLOTS[-3:], *SLOTS[5:-3])
#: Slots of the mappings there are.
EXPORTED = (
    *("record_id", "subject_id", "subject_label", "predicate_id", "object_id", "object_label", "object_type"),
    *("mapping_justification", "confidence", "object_source", "reviewer_label", "review_date", "comment"),
)
_LITERAL = "rdfs literal"
_REGISTER_SOURCES = {"iso-3166-2": "iso-3166-2", "ruc": "ruc", "ubigeo": "inei", "iati": "iati", "crs": "iati"}
_CURIE = re.compile(r"([\w-]+):")


def review(proposed: Iterable[Proposal], source: str, lang: str = i18n.DEFAULT) -> bytes:
    """Write proposals to be decided on; `source` is the document that the candidates are from."""
    return _written("review", REVIEW, [_to_review(one, source, lang) for one in proposed])


def exported(links: Table, identifiers: Table) -> bytes:
    """Write the links there are, then identifiers as literal mappings (SSSOM 1.1), from the queries of these names."""
    rows = [*map(_mapping, _said(links)), *map(_literal, _said(identifiers))]
    return _written("all", EXPORTED, rows)


def _to_review(one: Proposal, source: str, lang: str) -> dict[str, str]:
    row = {
        "subject_id": vocab.curie(one.subject.iri),
        "subject_label": one.subject.names[0],
        "predicate_id": one.predicate,
        "object_id": vocab.curie(one.object.iri),
        "object_label": one.object.names[0],
        "mapping_justification": one.justification,
        "confidence": f"{one.confidence:.2f}",
        "subject_match_field": one.subject_field,
        "object_match_field": one.object_field,
        "match_string": one.match_string,
        "similarity_score": "" if one.similarity is None else f"{one.similarity:.2f}",
        "object_source": source,
        "mapping_tool": TOOL,
        "company_relation": one.company_relation,
    }
    return {**row, "reason": reason(row, lang)}


def _said(table: Table) -> Iterable[dict[str, str]]:
    return (dict(zip(table.names, map(text, row), strict=True)) for row in table.rows)


def _mapping(said: Mapping[str, str]) -> dict[str, str]:
    return {
        "record_id": vocab.curie(said["mapping"]),
        "subject_id": vocab.curie(said["subject"]),
        "subject_label": said["label"],
        "predicate_id": vocab.curie(said["predicate"]),
        "object_id": vocab.curie(said["object"]),
        "object_label": said["objectLabel"],
        "mapping_justification": f"semapv:{said['justification']}",
        "confidence": said["confidence"],
        "object_source": "|".join(f"source-document:{key}" for key in said["source"].split("; ")),
        "reviewer_label": said["reviewer"].replace("; ", "|"),
        "review_date": said["reviewed"],
        "comment": said["comment"],
    }


def _literal(said: Mapping[str, str]) -> dict[str, str]:
    return {
        "subject_id": vocab.curie(said["subject"]),
        "subject_label": said["label"],
        "predicate_id": "skos:relatedMatch" if said["via"] else "skos:exactMatch",
        "object_label": said["identifier"],
        "object_type": _LITERAL,
        "mapping_justification": "semapv:ManualMappingCuration",
        "object_source": f"source-document:{_REGISTER_SOURCES[said['scheme']]}",
    }


def _written(name: str, columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> bytes:
    """Write metadata that every reader needs, the prefixes in use among them, and the rows."""
    out = io.StringIO()
    used = {found[1] for row in rows for value in row.values() if (found := _CURIE.match(value))}
    metadata = {
        "sssom_version": VERSION,
        "mapping_set_id": vocab.described("mappings", name),
        "license": vocab.LICENCE,
        "curie_map": {prefix: vocab.PREFIXES[prefix] for prefix in sorted(used & set(vocab.PREFIXES))},
    }
    for key, value in metadata.items():
        out.write(f"# {key}: {json.dumps(value, ensure_ascii=False)}\n")
    table = csv.writer(out, "excel-tab", lineterminator="\n")
    table.writerow(columns)
    table.writerows([guarded(row.get(column, "")) for column in columns] for row in rows)
    return out.getvalue().encode()
