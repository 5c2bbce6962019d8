"""The verbs of subgroups: the workbook to fill in, and recording an agreement that was given beside it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from connectors.sources.subgroup_book import BookDivision, BookForm, BookPupil, division_title
from connectors.sources.subgroup_template import write_subgroup_book
from gateway.errors import DataError
from gateway.faultmap import in_our_words
from gateway.i18n import _
from gateway.whole import whole
from mappings.classes import normalise_form
from mappings.names import normalise_name
from mappings.sources.seating import seats_digest
from state.agreements import RecordedAgreement
from state.identity import staff_id
from state.records import Agreement, Form, Lesson, Membership, Pupil, Subgroup, Subject

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from mappings.sources.assemble import Assembled
    from mappings.sources.seating import Division
    from state.identity import SourcedId
    from state.records import Record
    from state.snapshot import Snapshot
    from state.store import Store


def write_template(local: Assembled, path: Path, year: int, form: str | None = None) -> int:
    """The workbook lies at `path`, with this year's seats where there are any; the number of its forms.

    Raises DataError where the timetable divides no form, or not that one.
    """
    forms = book_forms(local, form)
    with whole(path) as unfinished:
        write_subgroup_book(unfinished, forms, year)
    return len(forms)


def book_forms(local: Assembled, form: str | None = None) -> tuple[BookForm, ...]:
    """The divided forms in the order of their grades, each with its pupils by the alphabet."""
    divided: defaultdict[SourcedId, list[Division]] = defaultdict(list)
    for division in local.seating.divisions:
        divided[division.form].append(division)
    wanted = normalise_form(form) if form else None
    forms = [one for one in local.snapshot.each(Form) if one.sourced_id in divided and wanted in (None, one.name)]
    if not forms:
        known = ", ".join(sorted({one.form_name for one in local.seating.divisions}))
        raise DataError(
            _("В расписании класс {form} не делится на подгруппы").format(form=wanted)
            if wanted
            else _("В расписании нет деления классов на подгруппы"),
            _("Делятся: {forms}").format(forms=known) if known else _("Сначала: sverka import"),
        )
    subjects = _subjects(local.snapshot)
    groups = {group.sourced_id: group.name for group in local.snapshot.each(Subgroup)}
    seats = {
        (seat.person, one.tag, one.form): groups[seat.group] for one in local.seating.divisions for seat in one.seats
    }
    members = _members(local.snapshot)
    return tuple(
        BookForm(
            name=one.name,
            pupils=tuple(_pupil(pupil, one, divided[one.sourced_id], seats) for pupil in members[one.sourced_id]),
            divisions=tuple(_division(item, subjects, groups) for item in divided[one.sourced_id]),
        )
        for one in sorted(forms, key=lambda one: (one.grade, one.name))
    )


def _pupil(
    pupil: Pupil, form: Form, divisions: Iterable[Division], seats: Mapping[tuple[SourcedId, str, SourcedId], str]
) -> BookPupil:
    known = {one.tag: seats.get((pupil.sourced_id, one.tag, form.sourced_id), "") for one in divisions}
    return BookPupil(
        family=pupil.name.family,
        given=pupil.name.given,
        patronymic=pupil.name.patronymic,
        file=pupil.personal_file,
        seats={tag: group for tag, group in known.items() if group},
    )


def _division(
    division: Division, subjects: Mapping[SourcedId, set[str]], groups: Mapping[SourcedId, str]
) -> BookDivision:
    taught = sorted(set().union(*(subjects.get(group, set()) for group in division.groups)))
    return BookDivision(
        tag=division.tag,
        title=division_title(taught, division.tag),
        groups=tuple(sorted(groups[group] for group in division.groups)),
    )


def _subjects(snapshot: Snapshot[Record]) -> Mapping[SourcedId, set[str]]:
    """Group → the subjects it has lessons of."""
    names = {subject.sourced_id: subject.name for subject in snapshot.each(Subject)}
    found: defaultdict[SourcedId, set[str]] = defaultdict(set)
    for lesson in snapshot.each(Lesson):
        found[lesson.group].add(names.get(lesson.subject, lesson.subject))
    return found


def _members(snapshot: Snapshot[Record]) -> Mapping[SourcedId, list[Pupil]]:
    pupils = {pupil.sourced_id: pupil for pupil in snapshot.each(Pupil)}
    found: defaultdict[SourcedId, list[Pupil]] = defaultdict(list)
    for seat in snapshot.each(Membership):
        if seat.person in pupils:
            found[seat.group].append(pupils[seat.person])
    for members in found.values():
        members.sort(key=lambda pupil: (normalise_name(pupil.name), pupil.personal_file))
    return found


def division_json(division: Division) -> dict[str, Any]:
    """One division in figures, without a pupil's name."""
    return {
        "form": division.form_name,
        "division": division.tag,
        "groups": len(division.groups),
        "seated": len(division.seats),
        "class_teacher": _agreement_json(division.tutor),
        "teacher": _agreement_json(division.teacher),
        "draft": division.is_draft,
    }


def _agreement_json(agreement: Agreement | None) -> dict[str, Any] | None:
    return {"who": agreement.who, "date": agreement.day} if agreement else None


def agree(
    store: Store, local: Assembled, *, form: str, division: str | None, who: str, day: date, actor: str
) -> tuple[Division, ...]:
    """Somebody's agreement is recorded for the seating as it is now: the form teacher's without `division`, else the
    subject teacher's. It ends when a sheet seats the pupils otherwise. Raises DataError.
    """
    wanted = normalise_form(form)
    ours = [one for one in local.seating.divisions if one.form_name == wanted]
    chosen = [one for one in ours if one.seats and division in (None, one.tag)]
    if not chosen:
        raise DataError(
            _("У класса {form} нет заполненного деления на подгруппы").format(form=wanted)
            if division is None
            else _("У класса {form} нет заполненного деления {division}").format(form=wanted, division=division),
            _("Посмотреть деления: sverka subgroups"),
        )
    if not who.strip():
        raise DataError(_("Согласование без имени не принимается"), _("Назовите, кто согласовал: --who ФИО"))
    key = (chosen[0].form, division or "")
    taken: dict[tuple[SourcedId, str], Sequence[Membership]] = {(one.form, one.tag): one.seats for one in ours}
    agreement = Agreement(form=key[0], division=key[1], who=who.strip(), day=day)
    digest = seats_digest(*key, taken)
    with in_our_words(), store.begin() as work:
        work.put_subgroup_agreements([RecordedAgreement(agreement=agreement, digest=digest, recorded_by=actor)])
        figures = {"form": key[0], "division": key[1], "who": staff_id(who), "day": day.isoformat(), "seats": digest}
        work.record("subgroups_agreed", figures, actor)
        work.commit()
    return tuple(chosen)
