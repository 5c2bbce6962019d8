"""Two people laid side by side: trait by trait, without a verdict."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING

from mappings.people.spelling import (
    NOWHERE,
    OTHER,
    SAME,
    Grade,
    Trait,
    births,
    families,
    givens,
    patronymics,
    presence,
    spelt,
)
from mappings.snils import is_proven, snils_digits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mappings.people.facts import PersonFacts


@dataclass(frozen=True)
class Spelt:
    """A person's facts as they are compared."""

    facts: PersonFacts

    @cached_property
    def family(self) -> str:
        return spelt(self.facts.name.family)

    @cached_property
    def given(self) -> str:
        return spelt(self.facts.name.given)

    @cached_property
    def patronymic(self) -> str:
        return spelt(self.facts.name.patronymic)

    @cached_property
    def snils(self) -> str:
        """Digits that prove the number; blank where they do not."""
        digits = snils_digits(self.facts.snils)
        return digits if is_proven(digits) else ""

    @cached_property
    def personal_file(self) -> str:
        return "".join(spelt(self.facts.personal_file).split())

    @cached_property
    def position(self) -> str:
        return spelt(self.facts.position)


@dataclass(frozen=True, slots=True)
class Likeness:
    """How two people compare, in the order in which a person reads it."""

    family: Trait
    given: Trait
    patronymic: Trait
    birth_date: Trait
    snils: Trait
    personal_file: Trait
    sex: Trait
    form: Trait
    position: Trait
    pupil: Trait

    def traits(self) -> Iterator[tuple[str, Trait]]:
        """(what, trait) of everything at least one side speaks of."""
        for field in fields(self):
            trait: Trait = getattr(self, field.name)
            if trait.how != NOWHERE.how:
                yield field.name, trait

    @property
    def evidence(self) -> str:
        """What agreed and what differed, in words without a name: «family=typo given=same birth_date=same»."""
        return " ".join(f"{name}={trait.how}" for name, trait in self.traits())


def compare(ours: Spelt, theirs: Spelt) -> Likeness:
    """The two laid side by side. Symmetric."""
    one, other = ours.facts, theirs.facts
    return Likeness(
        family=families(ours.family, theirs.family),
        given=givens(ours.given, theirs.given),
        patronymic=patronymics(ours.patronymic, theirs.patronymic),
        birth_date=births(one.birth_date, other.birth_date),
        snils=_equal(ours.snils, theirs.snils),
        personal_file=_equal(ours.personal_file, theirs.personal_file),
        sex=_equal(one.sex, other.sex),
        form=_common(one.forms, other.forms),
        position=_equal(ours.position, theirs.position),
        pupil=_equal(one.pupil, other.pupil),
    )


def _equal(one: str, other: str) -> Trait:
    return presence(one, other) or (SAME if one == other else OTHER)


def _common(one: frozenset[str], other: frozenset[str]) -> Trait:
    return presence(one, other) or (SAME if one & other else OTHER)


__all__ = ["Grade", "Likeness", "Spelt", "compare"]
