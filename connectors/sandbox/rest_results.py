"""REST reads of what marks add up to: period marks, averages, histograms."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from connectors.sandbox import shapes, shapes_register
from connectors.sandbox.nouns import PERIOD_MARK
from connectors.sandbox.refusals import missing
from connectors.sandbox.rest_marks import in_group, of_person, of_work, shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connectors.sandbox.call import Call
    from connectors.sandbox.nouns import Group, Mark, Period
    from connectors.sandbox.shapes import Json


# --- final marks -----------------------------------------------------------------------------------------------------


def _period_id(call: Call, group: Group, one: Mark) -> int | None:
    periods = call.world.period_group_of(group)
    number = call.world.works[one.work].period_number
    return next((row.id for row in periods.periods.values() if row.number == number), None) if periods else None


def group_finals(call: Call) -> list[Json]:
    """One row per pupil and period."""
    call.staff_only()
    group = call.group()
    rows: dict[tuple[int, int | None], list[Json]] = defaultdict(list)
    for one in call.world.finals_in.get(group.id, {}).values():
        rows[one.person, _period_id(call, group, one)].append(shapes_register.final_mark(call.world, one))
    return [
        {
            **shapes.twin("person", person),
            **shapes.twin("group", group.id),
            "reportingPeriod": period,
            "reportingPeriod_str": str(period) if period else None,
            "per-subject-final-marks": marks,
        }
        for (person, period), marks in rows.items()
    ]


def _finalsof_person(call: Call) -> list[Mark]:
    person = call.person()
    return [one for one in call.world.finals_in.get(call.group().id, {}).values() if one.person == person.id]


def person_finals(call: Call) -> list[Json]:
    return [shapes_register.final_mark(call.world, one) for one in _finalsof_person(call)]


def person_all_finals(call: Call) -> Json:
    world = call.world
    marks = _finalsof_person(call)
    works = [world.works[one.work] for one in marks]
    return {
        "marks": shown(call, marks),
        "works": [shapes_register.work(one) for one in works],
        "subjects": [shapes.subject(world.subjects[key], False) for key in sorted({one.subject for one in works})],
        "workTypes": [shapes_register.work_type_ref(world, world.work_types[PERIOD_MARK])],
    }


def group_subject_finals(call: Call) -> list[Json]:
    call.staff_only()
    subject = call.subject().id
    found = call.world.finals_in.get(call.group().id, {}).values()
    return shown(call, (one for one in found if call.world.works[one.work].subject == subject))


# --- averages --------------------------------------------------------------------------------------------------------


def _period(call: Call, name: str = "period") -> Period:
    found = call.world.periods.get(call.number(name))
    if found is None:
        raise missing("The reporting period")
    return found


def _comma(marks: Iterable[Mark]) -> str:
    value = shapes_register.average([one.value for one in marks])
    return "" if value is None else shapes_register.decimal_comma(value)


def person_average(call: Call) -> str:
    """A bare JSON string with a decimal comma; blank where there are no marks."""
    period = _period(call)
    subject = call.subject().id if "subject" in call.path else None
    return _comma(of_person(call, (period.starts, period.ends), subject))


def _by_person_and_subject(call: Call, marks: Iterable[Mark]) -> dict[int, dict[int, list[Mark]]]:
    table: dict[int, dict[int, list[Mark]]] = defaultdict(lambda: defaultdict(list))
    for one in marks:
        table[one.person][call.world.works[one.work].subject].append(one)
    return table


def _averages(call: Call, marks: Iterable[Mark]) -> list[Json]:
    return [
        {
            **shapes.twin("person", person),
            "per-subject-averages": [
                {**shapes.twin("subject", subject), "avg-mark-value": _comma(found)}
                for subject, found in subjects.items()
            ],
        }
        for person, subjects in _by_person_and_subject(call, marks).items()
    ]


def group_averages(call: Call) -> list[Json]:
    call.staff_only()
    return _averages(call, in_group(call, call.group(), call.window()))


def group_period_averages(call: Call) -> list[Json]:
    """Of the period up to the date."""
    call.staff_only()
    group, period = call.group(), _period(call)
    rows = _averages(call, in_group(call, group, (period.starts, min(period.ends, call.day("date")))))
    where = {**shapes.twin("group", group.id), **shapes.twin("reportingPeriod", period.id)}
    return [{**row, **where} for row in rows]


def weighted_averages(call: Call) -> Json:
    """JSON floats, unlike the other averages; the weight is the work type's."""
    call.staff_only()
    weights = {one.id: one.weight for one in call.world.work_types.values()}
    sums: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for one in in_group(call, call.group(), call.window()):
        work = call.world.works[one.work]
        if one.value.isdecimal():
            cell = sums[work.subject][one.person]
            cell[0] += int(one.value) * weights[work.work_type]
            cell[1] += weights[work.work_type]
    return {
        "subjectMarks": [
            {
                **shapes.twin("subject", subject),
                "marks": [
                    {"person": person, "value": round(total / weight, 2)} for person, (total, weight) in row.items()
                ],
            }
            for subject, row in sums.items()
        ]
    }


# --- histograms ------------------------------------------------------------------------------------------------------


def _mark_numbers(marks: Iterable[Mark]) -> list[Json]:
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for one in marks:
        counts[one.number][one.value] += 1
    return [
        {"markNumber": number, "marks": [{"value": value, "count": count} for value, count in sorted(row.items())]}
        for number, row in sorted(counts.items())
    ]


def work_histogram(call: Call) -> Json:
    """Counts of everybody's marks, nobody named: families of the group read it too."""
    return {"markNumbers": _mark_numbers(of_work(call, "workID"))}


def period_histogram(call: Call) -> Json:
    period = _period(call, "periodID")
    days = (period.starts, period.ends)
    works: dict[int, list[Mark]] = defaultdict(list)
    for one in in_group(call, call.group("groupID"), days, call.subject("subjectID").id):
        works[one.work].append(one)
    return {
        "works": [
            {"workId": key, "workId_str": str(key), "markNumbers": _mark_numbers(marks)} for key, marks in works.items()
        ]
    }


ROUTES = (
    ("GET", "/edu-groups/{group}/final-marks", group_finals),
    ("GET", "/persons/{person}/edu-groups/{group}/final-marks", person_finals),
    ("GET", "/persons/{person}/edu-groups/{group}/allfinalmarks", person_all_finals),
    ("GET", "/edu-groups/{group}/subjects/{subject}/final-marks", group_subject_finals),
    ("GET", "/persons/{person}/reporting-periods/{period}/avg-mark", person_average),
    ("GET", "/persons/{person}/reporting-periods/{period}/subjects/{subject}/avg-mark", person_average),
    ("GET", "/edu-groups/{group}/avg-marks/{from}/{to}", group_averages),
    ("GET", "/edu-groups/{group}/reporting-periods/{period}/avg-marks/{date}", group_period_averages),
    ("GET", "/edu-groups/{group}/wa-marks/{from}/{to}", weighted_averages),
    ("GET", "/works/{workID}/marks/histogram", work_histogram),
    ("GET", "/periods/{periodID}/subjects/{subjectID}/groups/{groupID}/marks/histogram", period_histogram),
)
