"""Why a link was proposed, in words, from what its row says: fields of SSSOM → a sentence in a language."""

from __future__ import annotations

from collections.abc import Mapping

from g7graph import i18n

BY_HAND = "semapv:ManualMappingCuration"
#: How a link was found → the key of its reason.
_REASONS = {
    "semapv:LexicalMatching": "same_name",
    "semapv:LexicalSimilarityThresholdMatching": "similar_name",
    "semapv:StructuralMatching": "parent",
}
#: How a link that is recorded may have been found.
JUSTIFICATIONS = (BY_HAND, *_REASONS)
_NAMED, _IDENTIFIED = "same_name", "same_identifier"
_LABEL = "rdfs:label"


def reason(row: Mapping[str, str], lang: str = i18n.DEFAULT) -> str:
    """Return the sentence; nothing for a link that a person found, who says it in the comment."""
    key, field = _REASONS.get(row["mapping_justification"], ""), row["subject_match_field"]
    if not key:
        return ""
    return i18n.text(
        f"linking.{_IDENTIFIED if key == _NAMED and field != _LABEL else key}",
        lang,
        one=row["subject_label"],
        other=row["object_label"],
        shared=row["match_string"],
        score=row["similarity_score"],
        register=field.partition(":")[2],
    )


def comment(row: Mapping[str, str], lang: str) -> str:
    """Return the reason with what the reviewer has added."""
    return " ".join(filter(None, (reason(row, lang), row["comment"])))
