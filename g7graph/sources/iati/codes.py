"""The codes of IATI 2.03 that have a counterpart here; `ontology/alignments/iati.ttl` says the same for everybody.

Codelists of IATI are CC BY 4.0 (iatistandard.org); only the codes themselves stand here.
"""

from __future__ import annotations

VERSION = "2.03"
#: OrganisationRole → our property of a project; extending (3) has none.
ROLES = {"1": "donor", "2": "responsible", "3": "", "4": "implementer"}
#: List of org-id.guide that a RUC, the Peruvian tax number of `g7:ruc`, is of: the prefix of an identifier.
RUC = "PE-RUC-"
#: Our code of `agency-kind` → OrganisationType, where one fits whatever organisation it is.
ORGANISATION_TYPES = {"bilateral-donor": "10", "state": "10", "multilateral": "40", "foundation": "60"}
#: Any other type: of who writes a file and is none of those.
OTHER_ORGANISATION = "90"
#: Our code of `place-level` → LocationType.
FEATURES = {"country": "PCLI", "region": "ADM1", "province": "ADM2", "district": "ADM3"}
#: IndicatorMeasure → our code of `measure`; nominal and ordinal values are words.
MEASURES = {"1": "count", "2": "percentage", "3": "qualitative", "4": "qualitative", "5": "qualitative"}
#: Our code of `measure` → IndicatorMeasure.
OUR_MEASURES = {"count": "1", "percentage": "2", "qualitative": "5"}
#: ResultType: output, outcome, impact, other → our class and kind of indicator.
TYPES = {
    "1": ("Result", "process"),
    "2": ("Objective", "performance"),
    "3": ("Objective", "performance"),
    "9": ("Result", ""),
}
#: What ours are written as: objectives, measured by performance, outcomes; results, measured by process, outputs.
RESULT, OBJECTIVE = "1", "2"
#: Vocabulary 99: the reporting organisation's own (IndicatorVocabulary, ResultVocabulary, SectorVocabulary).
OWN = "99"
#: SectorVocabulary: the codes of five digits of the OECD's DAC.
DAC = "1"
#: GeographicVocabulary: GeoNames.
GEONAMES = "G1"
#: DocumentCategory: results, outcomes and outputs; web page of the activity.
RESULTS_DOCUMENT, WEB_PAGE = "A08", "A12"
#: ActivityDateType: planned start and end.
PLANNED_START, PLANNED_END = "1", "3"
#: RelatedActivityType.
PARENT, CHILD = "1", "2"
#: ActivityStatus: in preparation, under way.
PIPELINE, IMPLEMENTATION = "1", "2"
#: OtherIdentifierType: one that somebody else gives the activity.
OTHER_IDENTIFIER = "A9"
