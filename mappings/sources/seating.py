"""Whether the pupils of every form sit in exactly one subgroup of each division, and who agreed to it (R090)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mappings.names import normalise_name
from mappings.sources.provisional import dated
from mappings.sources.subgroup_sheet import no_seat
from state.local import Problem
from state.records import digest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from state.agreements import RecordedAgreement
    from state.identity import SourcedId
    from state.local import LocalPart
    from state.records import Agreement, Form, Membership, Pupil, Subgroup

    Key = tuple[SourcedId, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What was agreed to beside the sheets; `always` asks for it of the sheet with a row per pupil as well."""

    recorded: tuple[RecordedAgreement, ...] = ()
    always: bool = False


NOTHING_ASKED = Agreed()


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """One division of a form as the files have it: who sits where, who agreed, and what is missing."""

    form: SourcedId
    form_name: str
    tag: str
    groups: tuple[SourcedId, ...]
    seats: tuple[Membership, ...]
    tutor: Agreement | None = None
    teacher: Agreement | None = None
    needs_agreement: bool = False

    @property
    def is_draft(self) -> bool:
        """Somebody sits here, and not everybody who must has agreed."""
        return bool(self.seats) and self.needs_agreement and not (self.tutor and self.teacher)


@dataclass(frozen=True, kw_only=True)
class Seating:
    divisions: tuple[Division, ...]
    problems: tuple[Problem, ...]
    """Those not told by the sheets themselves."""
    everybody_sits: bool

    @property
    def is_whole(self) -> bool:
        """Everybody sits somewhere, and all of it is agreed to."""
        return self.everybody_sits and all(one.seats and not one.is_draft for one in self.divisions)

    @property
    def drafts(self) -> tuple[Division, ...]:
        return tuple(one for one in self.divisions if one.is_draft)

    @property
    def agreed(self) -> tuple[Membership, ...]:
        """The seats that may be pushed."""
        return tuple(seat for one in self.divisions if not one.is_draft for seat in one.seats)


def seating_of(
    *,
    sheet: LocalPart | None,
    forms: Mapping[SourcedId, Form],
    groups: Mapping[SourcedId, Subgroup],
    used: Collection[SourcedId],
    in_forms: Iterable[Membership],
    seats: Sequence[Membership],
    pupils: Mapping[SourcedId, Pupil],
    year: int,
    asked: Agreed,
    told: Iterable[Problem],
    doubtful: Collection[Key] = frozenset(),
) -> Seating:
    """All divisions that lessons or pupils use.

    `told` are the findings so far: nobody is reported twice. Of a `doubtful` division, which has rows that could not be
    read for sure, nobody is reported missing before those are mended.
    """
    members: defaultdict[SourcedId, set[SourcedId]] = defaultdict(set)
    for member in in_forms:
        members[member.group].add(member.person)
    by_key: defaultdict[Key, list[SourcedId]] = defaultdict(list)
    for group in sorted(used & groups.keys()):
        by_key[groups[group].form, groups[group].division].append(group)
    taken: defaultdict[Key, list[Membership]] = defaultdict(list)
    for seat in seats:
        taken[groups[seat.group].form, groups[seat.group].division].append(seat)
    given = _Given(sheet, year, asked, taken)
    divisions = tuple(
        Division(
            form=form,
            form_name=forms[form].name if form in forms else form.rpartition(":")[2],
            tag=tag,
            groups=tuple(found),
            seats=tuple(taken[form, tag]),
            tutor=given.find(form, ""),
            teacher=given.find(form, tag),
            needs_agreement=asked.always or form in given.sheets,
        )
        for (form, tag), found in by_key.items()
    )
    known = {problem.raw.partition(": ")[0] for problem in (*told, *(sheet.problems if sheet else ()))}
    problems = [
        one
        for division in divisions
        if (division.form, division.tag) not in doubtful
        for one in _unseated(division, members[division.form], pupils, sheet)
    ]
    return Seating(
        divisions=divisions,
        problems=tuple(one for one in problems if one.raw not in known),
        everybody_sits=not problems and not doubtful,
    )


class _Given:
    """The agreements of the sheets and those recorded beside them, which hold for one seating only."""

    def __init__(
        self, sheet: LocalPart | None, year: int, asked: Agreed, taken: Mapping[Key, Sequence[Membership]]
    ) -> None:
        written = [(dated(one.form, year), one) for one in (sheet.agreements if sheet else ())]
        self.sheets = {form for form, _ in written}
        self._given: dict[Key, Agreement] = {(form, one.division): one for form, one in written if one.given}
        for row in asked.recorded:
            key = (row.agreement.form, row.agreement.division)
            if row.digest == seats_digest(*key, taken):
                self._given[key] = row.agreement

    def find(self, form: SourcedId, division: str) -> Agreement | None:
        return self._given.get((form, division))


def seats_digest(form: SourcedId, division: str, taken: Mapping[Key, Sequence[Membership]]) -> str:
    """Digest of who sits where in a division; of a blank one, in all divisions of the form."""
    keys = [key for key in taken if key[0] == form and division in ("", key[1])]
    return digest(sorted([seat.person, seat.group] for key in keys for seat in taken[key]))


def _unseated(
    division: Division, members: Collection[SourcedId], pupils: Mapping[SourcedId, Pupil], sheet: LocalPart | None
) -> Iterable[Problem]:
    """Nothing where no sheet was handed in at all: then nobody has said anything yet."""
    if sheet is None or not members:
        return
    if not division.seats:
        raw = f"{division.form_name}, деление {division.tag}"
        yield Problem(code="DIVISION_NOT_SEATED", where=sheet.source, raw=raw, blocks=True)
        return
    seated = {seat.person for seat in division.seats}
    for person in sorted(set(members) - seated, key=lambda one: (normalise_name(pupils[one].name), one)):
        raw = no_seat(pupils[person].name.full, division.form_name, division.tag)
        yield Problem(code="NO_SUBGROUP", where=sheet.source, raw=raw, blocks=True)
