"""The plan: its order, its routes, its bytes, and who is left out of it."""

from __future__ import annotations

import dataclasses
import json
import time
from datetime import date, timedelta

import pytest
from contracts.little_school import ENGLISH, FORM_A, MATHS, SCOPE, TODAY, born, usual
from contracts.memory_target import CAPABILITIES, MemoryTarget
from contracts.push_bench import OPEN_HANDED, Bench

from gateway.errors import StateCorrupt
from gateway.ports import PersonMatch
from gateway.sync.consent import withhold
from gateway.sync.plan import make_plan
from gateway.sync.planfile import plan_from_bytes, plan_json
from gateway.sync.safety import policy
from gateway.sync.values import Plan, Route, TypeCapability
from state.identity import guardian_id, membership_id, pupil_id, staff_id
from state.records import Consent, PersonName, RecordType
from state.snapshot import Snapshot

PLAN_JSON = ("schema", "plan", "checksum", "counts", "routes", "hold", "unordered", "still_there", "moves")
K1, K2 = pupil_id("К-001"), pupil_id("К-002")


@pytest.fixture
def bench(tmp_path) -> Bench:
    return Bench.at(tmp_path)


def made(local=None, *, diary: MemoryTarget | None = None, **changes) -> Plan:
    """A plan from nothing remembered."""
    local = local or usual().local()
    inputs = {
        "school": "little",
        "local": local.snapshot,
        "remote": (diary or MemoryTarget()).snapshot(SCOPE),
        "links": (),
        "baselines": {},
        "matches": {},
        "capabilities": CAPABILITIES,
        "consents": local.consents,
        "today": TODAY,
        "policy": OPEN_HANDED,
        "rules_digest": "rules",
        **changes,
    }
    return make_plan(**inputs)


def with_capability(kind: RecordType, **routes):
    changed = dataclasses.replace(CAPABILITIES.of(kind), **routes)
    return dataclasses.replace(CAPABILITIES, types={**CAPABILITIES.types, kind: changed})


def test_steps_come_in_pushing_order_then_by_id():
    """What is referred to comes before what refers to it (R092)."""
    order = list(RecordType)
    steps = made().steps
    places = [(order.index(step.record_type), step.sourced_id) for step in steps]
    assert places == sorted(places)
    assert {step.record_type for step in steps} == set(order)


def test_a_step_id_says_its_place_and_what_it_is():
    """Numbered as carried out, then action and record."""
    first = made().steps[0]
    assert first.step_id == "00001-create-bells:1 смена"


def test_the_same_inputs_give_the_same_bytes():
    """Whatever order the records, links and answers were read in."""
    local = usual().local()
    shuffled = dataclasses.replace(
        local,
        snapshot=dataclasses.replace(
            local.snapshot, records={kind: rows[::-1] for kind, rows in reversed(local.snapshot.records.items())}
        ),
        consents=local.consents[::-1],
    )
    assert made(local).to_bytes() == made(shuffled).to_bytes()


def test_a_plan_is_read_back_as_it_was(tmp_path):
    """Bytes and value are one, with matches, conflicts and a hold in it."""
    bench = Bench.settled(tmp_path)
    bench.policy = policy(persons_percent=0, floor=0)
    bench.school.pupils["К-002"] = FORM_A
    bench.school.unconsented.add(pupil_id("К-003"))
    form = next(iter(bench.diary.objects[RecordType.FORM]))
    bench.diary.edit(RecordType.FORM, form, name="7А (мат.)")
    plan = bench.plan()
    assert plan.hold
    assert plan.conflicts
    assert plan.withheld
    assert plan_from_bytes(plan.to_bytes()) == plan
    first = made(diary=bench.diary)
    assert first.matched
    assert plan_from_bytes(first.to_bytes()) == first


def test_a_touched_plan_is_refused():
    """A stored plan whose content does not give its checksum is not carried out."""
    body = json.loads(made().to_bytes())
    body["steps"][0]["after"]["name"] = "2 смена"
    with pytest.raises(StateCorrupt):
        plan_from_bytes(json.dumps(body).encode())


def test_the_figures_of_a_plan():
    """plan/1: counts of every type with a step, steps per route, no hold."""
    plan = made()
    figures = plan_json(plan)
    assert set(figures) == set(PLAN_JSON)
    assert (figures["schema"], figures["plan"], figures["hold"]) == ("plan/1", plan.plan_id, None)
    assert figures["counts"]["lesson"] == {"create": 12, "update": 0, "move": 0, "suspend": 0, "delete": 0}
    assert figures["routes"] == {"file": 10, "import-service": len(plan.steps) - 10}


def test_the_figures_of_a_hold(tmp_path):
    """What, how many, of how many, and how many need nobody."""
    bench = Bench.settled(tmp_path)
    bench.policy = policy(floor=0)
    del bench.school.pupils["К-002"]
    assert plan_json(bench.plan())["hold"] == {
        "limits": [{"record_type": "membership", "action": "suspend", "count": 1, "of": 6, "allowed": 0}]
    }


def test_what_no_route_can_carry_is_a_conflict():
    """A diary that takes no subjects from outside: shown to a person, never a step."""
    plan = made(capabilities=with_capability(RecordType.SUBJECT, create=Route.NONE))
    assert RecordType.SUBJECT not in {step.record_type for step in plan.steps}
    assert [item.kind for item in plan.conflicts] == ["no_route", "no_route"]


def test_a_record_with_an_unsettled_write_gets_no_step():
    """Nothing is sent twice while the first sending is open."""
    first = made().steps[0]
    plan = made(in_doubt=frozenset({(first.record_type, first.sourced_id)}))
    assert first.sourced_id not in {step.sourced_id for step in plan.steps}
    assert [(item.sourced_id, item.kind) for item in plan.conflicts] == [(first.sourced_id, "in_doubt")]


def test_a_payload_holds_only_what_may_leave():
    """Asked for everything, the planner gives no personal file number, no order, no position (R111)."""
    greedy = frozenset({"name", "personal_file", "order", "birth_date", "snils", "position", "sex"})
    plan = made(capabilities=with_capability(RecordType.PUPIL, fields=frozenset({"name"}), write_only=greedy))
    after = next(step.after for step in plan.steps if step.record_type is RecordType.PUPIL)
    assert set(after) == {"name", "birth_date", "snils", "sex"}


def test_two_sides_must_speak_of_the_same_days():
    """A plan from two scopes would delete what only one of them looked at."""
    other = dataclasses.replace(SCOPE, lessons_to=SCOPE.lessons_to + timedelta(days=7))
    with pytest.raises(ValueError, match="scope"):
        made(remote=MemoryTarget().snapshot(other))


def test_ambiguous_people_get_no_step_and_their_dependants_wait(bench):
    """Two candidates: a conflict, no second person is made, and the membership is not tried."""
    for _ in range(2):
        bench.diary.add(RecordType.PUPIL, **bench.school.as_entered("К-001"))
    plan = bench.plan()
    assert K1 not in {step.sourced_id for step in plan.steps}
    assert (RecordType.PUPIL, K1, "ambiguous_match") in {
        (item.record_type, item.sourced_id, item.kind) for item in plan.conflicts
    }
    report = bench.apply(plan)
    waiting = {step.sourced_id for step, outcome in report.outcomes if type(outcome).__name__ == "Waiting"}
    assert membership_id(K1, FORM_A) in waiting


# --- consent ----------------------------------------------------------------------------------------------------------


def test_a_withheld_pupil_is_nowhere(bench):
    """No step, no question, no row of a workbook names the pupil, the guardian or the memberships."""
    bench.school.unconsented.add(K1)
    bench.settle_in()
    plan = bench.plan()
    assert plan.withheld == {RecordType.PUPIL: 1, RecordType.GUARDIAN: 1, RecordType.MEMBERSHIP: 2}
    assert not [line for line in bench.diary.heard if "к-001" in line.casefold()]


def test_a_lesson_goes_without_its_withheld_teacher(bench):
    """The lesson is pushed, the teacher's name is not."""
    bench.school.unconsented.add(staff_id(bench.school.teachers[ENGLISH]))
    assert not bench.settle_in().steps
    assert not [line for line in bench.diary.heard if "белова" in line.casefold()]
    english = [row for row in bench.diary.objects[RecordType.LESSON].values() if row["number"] == 2]
    assert [row["teachers"] for row in english] == [[], []]


def test_a_withdrawn_consent_sends_nobody_away(tmp_path):
    """The pupil stays in the diary as he is: no suspension, no update, not a word about him."""
    bench = Bench.settled(tmp_path)
    bench.diary.heard.clear()
    bench.school.unconsented.add(K1)
    bench.school.names["К-001"] = "Новикова"
    plan = bench.plan()
    assert not plan.steps
    assert plan.withheld[RecordType.MEMBERSHIP] == 2
    assert plan.foreign == {}
    assert b"\xd0\xba-001" not in plan.to_bytes()


def test_a_withdrawn_teacher_is_not_named_in_the_lessons_he_had(tmp_path):
    """What the diary holds is kept, and the plan does not say whose it is."""
    bench = Bench.settled(tmp_path)
    bench.school.unconsented.add(staff_id(bench.school.teachers[MATHS]))
    bench.school.lessons = [row for row in bench.school.lessons if row[2] != TODAY + timedelta(days=1)]
    plan = bench.plan()
    assert {step.action.value for step in plan.steps} == {"delete"}
    assert "орлов" not in plan.to_bytes().decode().casefold()


@pytest.mark.parametrize(
    ("given", "withdrawn", "kept"),
    [
        (TODAY, None, True),
        (TODAY + timedelta(days=1), None, False),
        (date(2026, 1, 1), TODAY, False),
        (date(2026, 1, 1), TODAY + timedelta(days=1), True),
    ],
)
def test_a_consent_holds_from_its_day_to_the_day_of_withdrawal(given, withdrawn, kept):
    """Judged on the school's own day."""
    snapshot = usual().snapshot()
    cleared = withhold(snapshot, [Consent(subject=K1, given=given, withdrawn=withdrawn)], TODAY)
    assert [record.sourced_id for record in cleared.snapshot.of(RecordType.PUPIL)] == ([K1] if kept else [])
    assert (K1 in cleared.hidden, K2 in cleared.hidden) == (not kept, True)
    assert (guardian_id(K1, "Мать К-001") in cleared.hidden) is not kept


def test_a_form_goes_without_its_withheld_tutor():
    """The form is pushed, its tutor is left out."""
    tutor = staff_id("Орлов Пётр Ильич")
    snapshot = usual().snapshot()
    forms = tuple(dataclasses.replace(form, tutor=tutor) for form in snapshot.of(RecordType.FORM))
    snapshot = Snapshot(scope=SCOPE, records={**snapshot.records, RecordType.FORM: forms})
    consents = [Consent(subject=tutor, given=TODAY)]
    assert [form.tutor for form in withhold(snapshot, consents, TODAY).snapshot.of(RecordType.FORM)] == [tutor] * 2
    assert [form.tutor for form in withhold(snapshot, (), TODAY).snapshot.of(RecordType.FORM)] == [None] * 2


# --- people who are in the diary already ------------------------------------------------------------------------------


def test_a_recognised_person_is_bound_not_doubled(bench):
    """The workbook carries the diary's id; until it is uploaded the memberships wait; nobody is made twice."""
    key = bench.diary.add(RecordType.PUPIL, **bench.school.as_entered("К-001"))
    plan = bench.plan()
    step = next(step for step in plan.steps if step.sourced_id == K1)
    assert (step.action.value, step.reason, step.route, step.remote_id) == ("update", "bind", Route.FILE, key)
    report = bench.apply(plan)
    assert report.refused == 0
    bench.upload(report)
    assert not bench.settle_in().steps
    assert len(bench.diary.objects[RecordType.PUPIL]) == 4


def test_a_linked_person_is_not_asked_about_again(tmp_path):
    """Every question costs the diary a search: only people without a link are looked for."""
    bench = Bench.settled(tmp_path)
    bench.diary.heard.clear()
    bench.plan()
    assert bench.diary.heard == []


def test_a_lost_workbook_is_written_again(bench):
    """The diary refuses the unknown GUID once, and the person is in the next workbook."""
    bench.diary.add(RecordType.PUPIL, **bench.school.as_entered("К-001"))
    bench.apply()
    assert bench.apply().refused == 2
    assert [step.reason for step in bench.plan().steps if step.sourced_id == K1] == ["bind"]


def test_people_bound_elsewhere_need_no_binding():
    """A diary that creates people by calls has no workbook to bind them by."""
    diary = MemoryTarget()
    key = diary.add(RecordType.STAFF, name={"family": "Орлов", "given": "Пётр", "patronymic": "Ильич"})
    served = TypeCapability(create=Route.REST, update=Route.REST, fields=frozenset({"name"}))
    capabilities = dataclasses.replace(CAPABILITIES, types={**CAPABILITIES.types, RecordType.STAFF: served})
    diary.capabilities = capabilities
    teacher = staff_id("Орлов Пётр Ильич")
    name = PersonName(family="Орлов", given="Пётр", patronymic="Ильич")
    match = PersonMatch(remote_id=key, user_id="", name=name, birth_date=born(name.full, 1980))
    plan = made(diary=diary, capabilities=capabilities, matches={teacher: (match,)})
    assert teacher not in {step.sourced_id for step in plan.steps}


# --- size -------------------------------------------------------------------------------------------------------------


def test_twelve_thousand_lessons_are_planned_in_time():
    """A whole school's half-year within two seconds of work, with every lesson in it as a step."""
    school = usual()
    teacher = school.teachers[MATHS]
    school.scope = dataclasses.replace(SCOPE, lessons_to=SCOPE.lessons_from + timedelta(days=999))
    school.lessons = [
        (FORM_A, MATHS, SCOPE.lessons_from + timedelta(days=day), number, (teacher,))
        for day in range(1000)
        for number in range(12)
    ]
    local = school.local()
    started = time.process_time()
    plan = made(local, remote=MemoryTarget().snapshot(school.scope))
    assert sum(step.record_type is RecordType.LESSON for step in plan.steps) == 12_000
    assert time.process_time() - started < 2
