"""The rules by which two people may be one, strongest first. Only the first few ever link, the rest propose.

A rule looks at one pair and nothing else; whether it may link is decided among all pairs (`engine`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mappings.people.spelling import Grade

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mappings.people.facts import PersonFacts
    from mappings.people.likeness import Likeness

_AS_WRITTEN = frozenset({"same", "same_initial", "initial"})
OTHER, UNKNOWN, ALIKE, SAME = Grade.OTHER, Grade.UNKNOWN, Grade.ALIKE, Grade.SAME


@dataclass(frozen=True, slots=True)
class Rule:
    """`links`: a pair that fits it alone is linked without a person."""

    name: str
    links: bool
    fits: Callable[[Likeness, PersonFacts, PersonFacts], bool]


def first_rule(likeness: Likeness, ours: PersonFacts, theirs: PersonFacts) -> int | None:
    """The place in `RULES` of the strongest rule the pair fits; None: these are two people."""
    if likeness.pupil.grade is OTHER:
        return None
    return next((place for place, rule in enumerate(RULES) if rule.fits(likeness, ours, theirs)), None)


# --- what rules ask of a pair -----------------------------------------------------------------------------------------


def _no_contradiction(one: Likeness) -> bool:
    """Nothing both sides speak of is another's: neither sex, patronymic, birth date nor a proven number."""
    said = (one.given, one.patronymic, one.birth_date, one.snils, one.personal_file, one.sex)
    return all(trait.grade is not OTHER for trait in said)


def _whole_name(one: Likeness) -> bool:
    """Family and given name equal in full, and the patronymic as far as both sides have it."""
    in_full = one.family.grade is one.given.grade is SAME
    return in_full and one.patronymic.how in {"same", "same_initial", "nowhere"}


def _given_agrees(one: Likeness) -> bool:
    return one.given.grade is SAME or one.given.how == "variant"


def _slip_of_a_name(one: Likeness) -> bool:
    """Every part equal or alike, the patronymic perhaps missing."""
    return one.family.grade >= ALIKE and one.given.grade >= ALIKE and one.patronymic.grade >= UNKNOWN


def _one_slip(one: Likeness) -> bool:
    """As above, and at most one part is not equal; without a birth date to lean on only single letters are believed."""
    blemished = [trait for trait in (one.family, one.given, one.patronymic) if trait.grade is ALIKE]
    return _slip_of_a_name(one) and len(blemished) <= 1 and all(trait.how != "typos" for trait in blemished)


# --- the rules that link ----------------------------------------------------------------------------------------------


def _snils(one: Likeness, _ours: PersonFacts, _theirs: PersonFacts) -> bool:
    """A proven number, the same given name, and the family name or all of the rest."""
    if one.snils.grade is not SAME or not _no_contradiction(one) or not _given_agrees(one):
        return False
    return one.family.grade >= ALIKE or one.birth_date.grade is one.patronymic.grade is SAME


def _personal_file(one: Likeness, _ours: PersonFacts, _theirs: PersonFacts) -> bool:
    """The school's own number with the same name; a slip in the family name when the birth date is the same."""
    if one.personal_file.grade is not SAME or not _no_contradiction(one) or not _given_agrees(one):
        return False
    return one.family.grade is SAME or (one.family.grade is ALIKE and one.birth_date.grade is SAME)


def _name_birth(one: Likeness, _ours: PersonFacts, theirs: PersonFacts) -> bool:
    return _whole_name(one) and one.birth_date.grade is SAME and _no_contradiction(one) and not theirs.forsaken


def _handed_over(one: Likeness, ours: PersonFacts, theirs: PersonFacts) -> bool:
    """We put the person in, nobody of that name was there before, and now there is one."""
    return ours.handed and _whole_name(one) and _no_contradiction(one) and not theirs.forsaken


def _guardian(one: Likeness, _ours: PersonFacts, _theirs: PersonFacts) -> bool:
    """Among the few guardians of one pupil the whole name is enough."""
    return one.pupil.grade is SAME and _whole_name(one) and _no_contradiction(one)


# --- the rules that propose -------------------------------------------------------------------------------------------


def _not_another(one: Likeness) -> bool:
    """Two proven numbers that differ are two people, whatever their names."""
    return one.snils.grade is not OTHER


def _same_number(one: Likeness, _ours: PersonFacts, _theirs: PersonFacts) -> bool:
    return one.snils.grade is SAME


def _same_file(one: Likeness, _ours: PersonFacts, _theirs: PersonFacts) -> bool:
    some_name = one.family.grade >= ALIKE or one.given.grade >= ALIKE
    return one.personal_file.grade is SAME and some_name and one.given.grade is not OTHER and _not_another(one)


def _slip_and_birth(one: Likeness, _ours: PersonFacts, _theirs: PersonFacts) -> bool:
    """The same birth date and a name with slips in it. A given name of another sex is a twin's."""
    if one.birth_date.grade is not SAME or not _not_another(one):
        return False
    if one.patronymic.grade is OTHER or one.sex.grade is OTHER:
        return one.family.grade is one.given.grade is SAME
    return _slip_of_a_name(one)


def _family_changed(one: Likeness, _ours: PersonFacts, _theirs: PersonFacts) -> bool:
    """Another family name over the same given name, patronymic and birth date (or form, where there is none)."""
    if one.family.grade is not OTHER or one.birth_date.grade is not SAME or not _given_agrees(one):
        return False
    known = one.patronymic.grade >= ALIKE or (one.patronymic.grade is UNKNOWN and one.form.grade is SAME)
    return known and one.sex.grade is not OTHER and _not_another(one)


def _slip_of_birth(one: Likeness, _ours: PersonFacts, _theirs: PersonFacts) -> bool:
    return one.birth_date.grade is ALIKE and _one_slip(one) and _not_another(one)


def _name_form(one: Likeness, _ours: PersonFacts, _theirs: PersonFacts) -> bool:
    """The name, perhaps with a slip, and the form; a birth date that differs only under the whole name."""
    if one.form.grade is not SAME or not _one_slip(one) or not _not_another(one):
        return False
    return one.birth_date.grade is UNKNOWN or (one.birth_date.grade is OTHER and one.patronymic.grade is SAME)


def _name_alone(one: Likeness, _ours: PersonFacts, _theirs: PersonFacts) -> bool:
    """No birth date to tell by: the whole name, or its initials, or one slip in it with nothing missing."""
    if one.birth_date.grade is not UNKNOWN or not _not_another(one) or one.sex.grade is OTHER:
        return False
    if one.form.grade is OTHER or one.family.grade is not SAME:
        return _one_slip_of_the_family(one)
    return one.given.grade >= ALIKE and one.given.how != "typo" and one.patronymic.grade >= UNKNOWN


def _one_slip_of_the_family(one: Likeness) -> bool:
    rest = one.given.how in _AS_WRITTEN and one.patronymic.how in _AS_WRITTEN
    return rest and one.family.grade >= ALIKE and one.family.how != "typos" and one.form.grade is not OTHER


def _family_changed_unseen(one: Likeness, _ours: PersonFacts, theirs: PersonFacts) -> bool:
    """Another family name and no birth date: asked only where the post is the same, or the other has left our files."""
    rest = one.given.how in _AS_WRITTEN and one.patronymic.how in _AS_WRITTEN
    reason = one.position.grade is SAME or (theirs.forsaken and one.patronymic.how == "same")
    unknown = one.birth_date.grade is UNKNOWN and one.family.grade is OTHER
    return unknown and rest and reason and one.sex.grade is not OTHER and _not_another(one)


def _left_and_came(one: Likeness, _ours: PersonFacts, theirs: PersonFacts) -> bool:
    """Somebody of that whole name has left our files: perhaps the same under a new number."""
    return theirs.forsaken and _whole_name(one) and _not_another(one) and one.birth_date.grade is not OTHER


RULES: Sequence[Rule] = (
    Rule("snils", links=True, fits=_snils),
    Rule("personal-file", links=True, fits=_personal_file),
    Rule("name-birth", links=True, fits=_name_birth),
    Rule("guardian-of-pupil", links=True, fits=_guardian),
    Rule("handed-over", links=True, fits=_handed_over),
    Rule("snils-other-name", links=False, fits=_same_number),
    Rule("file-other-name", links=False, fits=_same_file),
    Rule("left-and-came", links=False, fits=_left_and_came),
    Rule("slip-and-birth", links=False, fits=_slip_and_birth),
    Rule("family-changed", links=False, fits=_family_changed),
    Rule("slip-of-birth", links=False, fits=_slip_of_birth),
    Rule("name-form", links=False, fits=_name_form),
    Rule("name-alone", links=False, fits=_name_alone),
    Rule("family-changed-unseen", links=False, fits=_family_changed_unseen),
)
