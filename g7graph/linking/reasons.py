"""Why a link was proposed, in words, from what its row says: fields of SSSOM → a sentence in a language."""

from __future__ import annotations

from collections.abc import Mapping

from g7graph import i18n

BY_HAND = "semapv:ManualMappingCuration"
_LIKE = "semapv:LexicalSimilarityThresholdMatching"
_PARENT = "semapv:StructuralMatching"
_LEXICAL = "semapv:LexicalMatching"
#: How a link that is recorded may have been found.
JUSTIFICATIONS = (BY_HAND, _LEXICAL, _LIKE, _PARENT)
_LABEL = "rdfs:label"


def reason(row: Mapping[str, str], lang: str = i18n.DEFAULT) -> str:
    """Return the sentence; nothing for a link that a person found, who says it in the comment."""
    said = {"one": row["subject_label"], "other": row["object_label"], "shared": row["match_string"]}
    match row["mapping_justification"]:
        case "semapv:LexicalMatching" if row["subject_match_field"] == _LABEL:
            return i18n.text("linking.same_name", lang, **said)
        case "semapv:LexicalMatching":
            register = row["subject_match_field"].partition(":")[2]
            return i18n.text("linking.same_identifier", lang, register=register, **said)
        case "semapv:LexicalSimilarityThresholdMatching":
            return i18n.text("linking.similar_name", lang, score=row["similarity_score"], **said)
        case "semapv:StructuralMatching":
            return i18n.text("linking.parent", lang, **said)
    return ""


def comment(row: Mapping[str, str], lang: str) -> str:
    """Return the reason with what the reviewer has added."""
    return " ".join(filter(None, (reason(row, lang), row["comment"])))
