"""Facts of the demo school as a value: its size, its oddities, its timetable."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from functools import cache

import pytest

from connectors.sandbox.school import DemoSchool, generate, year
from connectors.sandbox.school.absences import draw_substitutions
from connectors.sandbox.school.curriculum import form_seats
from connectors.sandbox.school.draw import Draw
from connectors.sandbox.school.plan import draw_plan
from connectors.sandbox.school.snils import check_digits
from connectors.sandbox.school.values import LEFT, DemoCard, DemoName, DemoPlanRow, DemoStaff, UnknownInDemoSchool

SEED = 7
made = cache(generate)
"""A school is frozen: the tests may share it."""


@pytest.fixture(scope="module")
def school() -> DemoSchool:
    return made(SEED)


def on_week(school: DemoSchool, day: date) -> int:
    return (day - school.calendar.week_a).days // 7 % 2


def test_the_school_has_its_promised_size(school: DemoSchool) -> None:
    """1 000 pupils, 60 staff, 40 forms of grades 1-11, 80 subgroups."""
    assert (len(school.pupils), len(school.staff), len(school.forms), len(school.subgroups)) == (1000, 60, 40, 80)
    assert {form.grade for form in school.forms} == set(range(1, 12))
    assert all(16 <= len(form.pupils) <= 30 for form in school.forms)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_size_does_not_depend_on_the_seed(seed: int) -> None:
    """Other seeds change the people, not the school."""
    other = made(seed)
    assert (len(other.pupils), len(other.staff), len(other.forms), len(other.subgroups)) == (1000, 60, 40, 80)


def test_equal_seeds_make_equal_schools_and_others_do_not(school: DemoSchool) -> None:
    """The seed is all that a school depends on."""
    assert generate(SEED) == school
    assert generate(SEED + 1).pupils != school.pupils


def test_the_school_is_the_same_in_another_process(school: DemoSchool) -> None:
    """No hash order leaks in: another process with another hash seed makes the same school."""
    program = (
        "import hashlib; from connectors.sandbox.school import generate; "
        f"print(hashlib.sha256(repr(generate({SEED}, pupils=200)).encode()).hexdigest())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1


@pytest.mark.parametrize("pupils", [25, 60, 275, 1500])
def test_a_school_of_another_size_is_whole_too(pupils: int) -> None:
    """Small and large schools have every pupil, and everybody who teaches is employed."""
    school = generate(1, pupils=pupils)
    assert len(school.pupils) == pupils
    numbers = {person.number for person in school.staff}
    assert {row.teacher for row in school.plan} <= numbers
    assert sum(len(form.pupils) for form in school.forms) == sum(not pupil.has_left for pupil in school.pupils)


@pytest.mark.parametrize("pupils", [0, 24, 100_000])
def test_an_impossible_size_is_refused(pupils: int) -> None:
    """Fewer pupils than a form holds, or more forms than letters, is a mistake of the caller."""
    with pytest.raises(ValueError):
        generate(1, pupils=pupils)


@pytest.mark.parametrize(("seed", "size"), [(0, 1000), (1, 1000), (2, 1000), (3, 275), (4, 640), (5, 1500)])
def test_nobody_is_in_two_places_at_once(seed: int, size: int) -> None:
    """No teacher, no pupil and no room is doubled in any period of either week, in schools of any size."""
    school = generate(seed, pupils=size)
    members = {(group.form, group.division, group.name): group.pupils for group in school.subgroups}
    taken: Counter[tuple[object, ...]] = Counter()
    for card in school.cards:
        row = school.plan[card.row]
        pupils = members[row.form, row.division, row.subgroup] if row.division else school.form(row.form).pupils
        for week in (week for week in (0, 1) if row.weeks[week] == "1"):
            slot = (week, card.weekday, card.period)
            taken[("teacher", row.teacher, *slot)] += 1
            taken[("room", card.room, *slot)] += 1
            taken.update(("pupil", pupil, *slot) for pupil in pupils)
    assert taken.most_common(1)[0][1] == 1


def test_every_plan_row_is_placed_as_often_as_planned(school: DemoSchool) -> None:
    """A row of three hours has three cards; a row of half an hour has one, every second week."""
    placed = Counter(card.row for card in school.cards)
    for index, row in enumerate(school.plan):
        assert placed[index] == max(1, row.hours)
        assert (row.weeks == "11") == (row.hours >= 1)


def test_a_forms_day_starts_with_the_shift_and_has_no_holes(school: DemoSchool) -> None:
    """Periods 1-7 in the first shift, 8-13 in the second, from the first one on without a gap."""
    periods: dict[tuple[str, int], set[int]] = {}
    for card in school.cards:
        periods.setdefault((school.plan[card.row].form, card.weekday), set()).add(card.period)
    for form in school.forms:
        first, last = (1, 7) if form.shift == 1 else (8, 13)
        for day in range(1, form.days + 1):
            busy = periods[form.name, day]
            assert busy == set(range(first, max(busy) + 1))
            assert max(busy) <= last
    assert {form.grade for form in school.forms if form.shift == 2} == {3, 6, 7}


def test_subjects_are_spread_over_the_week(school: DemoSchool) -> None:
    """At most a handful of cards are a second lesson of one subject on one day where the week had room."""
    days = {form.name: form.days for form in school.forms}
    same_day = Counter((card.row, card.weekday) for card in school.cards)
    crowded = [row for (row, _), n in same_day.items() if n > -(-school.plan[row].hours // days[school.plan[row].form])]
    assert len(crowded) <= 6


def test_loads_are_feasible(school: DemoSchool) -> None:
    """Nobody teaches more than 32 lessons a week, and a form has 20 to 34."""
    load: dict[int, float] = {}
    for row in school.plan:
        load[row.teacher] = load.get(row.teacher, 0) + row.hours
    assert max(load.values()) <= 32
    lessons = Counter(
        (school.plan[card.row].form, week, card.weekday, card.period)
        for card in school.cards
        for week in (0, 1)
        if school.plan[card.row].weeks[week] == "1"
    )
    weekly = Counter(form for form, week, _, _ in lessons if week == 0)
    assert all(20 <= weekly[form.name] <= 34 for form in school.forms)


def test_every_pupil_is_in_exactly_one_subgroup_of_each_division(school: DemoSchool) -> None:
    """Divisions cover the form without overlap, and only forms of 20 and more are split."""
    by_division: dict[tuple[str, str], list[str]] = {}
    for group in school.subgroups:
        assert group.pupils
        by_division.setdefault((group.form, group.division), []).extend(group.pupils)
    for (form, _), pupils in by_division.items():
        assert sorted(pupils) == sorted(school.form(form).pupils)
    whole = {form.name for form in school.forms if form.grade >= 5} - {form for form, _ in by_division}
    assert whole == {"8Г", "9Г"}
    assert all(len(school.form(name).pupils) < 20 for name in whole)


def test_every_form_has_its_own_tutor_who_teaches_it(school: DemoSchool) -> None:
    """40 forms, 40 tutors; each has lessons in the form they lead."""
    assert len({form.tutor for form in school.forms}) == 40
    assert all(form.name in school.person(form.tutor).forms for form in school.forms)


def test_some_pupils_arrive_and_leave_within_the_quarter(school: DemoSchool) -> None:
    """Each move has a day after 1 September and an order of its own, numbered in order of time."""
    quarter = school.calendar.quarters[0]
    moved = sorted((p for p in school.pupils if p.moved > quarter.starts), key=lambda pupil: pupil.moved)
    assert sum(pupil.form == LEFT for pupil in moved) == 4
    assert sum(pupil.form != LEFT for pupil in moved) == 8
    by_order = sorted(moved, key=lambda pupil: int(pupil.order_number.removesuffix("-у")))
    assert [pupil.order_number for pupil in by_order] == [f"{number}-у" for number in range(52, 64)]
    assert [pupil.moved for pupil in by_order] == [pupil.moved for pupil in moved]
    assert all(pupil.order_date <= pupil.moved <= quarter.ends for pupil in moved)
    assert all(pupil.moved.isoweekday() <= 5 for pupil in moved)


def test_insurance_numbers_pass_the_check_and_are_synthetic(school: DemoSchool) -> None:
    """Known numbers check out, ours are unique, of the unissued 999 range, with the right check digits."""
    assert check_digits(112233445) == 95
    assert check_digits(87654302) == 0
    numbers = [pupil.snils for pupil in school.pupils] + [person.snils for person in school.staff]
    assert len(set(numbers)) == len(numbers)
    for text in numbers:
        digits = text.replace("-", "").replace(" ", "")
        assert text.startswith("999-")
        assert check_digits(int(digits[:9])) == int(digits[9:])


def test_contacts_cannot_reach_anybody(school: DemoSchool) -> None:
    """Phones start with +7 000 and addresses end in example.org."""
    guardians = [guardian for pupil in school.pupils for guardian in pupil.guardians]
    phones = [phone for g in guardians for phone in (g.home_phone, g.mobile_phone) if phone]
    mails = [g.email for g in guardians if g.email] + [person.email for person in school.staff]
    assert all(phone.startswith("+7 000 ") and sum(map(str.isdigit, phone)) == 11 for phone in phones)
    assert all(mail.endswith("@example.org") for mail in mails)


def test_names_have_the_traps_of_real_ones(school: DemoSchool) -> None:
    """ё, double surnames, кызы and оглы, no patronymic, siblings under one guardian; two guardians each."""
    names = [pupil.name for pupil in school.pupils]
    assert any("ё" in name.full.lower() for name in names)
    assert any("-" in name.family for name in names)
    assert any(name.patronymic.endswith(" кызы") for name in names)
    assert any(name.patronymic.endswith(" оглы") for name in names)
    assert any(not name.patronymic for name in names)
    assert {len(pupil.guardians) for pupil in school.pupils} == {2}
    assert {"мать", "отец", "бабушка"} == {g.kinship for pupil in school.pupils for g in pupil.guardians}
    shared = Counter(guardian for pupil in school.pupils for guardian in pupil.guardians)
    assert sum(count > 1 for count in shared.values()) > 50


@pytest.mark.parametrize("seed", range(2))
def test_two_pupils_of_a_form_are_namesakes_but_nobody_is_indistinct(seed: int) -> None:
    """Equal full names in one form occur; full name and birth date together never repeat."""
    school = made(seed)
    in_form = Counter((pupil.form, pupil.name.full) for pupil in school.pupils if not pupil.has_left)
    assert max(in_form.values()) >= 2
    assert len({(pupil.name.full, pupil.birth_date) for pupil in school.pupils}) == 1000
    assert len({pupil.personal_file for pupil in school.pupils}) == 1000


@pytest.mark.parametrize("seed", range(2))
def test_namesakes_among_the_staff_teach_nothing(seed: int) -> None:
    """One full name stands twice on the staff with two birth dates, and never in the timetable."""
    school = made(seed)
    names = Counter(person.name.full for person in school.staff)
    doubled = [person for person in school.staff if names[person.name.full] > 1]
    assert len(doubled) == 2
    assert doubled[0].birth_date != doubled[1].birth_date
    assert not any(person.subjects for person in doubled)
    shortened = Counter(person.name.initials for person in school.staff if person.subjects)
    assert max(shortened.values()) == 1


def test_one_teacher_is_also_a_guardian(school: DemoSchool) -> None:
    """One human in two roles: the same full name and birth date on the staff and beside a pupil."""
    staff = {(person.name, person.birth_date) for person in school.staff if person.subjects}
    both = {(g.name, g.birth_date) for pupil in school.pupils for g in pupil.guardians} & staff
    assert len(both) == 1


def test_eleven_pupils_must_not_leave_the_machine(school: DemoSchool) -> None:
    """Ten gave no consent, one withdrew it before term; the whole staff consented."""
    assert len(school.unconsented) == 11
    withdrawn = [consent for consent in school.consents if consent.withdrawn]
    assert len(withdrawn) == 1
    assert withdrawn[0].personal_file in {pupil.personal_file for pupil in school.unconsented}
    assert all(consent.given < school.calendar.quarters[0].starts for consent in school.consents)
    assert sum(consent.who == "сотрудник" for consent in school.consents) == 60


@pytest.mark.parametrize("seed", range(2))
def test_substitutions_name_real_lessons_and_free_colleagues(seed: int) -> None:
    """Each stands for a card of that day and week; no substitute is teaching, absent or already standing in."""
    school = made(seed)
    placed = {
        (week, card.weekday, card.period, row.form, row.subgroup, row.subject, row.teacher)
        for card in school.cards
        for row in [school.plan[card.row]]
        for week in (0, 1)
        if row.weeks[week] == "1"
    }
    busy = {(week, day, period, teacher) for week, day, period, _, _, _, teacher in placed}
    absent = {(item.day, item.absent) for item in school.substitutions}
    sent: Counter[tuple[date, int, int]] = Counter()
    for item in school.substitutions:
        when = (on_week(school, item.day), item.day.isoweekday(), item.period)
        assert (*when, item.form, item.subgroup, item.subject, item.absent) in placed
        if item.substitute is not None:
            assert (*when, item.substitute) not in busy
            assert (item.day, item.substitute) not in absent
            sent[item.day, item.period, item.substitute] += 1
    assert max(sent.values()) == 1
    assert 50 <= len(school.substitutions) <= 300
    assert 2 <= sum(item.substitute is None for item in school.substitutions) <= 20


def test_a_half_hour_is_substituted_only_in_its_week() -> None:
    """A lesson of weeks A needs nobody in a week B, however long its teacher is away."""
    name = DemoName(family="Котов", given="Олег")
    teacher = DemoStaff(
        number=1,
        name=name,
        sex="М",
        birth_date=date(1980, 1, 1),
        snils="",
        email="",
        position="учитель",
        subjects=("Музыка",),
    )
    row = DemoPlanRow(form="8А", subject="Музыка", division="", subgroup="", teacher=1, hours=0.5, weeks="10")
    cards = [DemoCard(row=0, weekday=day, period=1, room="") for day in range(1, 7)]
    found = [
        item
        for seed in range(12)
        for item in draw_substitutions(year.calendar(), [teacher], [row], cards, Draw(seed, "x"))
    ]
    assert found
    assert all((item.day - year.WEEK_A).days // 7 % 2 == 0 for item in found)


@pytest.mark.parametrize("size", range(25, 1025, 125))
def test_two_groups_of_a_form_have_two_teachers(size: int) -> None:
    """Groups learn at the same time, so that one teacher cannot have both, in a school of any size."""
    rows = draw_plan(form_seats(size, Draw(1, "forms"))).plan
    taught = Counter((row.form, row.subject, row.teacher) for row in rows)
    assert max(taught.values()) == 1


def test_the_calendar_leaves_no_day_of_the_year_to_two_quarters(school: DemoSchool) -> None:
    """Quarters follow each other; what lies between them is holiday; week A starts on a Monday."""
    calendar = school.calendar
    assert (calendar.quarters[0].starts, calendar.quarters[0].ends) == (date(2026, 9, 1), date(2026, 10, 25))
    assert calendar.week_a.isoweekday() == 1
    off = {
        span.starts + timedelta(days=step)
        for span in calendar.holidays
        for step in range((span.ends - span.starts).days + 1)
    }
    for earlier, later in zip(calendar.quarters, calendar.quarters[1:], strict=False):
        gap = (later.starts - earlier.ends).days - 1
        assert gap > 0
        assert all(earlier.ends + timedelta(days=step) in off for step in range(1, gap + 1))


def test_bells_do_not_overlap(school: DemoSchool) -> None:
    """Thirteen periods in order, so that one teacher can serve both shifts."""
    assert [bell.number for bell in school.bells] == list(range(1, 14))
    assert all(a.ends <= b.starts for a, b in zip(school.bells, school.bells[1:], strict=False))


def test_lookups_find_by_personal_file_and_say_so_when_there_is_none(school: DemoSchool) -> None:
    """A pupil, a form and a staff member are found by their own keys only."""
    pupil = school.pupils[5]
    assert school.pupil(pupil.personal_file) is pupil
    assert school.form("7Б").grade == 7
    assert school.person(1).number == 1
    for miss in (lambda: school.pupil("Я-0"), lambda: school.form("12А"), lambda: school.person(0)):
        with pytest.raises(UnknownInDemoSchool):
            miss()
