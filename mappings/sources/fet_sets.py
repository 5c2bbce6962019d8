"""Whom a FET timetable teaches: years, groups and subgroups as forms and their parts.

A group is the set of its atoms: the same atomic subgroup may stand under several groups, so that two divisions of one
class cross in it (formats.md §6). What a year is, a class or a grade, is told by the names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from mappings.classes import parse_form
from mappings.names import clean
from mappings.sources.provisional import undated_form
from state.identity import SourcedId, subgroup_id
from state.records import Form, Subgroup

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from connectors.sources.fet_wire import FetFile, FetYear
    from mappings.sources.notes import Notes

_CLASS = re.compile(r"(?:1[01]|[1-9])[^\W\d_](?: \(.*\))?")
"""A form with its letter, in the house spelling."""
_DIGITS = re.compile(r"[\W\d_]+")
_ATOMS = "подгруппы"
"""The division of atomic subgroups that are taught by themselves: they are always disjoint."""
_BORDER = re.compile(r"[\W_]")

Atoms = frozenset[str]


@dataclass
class Sets:
    """Forms, their subgroups, and the groups that each name of the file means."""

    forms: dict[str, Form] = field(default_factory=dict)
    """By the name in the file."""
    subgroups: dict[SourcedId, Subgroup] = field(default_factory=dict)
    groups: dict[str, tuple[SourcedId, ...]] = field(default_factory=dict)
    known: set[SourcedId] = field(default_factory=set)

    def add_form(self, name: str, where: str, notes: Notes) -> Form:
        parsed = parse_form(name)
        form = Form(sourced_id=undated_form(name), name=parsed.name, grade=parsed.grade)
        if form.sourced_id in self.known:
            notes.add("FORM_REPEATED", where, name)
        self.known.add(form.sourced_id)
        self.forms[name] = form
        self.means(name, form.sourced_id)
        return form

    def add_subgroup(self, form: Form, division: str, name: str) -> None:
        label = clean(name)
        key = subgroup_id(form.sourced_id, division, label)
        self.subgroups[key] = Subgroup(sourced_id=key, name=label, form=form.sourced_id, division=division)
        self.means(name, key)

    def means(self, name: str, *groups: SourcedId) -> None:
        self.groups[name] = tuple(dict.fromkeys((*self.groups.get(name, ()), *groups)))


def read_sets(file: FetFile, notes: Notes) -> Sets:
    """Every year a form, or the forms among its groups; every other group a subgroup of the forms it has atoms of."""
    sets = Sets()
    taught = {name for activity in file.activities for name in activity.students}
    for year in file.years:
        _take_year(year, taught, sets, notes)
    if file.alone:
        _take_names(sorted(taught), file, sets, notes)
    return sets


def _take_year(year: FetYear, taught: set[str], sets: Sets, notes: Notes) -> None:
    groups: dict[str, Atoms] = {
        group.name: frozenset(one.name for one in group.subgroups) or frozenset({group.name}) for group in year.groups
    }
    everybody: Atoms = frozenset().union(*groups.values())
    classes = _classes(year.name, groups, everybody)
    if classes:
        forms = [(sets.add_form(name, _where(year, name), notes), groups[name]) for name in classes]
        sets.means(year.name, *(form.sourced_id for form, _ in forms))
    else:
        forms = [(sets.add_form(year.name, year.where, notes), everybody)]
    for form, atoms in forms:
        parts = {name: members & atoms for name, members in groups.items() if name not in classes and members & atoms}
        whole = [name for name, members in parts.items() if members == atoms and (classes or len(atoms) > 1)]
        for name in whole:
            sets.means(name, form.sourced_id)
        rest = {name: members for name, members in parts.items() if name not in whole}
        for division, names in _divisions(form.name, rest):
            for name in names:
                sets.add_subgroup(form, division, name)
        for atom in sorted((atoms & taught) - groups.keys()):
            sets.add_subgroup(form, _ATOMS, atom)


def _where(year: FetYear, name: str) -> str:
    return next((group.where for group in year.groups if group.name == name), year.where)


def _classes(year: str, groups: Mapping[str, Atoms], everybody: Atoms) -> tuple[str, ...]:
    """The groups that are forms, where the year is a grade: named as forms, without a common atom, everybody in one."""
    if _is_class(year):
        return ()
    named = [name for name in groups if _is_class(name)]
    disjoint = sum(len(groups[name]) for name in named) == len(everybody)
    return (
        tuple(named) if named and disjoint and everybody == frozenset().union(*(groups[name] for name in named)) else ()
    )


def _is_class(name: str) -> bool:
    return _CLASS.fullmatch(parse_form(name).name) is not None


# --- divisions -------------------------------------------------------------------------------------------------------


def _divisions(form: str, groups: Mapping[str, Atoms]) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Groups parted so that those of one division share nobody, in the order of the file: (code, groups).

    The code is what the names have in common («П1», «П2» → «П»), so that a new division does not rename the others; it
    is the number of the division where they have nothing in common or another division has the same.
    """
    found: list[dict[str, Atoms]] = []
    for name, atoms in groups.items():
        place = next((one for one in found if _fits(form, one, name, atoms)), None)
        if place is None:
            found.append({name: atoms})
        else:
            place[name] = atoms
    codes = [_stem(form, tuple(names)) for names in found]
    for number, (names, code) in enumerate(zip(found, codes, strict=True), 1):
        yield (code if code and codes.count(code) == 1 else str(number)), tuple(names)


def _fits(form: str, division: Mapping[str, Atoms], name: str, atoms: Atoms) -> bool:
    """Nobody is in two; and groups with a word in common do not mix with others."""
    if not all(atoms.isdisjoint(others) for others in division.values()):
        return False
    stems = {_letters(form, other) for other in division} | {_letters(form, name)}
    return len(stems) == 1 or len(stems) == len(division) + 1


def _stem(form: str, names: Sequence[str]) -> str:
    """«7А-англ1», «7А-англ2» → «англ»; blank where the names differ in letters."""
    stems = {_letters(form, name) for name in names}
    return stems.pop() if len(stems) == 1 else ""


@lru_cache(maxsize=4096)
def _letters(form: str, name: str) -> str:
    """The words of the group's own part of «ЛД101-П1»."""
    own = name[len(form) :] if name.casefold().startswith(form.casefold()) else name
    return " ".join(_DIGITS.sub(" ", own).split())


# --- without the plan ------------------------------------------------------------------------------------------------


def _take_names(names: Sequence[str], file: FetFile, sets: Sets, notes: Notes) -> None:
    """Only the table of the result: a name that begins with another one is a part of it."""
    known = frozenset(names)
    parts = {name: owner for name in names if (owner := _owner(name, known))}
    places = {name: activity.where for activity in file.activities for name in activity.students}
    for name in names:
        if name not in parts:
            sets.add_form(name, places[name], notes)
    for name, owner in parts.items():
        if owner not in sets.forms:
            sets.add_form(owner, places[name], notes)
        sets.add_subgroup(sets.forms[owner], _stem(owner, (name,)) or "1", name)
        notes.add("FET_DIVISION_GUESSED", places[name], name)


def _owner(name: str, names: frozenset[str]) -> str:
    """The shortest of the other names, or the name of a form, that `name` begins with, a sign between them."""
    heads = [name[: sign.start()] for sign in _BORDER.finditer(name)]
    return next((head for head in heads if head in names or _is_class(head)), "")
