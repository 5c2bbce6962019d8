"""The pages a deputy types the paper register into: our own lists and timetable dates, and nothing from the diary."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from connectors.paper.wire import LABEL_BREAK, TemplatePage
from mappings.names import normalise_name, shown_names
from state.records import Form, Lesson, Membership, Staff, Subgroup, Subject

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from state.identity import SourcedId
    from state.records import GradingPeriod, PersonName, Record
    from state.snapshot import Snapshot

    Names = Mapping[SourcedId, PersonName]


def template_pages(
    local: Snapshot[Record],
    names: Names,
    period: GradingPeriod,
    form: SourcedId,
    subject: SourcedId | None = None,
) -> tuple[TemplatePage, ...]:
    """A page for each subject that the form or one of its subgroups has lessons of in the period, by subject and group.

    The list holds everybody who was a member on any day of the period, with or without a consent: they all stand on
    paper, and the workbook never leaves the school. Columns are the timetable's lessons, one each.

    Args:
        local: the school's own side.
        names: every pupil's name, those without consent included.
        period: its lessons and its final mark.
        form: a form of `local`; KeyError otherwise.
        subject: only this one.
    """
    labels = _group_labels(local, form)
    lessons: dict[tuple[SourcedId, SourcedId], list[Lesson]] = defaultdict(list)
    for lesson in local.each(Lesson):
        inside = lesson.group in labels and period.starts <= lesson.day <= period.ends
        if inside and subject in (None, lesson.subject):
            lessons[lesson.group, lesson.subject].append(lesson)
    subjects = {item.sourced_id: item.name for item in local.each(Subject)}
    teachers = {item.sourced_id: item.name.full for item in local.each(Staff)}
    members = _members(local, labels, period)
    shown = shown_names({pupil: names[pupil] for pupil in set().union(*members.values())})
    pages = [
        TemplatePage(
            group=group,
            subject=taught,
            period=period.sourced_id,
            group_label=labels[group],
            subject_label=subjects.get(taught, taught),
            period_label=period.name,
            starts=period.starts,
            ends=period.ends,
            teacher=_teachers(placed, teachers),
            pupils=tuple((pupil, shown[pupil]) for pupil in _listed(members[group], names)),
            columns=_columns(placed),
        )
        for (group, taught), placed in lessons.items()
    ]
    return tuple(sorted(pages, key=lambda page: (normalise_name(page.subject_label), page.group_label)))


def rosters(local: Snapshot[Record], names: Names, period: GradingPeriod) -> dict[SourcedId, dict[str, SourcedId]]:
    """Group → name as a page shows it (normalised) → pupil; a subgroup has its whole form's names.

    A name that two pupils of the form share is left out: a person must say which of them it is.
    """
    forms = {form.sourced_id: form.sourced_id for form in local.each(Form)}
    forms |= {group.sourced_id: group.form for group in local.each(Subgroup)}
    members = _members(local, forms, period)
    known = {form: _by_name(members[form], names) for form in set(forms.values())}
    return {group: known[form] for group, form in forms.items()}


def _by_name(pupils: Iterable[SourcedId], names: Names) -> dict[str, SourcedId]:
    spelled: dict[str, set[SourcedId]] = defaultdict(set)
    for pupil, shown in shown_names({pupil: names[pupil] for pupil in pupils}).items():
        for spelling in (shown, f"{names[pupil].family} {names[pupil].given}", names[pupil].full):
            spelled[normalise_name(spelling)].add(pupil)
    return {spelling: found.pop() for spelling, found in spelled.items() if len(found) == 1}


def _group_labels(local: Snapshot[Record], form: SourcedId) -> dict[SourcedId, str]:
    """The form and its subgroups with what the head of a page calls them."""
    name = {item.sourced_id: item.name for item in local.each(Form)}[form]
    subgroups = [group for group in local.each(Subgroup) if group.form == form]
    repeated = Counter(group.name for group in subgroups)
    labels = {form: name}
    for group in subgroups:
        division = f" ({group.division})" if group.division and repeated[group.name] > 1 else ""
        labels[group.sourced_id] = f"{name}{LABEL_BREAK}{group.name}{division}"
    return labels


def _members(
    local: Snapshot[Record], groups: Iterable[SourcedId], period: GradingPeriod
) -> dict[SourcedId, set[SourcedId]]:
    """Pupils of each group on any day of the period; blank dates mean the whole year."""
    found: dict[SourcedId, set[SourcedId]] = {group: set() for group in groups}
    for member in local.each(Membership):
        came = member.starts is None or member.starts <= period.ends
        stayed = member.ends is None or member.ends >= period.starts
        if member.group in found and came and stayed:
            found[member.group].add(member.person)
    return found


def _listed(pupils: Iterable[SourcedId], names: Names) -> list[SourcedId]:
    """In the order of a paper list, ё as е."""
    return sorted(pupils, key=lambda pupil: (normalise_name(names[pupil]), pupil))


def _columns(lessons: Sequence[Lesson]) -> tuple[tuple[date, int], ...]:
    """(day, n-th lesson of the subject that day), as requirements §F number them."""
    seen: Counter[date] = Counter()
    columns = []
    for lesson in sorted(lessons, key=lambda lesson: (lesson.day, lesson.number)):
        seen[lesson.day] += 1
        columns.append((lesson.day, seen[lesson.day]))
    return tuple(columns)


def _teachers(lessons: Sequence[Lesson], teachers: Mapping[SourcedId, str]) -> str:
    """The teachers of these lessons, the one with most lessons first."""
    counted = Counter(teacher for lesson in lessons for teacher in lesson.teachers)
    ordered = sorted(counted, key=lambda teacher: (-counted[teacher], teacher))
    return ", ".join(teachers[teacher] for teacher in ordered if teacher in teachers)
