"""A real school's timetable goes into the diary and back, and its next export changes only what really changed.

What the diary must hold is worked out here with bare lxml, from the XML's own tables: no code of ours takes part.
One week of all forms; the timetable alternates weeks A and B, this one is a week B.
"""

from __future__ import annotations

import gzip
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from connectors.sandbox.control_client import SandboxControl
from connectors.sandbox.school import roster_for
from connectors.sandbox.server import RunningSandbox
from connectors.sandbox.world import World
from gateway.bootstrap import open_office
from gateway.jobs import setup
from gateway.sync.values import Action
from state.identity import staff_id
from state.records import PERSON_TYPES, RecordType
from state.snapshot import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gateway.office import Office
    from gateway.sync.values import Plan

pytestmark = pytest.mark.samples

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
MONDAY, FRIDAY = date(2026, 11, 30), date(2026, 12, 4)
WEEK_A = date(2026, 8, 31)
WEEK = (MONDAY - WEEK_A).days // 7 % 2
SCOPE = Scope(school_year=2026, lessons_from=MONDAY, lessons_to=FRIDAY)
ACTOR = "tester"
SIZES = 2, 3
"""Pupils of a class: the timetable is what is tried here, and persons are slow to look up."""

Group = tuple[str, ...]
"""(class,) or (class, division, group), as a person reads them."""
Slot = tuple[Group, str, date, int]
"""Group, subject, day, number."""
Taught = Counter[tuple[Slot, tuple[str, ...]]]
"""Slot and teachers: how often."""


class Standing:
    """A clock that stands on a Friday before the week in question."""

    def now(self) -> datetime:
        return NOW


# --- the timetable by other means -------------------------------------------------------------------------------------


def expansion(path: Path) -> Taught:
    """Every lesson of the week with all its teachers, as often as its cards say."""
    root = etree.fromstring(gzip.decompress(path.read_bytes()))
    classes = {row.get("id"): _form(str(row.get("name"))) for row in root.iter("class")}
    groups: dict[str | None, Group] = {
        row.get("id"): (classes[row.get("classid")],)
        if row.get("entireclass") == "1"
        else (classes[row.get("classid")], str(row.get("divisiontag")), _key(str(row.get("name"))))
        for row in root.iter("group")
    }
    subjects = {row.get("id"): _key(str(row.get("name"))) for row in root.iter("subject")}
    teachers = {row.get("id"): _key(str(row.get("name"))) for row in root.iter("teacher")}
    lessons = {row.get("id"): row for row in root.iter("lesson")}
    found: Taught = Counter()
    for card in root.iter("card"):
        lesson = lessons[card.get("lessonid")]
        names = tuple(sorted({teachers[key] for key in str(lesson.get("teacherids")).split(",") if key}))
        subject, number = subjects[lesson.get("subjectid")], int(str(card.get("period")))
        for weekday, taught in enumerate(str(card.get("days"))):
            if taught == "1" and str(card.get("weeks"))[WEEK] == "1":
                day = date.fromordinal(MONDAY.toordinal() + weekday)
                keys = [key for key in str(lesson.get("groupids")).split(",") if key]
                found.update(((groups[key], subject, day, number), names) for key in keys)
    return found


def teachers_of(path: Path) -> frozenset[str]:
    root = etree.fromstring(gzip.decompress(path.read_bytes()))
    return frozenset(_key(str(row.get("name"))) for row in root.iter("teacher"))


def recreated(before: Path, after: Path) -> frozenset[str]:
    """Teachers who stand in both exports, under another id in each."""
    ids: list[dict[str, str]] = []
    for path in (before, after):
        root = etree.fromstring(gzip.decompress(path.read_bytes()))
        ids.append({_key(str(row.get("name"))): str(row.get("id")) for row in root.iter("teacher")})
    return frozenset(name for name in ids[0].keys() & ids[1].keys() if ids[0][name] != ids[1][name])


def with_other_ids(path: Path, target: Path) -> Path:
    """The same timetable as another export would write it: every id new, every table in another order."""
    root = etree.fromstring(gzip.decompress(path.read_bytes()))
    new = {str(row.get("id")): f"*{index}" for index, row in enumerate(root.iter()) if row.get("id")}
    for table in root:
        for row in table:
            for name in ("id", *(name for name in map(str, row.keys()) if name.endswith(("id", "ids")))):
                ids = str(row.get(name, "")).split(",")
                row.set(name, ",".join(new.get(key, key) for key in reversed(ids)))
        table[:] = reversed(table)
    target.write_bytes(gzip.compress(etree.tostring(root, encoding="utf-8", xml_declaration=True)))
    return target


def _key(text: str) -> str:
    return " ".join(text.split()).casefold()


def _form(name: str) -> str:
    """The rule for «1A», spelled out by hand: a Latin letter after a grade becomes its Cyrillic twin."""
    if len(name) == 2 and name[0].isdigit() and name[1].isalpha():
        name = name[0] + {"A": "А", "B": "В", "C": "С", "E": "Е"}.get(name[1], name[1])
    return _key(name)


def led(taught: Taught, known: frozenset[str]) -> Counter[tuple[Slot, str]]:
    """As the diary can hold it: exact repeats are one lesson, and of the teachers it may know it keeps the first."""
    return Counter((slot, next((name for name in names if name in known), "")) for slot, names in taught)


def difference(before: Counter[tuple[Slot, str]], after: Counter[tuple[Slot, str]]) -> Counter[Action]:
    """The fewest changes that turn one multiset into the other, place by place."""
    places: dict[Slot, tuple[Counter[str], Counter[str]]] = defaultdict(lambda: (Counter(), Counter()))
    for side, lessons in enumerate((before, after)):
        for (slot, name), count in lessons.items():
            places[slot][side][name] += count
    total: Counter[Action] = Counter()
    for old, new in places.values():
        gone, come = (old - new).total(), (new - old).total()
        both = min(gone, come)
        total.update({Action.UPDATE: both, Action.DELETE: gone - both, Action.CREATE: come - both})
    return +total


def held(world: World) -> Counter[tuple[Slot, str]]:
    """What lies in the diary's memory on those days, by names."""

    def group(number: int) -> Group:
        row = world.groups[number]
        parent = world.groups[row.parent] if row.parent is not None else None
        return (_key(parent.name), row.description, _key(row.name)) if parent else (_key(row.name),)

    return Counter(
        (
            (group(row.group), _key(world.subjects[row.subject].name), row.day, row.number),
            _key(world.persons[next(iter(row.teachers))].full) if row.teachers else "",
        )
        for row in world.lessons.values()
        if MONDAY <= row.day <= FRIDAY
    )


# --- the story --------------------------------------------------------------------------------------------------------


@dataclass
class Story:
    """One school and its diary; each chapter leaves the diary for the next."""

    folder: Path
    office: Office
    world: World
    control: SandboxControl
    early: Path
    late: Path
    last: Path

    def staff_links(self) -> dict[str, str]:
        """The diary's id of every linked teacher."""
        with self.office.store.begin() as work:
            return {link.sourced_id: link.remote_id for link in work.links() if link.record_type == RecordType.STAFF}

    def plan(self) -> Plan:
        return self.office.plan(SCOPE, ACTOR)

    def push(self, plan: Plan) -> Plan:
        """The plan carried out, with the administrator's upload; the plan that is then made."""
        report = self.office.apply(plan, ACTOR, just_planned=True)
        assert report.refused == report.in_doubt == 0
        for workbook in report.files:
            assert self.control.upload_persons(workbook.read_bytes())["refused"] == []
        return self.plan()


@pytest.fixture(scope="module")
def story(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("real")
    early, late, last = (
        samples / "asc-xml" / f"sg-Term1_{name}.xml.gz" for name in ("W3_onwards", "W8_onwards", "W10")
    )
    with RunningSandbox(world=World(7, Standing().now)) as sandbox, SandboxControl(sandbox.root) as control:
        answers = setup.Answers(key="real", name="Школа", year=2026, profile="", base_url="", token="", school_id="")
        config = setup.init_school(folder, setup.join_sandbox(folder, sandbox.root, answers))
        office = open_office(config, Standing())
        yield Story(folder, office, sandbox.world, control, early, late, last)
        office.store.close()


def _lessons(plan: Plan) -> Counter[Action]:
    return Counter(step.action for step in plan.steps if step.record_type is RecordType.LESSON)


def _others(plan: Plan) -> Counter[tuple[RecordType, Action]]:
    return Counter((step.record_type, step.action) for step in plan.steps if step.record_type is not RecordType.LESSON)


def test_a_real_timetable_is_pushed_and_reads_back_equal(story: Story) -> None:
    """Every lesson of every group stands in the diary, with its lead teacher, and nothing else does."""
    roster = roster_for(story.early, story.folder / "early", 7, SIZES)
    story.office.import_files(roster.all, ACTOR)
    rest = story.push(story.plan())
    assert not story.push(rest).steps
    expected = led(expansion(story.early), teachers_of(story.early))
    assert expected.total() > 4000
    assert held(story.world) == expected


def test_what_was_left_out_is_a_finding(story: Story) -> None:
    """Staff meetings without a class, classes without a grade, repeated lessons: told once each, none silent."""
    root = etree.fromstring(gzip.decompress(story.early.read_bytes()))
    homeless = [row for row in root.iter("lesson") if not row.get("groupids") and not row.get("classids")]
    told = Counter(problem.code for problem in story.office.problems(SCOPE))
    assert told["LESSON_WITHOUT_GROUP"] == len(homeless) == 32
    ungraded = {str(row.get("name")) for row in root.iter("class") if not re.match(r"\d[A-Z]$", str(row.get("name")))}
    assert told["FORM_WITHOUT_GRADE"] == len(ungraded)
    assert not [problem for problem in story.office.problems(SCOPE) if problem.blocks]


def test_the_next_export_plans_only_what_differs(story: Story) -> None:
    """Teachers stand there under new ids and are recognised; lessons differ by exactly what the multisets differ in.

    Six teachers are new and nobody's consent is recorded: they stay here, and their lessons come without them.
    """
    linked = story.staff_links()
    story.office.import_files([story.late], ACTOR)
    plan = story.plan()
    known = teachers_of(story.early)
    (again,) = recreated(story.early, story.late)
    assert staff_id(again) in linked
    assert story.staff_links() == linked
    before, after = expansion(story.early), expansion(story.late)
    assert _lessons(plan) == difference(led(before, known), led(after, known))
    assert plan.hold is None
    assert plan.conflicts == ()
    assert set(_others(plan)) == {
        (RecordType.SUBJECT, Action.CREATE),
        (RecordType.FORM, Action.CREATE),
        (RecordType.SUBGROUP, Action.CREATE),
    }
    assert plan.withheld == {RecordType.STAFF: len(teachers_of(story.late) - known)}
    assert story.plan().to_bytes() == plan.to_bytes()


def test_the_relation_to_the_full_multisets(story: Story) -> None:
    """With all their teachers more lessons differ than in the diary, and by exactly the co-teachers it cannot hold.

    Lessons gone and new in full = deletions and creations of the plan, each with the lessons that keep their place
    and change teachers; of those the diary sees the ones whose first teacher changes.
    """
    before, after = expansion(story.early), expansion(story.late)
    full = difference(_joined(before), _joined(after))
    seen = difference(*(led(side, teachers_of(story.late)) for side in (before, after)))
    assert (before - after).total() == full[Action.DELETE] + full[Action.UPDATE]
    assert (after - before).total() == full[Action.CREATE] + full[Action.UPDATE]
    assert (seen[Action.DELETE], seen[Action.CREATE]) == (full[Action.DELETE], full[Action.CREATE])
    assert 0 < seen[Action.UPDATE] < full[Action.UPDATE]


def _joined(taught: Taught) -> Counter[tuple[Slot, str]]:
    return Counter((slot, "; ".join(names)) for slot, names in taught)


def test_the_next_export_reads_back_equal_too(story: Story) -> None:
    """After the push the diary holds the later timetable, and unchanged lessons are the objects they were."""
    before = set(story.world.lessons)
    plan = story.office.stored_plan()
    gone = _lessons(plan)[Action.DELETE]
    assert not story.push(plan).steps
    assert held(story.world) == led(expansion(story.late), teachers_of(story.early))
    assert len(before - set(story.world.lessons)) == gone


def test_the_same_timetable_under_other_ids_plans_nothing(story: Story) -> None:
    """Every class, group, teacher and lesson re-created, everything in another order: no step, and no link moves."""
    linked = story.staff_links()
    (taken,) = story.office.import_files([with_other_ids(story.late, story.folder / "again.xml.gz")], ACTOR)
    assert taken.changed
    plan = story.plan()
    assert (plan.steps, plan.conflicts, plan.hold) == ((), (), None)
    assert story.staff_links() == linked


def test_a_roster_of_the_next_export_only_adds_people(story: Story) -> None:
    """New classes and teachers bring new people; those of the classes that stay are who they were."""
    roster = roster_for(story.late, story.folder / "late", 7, SIZES)
    story.office.import_files(roster.all, ACTOR)
    plan = story.plan()
    people = {kind for kind, action in _others(plan) if action is Action.CREATE}
    assert people == {*PERSON_TYPES, RecordType.MEMBERSHIP}
    assert {action for _, action in _others(plan)} == {Action.CREATE}
    assert (plan.hold, plan.conflicts) == (None, ())
    known = teachers_of(story.late)
    assert _lessons(plan) == difference(held(story.world), led(expansion(story.late), known))


def test_the_third_export_plans_only_what_differs(story: Story) -> None:
    """What the diary holds against the last export: lessons differ by exactly what the multisets differ in.

    A third of its plan is not placed, so more lessons go than come; it is told of each, and nobody's link moves.
    """
    linked = story.staff_links()
    story.office.import_files([story.last], ACTOR)
    plan = story.plan()
    known = teachers_of(story.late)
    assert _lessons(plan) == difference(held(story.world), led(expansion(story.last), known))
    assert _lessons(plan)[Action.DELETE] > _lessons(plan)[Action.CREATE]
    assert plan.conflicts == ()
    assert story.staff_links().items() >= linked.items()
    told = Counter(problem.code for problem in story.office.problems(SCOPE))
    assert told["LESSON_NOT_PLACED"] > 800
