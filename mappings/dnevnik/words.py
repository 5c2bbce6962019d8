"""The diary's fixed vocabularies beside ours (models.md, Vocabularies)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PERIOD_KINDS: Mapping[str, str] = {
    "Quarter": "quarter",
    "Trimester": "trimester",
    "HalfYear": "half_year",
    "Year": "year",
    "Semester": "semester",
    "Module": "module",
    "NotSet": "",
}
PERIOD_KIND_NAMES: Mapping[str, str] = {ours: theirs for theirs, ours in PERIOD_KINDS.items()}

SEXES: Mapping[str, str] = {"Male": "male", "Female": "female"}
SEX_LETTERS: Mapping[str, str] = {"male": "М", "female": "Ж", "": ""}

KNOWLEDGE_AREAS = frozenset(
    {
        *("Philology", "Mathematics", "SocialStudies", "NaturalScience"),
        *("Art", "PhysicalCulture", "Technology", "Common"),
    }
)

KINSHIPS: Mapping[str, str] = {
    "mother": "мать",
    "father": "отец",
    "grandmother": "бабушка",
    "grandfather": "дедушка",
    "guardian": "опекун",
    "brother": "брат",
    "sister": "сестра",
    "aunt": "тётя",
    "uncle": "дядя",
}
"""ASSUMED: no list of relation types was found in the evidence; an unknown word stays as the diary spells it."""


def kinship(word: str) -> str:
    folded = word.strip().casefold()
    return KINSHIPS.get(folded, folded)
