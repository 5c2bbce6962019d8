"""The school year turns over: everybody goes on, nobody is taken out and put in again."""

from __future__ import annotations

from datetime import date

import pytest
from contracts.memory_target import CAPABILITIES
from contracts.push_bench import OPEN_HANDED

from gateway.sync.plan import make_plan
from gateway.sync.planfile import plan_from_bytes, plan_json
from gateway.sync.rollover import Flow, flows, reason_of, swapped, year_forgotten
from gateway.sync.safety import policy
from gateway.sync.values import Action, Plan, Step
from state.identity import IdentityLink, RemoteId, form_id, membership_id, pupil_id, subgroup_id
from state.records import Consent, Form, Membership, PersonName, Pupil, RecordType, Subgroup
from state.snapshot import RemoteRecord, Scope, Snapshot

TODAY = date(2027, 9, 1)
SCOPE = Scope(school_year=2027, lessons_from=TODAY, lessons_to=date(2027, 9, 7))
CLASS = 25


class Turn:
    """Last year's forms in the diary and in memory; this year's in the files. One name, one form."""

    def __init__(self) -> None:
        self.then: dict[str, str] = {}
        """Personal file → form of 2026."""
        self.now: dict[str, str] = {}
        """Personal file → form of 2027."""
        self.gone: dict[str, str] = {}
        """Personal file → form of 2026 that the pupil had left by an order, as both sides agreed."""
        self.shown: dict[str, str] = {}
        """Personal file → form of 2027 that the diary already shows and that we made."""

        self.by_hand: set[str] = set()
        """Those of them whom a secretary entered."""

    def plan(self, limits=OPEN_HANDED) -> Plan:
        ours = {file: form for file, form in self.shown.items() if file not in self.by_hand}
        files = sorted({*self.then, *self.now, *self.gone})
        return make_plan(
            school="turn",
            local=Snapshot(scope=SCOPE, records=self._local(), complete=frozenset(RecordType)),
            remote=Snapshot(scope=SCOPE, records=self._remote(), complete=frozenset(RecordType)),
            links=[*self._people(files), *self._seats(self.then, 2026), *self._forms(), *self._seats(ours, 2027)],
            baselines={**{("pupil", pupil_id(file)): {} for file in files}, **self._ended()},
            matches={},
            capabilities=CAPABILITIES,
            consents=[Consent(subject=pupil_id(file), given=date(2026, 8, 1)) for file in files],
            today=TODAY,
            policy=limits,
            rules_digest="",
        )

    def moves(self) -> list[Step]:
        steps = [step for step in self.plan().steps if step.record_type is RecordType.MEMBERSHIP]
        assert {step.action for step in steps} <= {Action.MOVE, Action.CREATE}
        return [step for step in steps if step.action is Action.MOVE]

    def _local(self) -> dict[RecordType, tuple]:
        return {
            RecordType.PUPIL: tuple(
                Pupil(sourced_id=pupil_id(file), name=PersonName(family=file, given="Анна"), personal_file=file)
                for file in self.now
            ),
            RecordType.FORM: tuple(
                Form(sourced_id=form_id(2027, name), name=name, grade=int("".join(filter(str.isdigit, name))))
                for name in sorted(set(self.now.values()))
            ),
            RecordType.MEMBERSHIP: tuple(seat(file, form_id(2027, form)) for file, form in self.now.items()),
        }

    def _remote(self) -> dict[RecordType, tuple]:
        """The diary shows groups of the year asked for: none of last year's."""
        return {
            RecordType.FORM: tuple(
                RemoteRecord(
                    remote_id=RemoteId(f"f{name}"), record=Form(sourced_id=RemoteId(f"f{name}"), name=name, grade=0)
                )
                for name in sorted(set(self.shown.values()))
            ),
            RecordType.MEMBERSHIP: tuple(
                RemoteRecord(
                    remote_id=RemoteId(f"p{file}@f{form}"),
                    record=Membership(sourced_id=RemoteId(f"p{file}@f{form}"), person=f"p{file}", group=f"f{form}"),
                )
                for file, form in self.shown.items()
            ),
        }

    def _people(self, files: list[str]) -> list[IdentityLink]:
        return [link("pupil", pupil_id(file), f"p{file}") for file in files]

    def _forms(self) -> list[IdentityLink]:
        return [link("form", form_id(2027, name), f"f{name}") for name in sorted(set(self.shown.values()))]

    def _seats(self, seats: dict[str, str], year: int) -> list[IdentityLink]:
        tail = "" if year == 2027 else "-old"
        return [
            link("membership", membership_id(pupil_id(file), form_id(year, form)), f"p{file}@f{form}{tail}")
            for file, form in seats.items()
        ]

    def _ended(self) -> dict:
        return {
            ("membership", membership_id(pupil_id(file), form_id(2026, form))): {
                "person": pupil_id(file),
                "group": form_id(2026, form),
                "ended": f"p{file}@f{form}-old",
            }
            for file, form in self.gone.items()
        }


def link(kind: str, sourced_id, remote_id: str) -> IdentityLink:
    return IdentityLink(
        record_type=kind,
        sourced_id=sourced_id,
        remote_id=RemoteId(remote_id),
        rule="created",
        evidence="created#1",
        ours=True,
    )


def seat(file: str, group) -> Membership:
    return Membership(sourced_id=membership_id(pupil_id(file), group), person=pupil_id(file), group=group)


def enrolled(turn: Turn, then: str, now: str, count: int = CLASS) -> list[str]:
    """That many pupils of last year's form are in this year's by the files."""
    files = [f"{then}-{number:02d}".casefold() for number in range(count)]
    turn.then.update(dict.fromkeys(files, then))
    turn.now.update(dict.fromkeys(files, now))
    return files


@pytest.fixture
def turn() -> Turn:
    return Turn()


def test_a_promoted_class_is_as_many_moves_and_nothing_ends(turn):
    """25 pupils of 7А come back as 8А: 25 moves, no suspension, no deletion, nobody entered anew."""
    enrolled(turn, "7А", "8А")
    figures = plan_json(turn.plan())["counts"]["membership"]
    assert figures == {"create": 0, "update": 0, "move": CLASS, "suspend": 0, "delete": 0}
    assert {step.reason for step in turn.moves()} == {"promoted"}


def test_a_move_names_both_forms_and_the_old_membership(turn):
    """What the diary called last year's membership is known from the link; nothing is guessed."""
    (file,) = enrolled(turn, "7А", "8А", 1)
    (step,) = turn.moves()
    assert step.before == {"person": pupil_id(file), "group": form_id(2026, "7А")}
    assert step.after == {"person": pupil_id(file), "group": form_id(2027, "8А")}
    assert step.remote_id == f"p{file}@f7А-old"


@pytest.mark.parametrize(
    ("then", "now", "reason"),
    [
        ("7А", "8А", "promoted"),
        ("7А", "8Б", "transferred"),
        ("9Б", "10А", "transferred"),
        ("7А", "7А", "repeats"),
        ("7А", "7Б", "repeats"),
        ("7А", "9А", "skipped"),
        ("7А", "6А", "set_back"),
        ("Старшая", "8А", "transferred"),
    ],
)
def test_every_way_over_the_summer_has_its_name(turn, then, now, reason):
    """The plan says why a pupil moves; a form without a grade tells nothing of grades."""
    turn.then["x"], turn.now["x"] = then, now
    assert [step.reason for step in turn.moves()] == [reason]


@pytest.mark.parametrize(
    ("left", "joined", "reason"),
    [
        ((2026, "7А"), (2026, "7Б"), "transferred"),
        ((2026, "7А"), (2026, "8А"), "skipped"),
        ((2026, "7А"), (2026, "6А"), "set_back"),
        ((2025, "7А"), (2027, "9А"), "promoted"),
        ((2025, "7А"), (2027, "8А"), "repeats"),
    ],
)
def test_grades_are_counted_against_the_years_between(left, joined, reason):
    """A year without Sverka is no jump; next year's names in this year's forms are."""
    assert reason_of(form_id(*left), form_id(*joined)) == reason


def test_who_left_in_summer_is_no_step(turn):
    """The eleventh form and whoever is in no file stay in last year's lists; new pupils are new."""
    turn.then.update({"ушёл": "11А", "уехал": "7А"})
    turn.now["новый"] = "1А"
    plan = turn.plan()
    seats = [(s.action, s.reason) for s in plan.steps if s.record_type is RecordType.MEMBERSHIP]
    assert seats == [(Action.CREATE, "new")]


def test_after_the_move_the_next_plan_is_empty(turn):
    """Once the diary shows the new form, last year's membership is no ground for another move."""
    enrolled(turn, "7А", "8А", 3)
    turn.shown = dict.fromkeys(turn.now, "8А")
    assert [step for step in turn.plan().steps if step.record_type is RecordType.MEMBERSHIP] == []


def test_who_comes_back_is_recognised(turn):
    """A membership that ended by our own step goes on, in the same form or in another one."""
    turn.gone["x"], turn.now["x"] = "7А", "8А"
    (step,) = turn.moves()
    assert (step.reason, step.before["group"]) == ("came_back", form_id(2026, "7А"))


def test_who_comes_back_two_grades_higher_is_still_a_jump(turn):
    """Leaving and coming back hides no wrong file."""
    turn.gone["x"], turn.now["x"] = "7А", "10А"
    assert [step.reason for step in turn.moves()] == ["skipped"]


def test_somebody_elsewhere_in_the_diary_is_left_to_a_person(turn):
    """A secretary put the pupil into 8Б, which no file says: no second form is opened."""
    turn.then.update({"x": "7А", "y": "7Б"})
    turn.now.update({"x": "8А", "y": "8Б"})
    turn.shown.update({"x": "8Б", "y": "8Б"})
    turn.by_hand = {"x"}
    plan = turn.plan()
    assert [step for step in plan.steps if step.record_type is RecordType.MEMBERSHIP] == []
    assert [item.kind for item in plan.conflicts] == ["diary_edited"]


# --- limits ----------------------------------------------------------------------------------------------------------


def limits(plan: Plan) -> list[tuple[str, int, int, int]]:
    return [(one.reason, one.count, one.of, one.allowed) for one in (plan.hold.limits if plan.hold else ())]


def test_one_promoted_class_needs_nobody(turn):
    """A class that comes later than the others."""
    enrolled(turn, "7А", "8А")
    assert turn.plan(policy()).hold is None


def test_the_first_of_september_is_one_line_with_its_forms(turn):
    """Everybody goes up: held once, with the forms and not with a share of moves; the other limits are as ever."""
    for grade in range(1, 11):
        enrolled(turn, f"{grade}А", f"{grade + 1}А")
    plan = turn.plan(policy())
    assert limits(plan) == [("promoted", 250, 250, 30)]
    assert plan.hold.limits[0].lines[:2] == ("1А → 2А: 25", "2А → 3А: 25")
    assert plan_from_bytes(plan.to_bytes()) == plan
    assert plan_json(plan)["hold"]["limits"][0]["reason"] == "promoted"


@pytest.mark.parametrize(("then", "now", "reason"), [("7А", "9А", "skipped"), ("7А", "6А", "set_back")])
def test_a_single_jump_is_held(turn, then, now, reason):
    """However small: with the names of the forms and the count, among two hundred promoted."""
    for grade in range(1, 10):
        enrolled(turn, f"{grade}Б", f"{grade + 1}Б")
    turn.then["x"], turn.now["x"] = then, now
    held = {one.reason: one for one in turn.plan(policy(persons_percent=50, floor=40)).hold.limits}
    assert (held[reason].count, held[reason].allowed, held[reason].lines) == (1, 0, (f"{then} → {now}: 1",))


def test_a_few_who_stay_a_second_year_pass(turn):
    """Three of two hundred; eleven are a wrong file."""
    for grade in range(1, 9):
        enrolled(turn, f"{grade}А", f"{grade + 1}А")
    for number in range(11):
        turn.then[f"п{number}"] = "5В"
        turn.now[f"п{number}"] = "5В"
    assert ("repeats", 11, 211, 10) in limits(turn.plan(policy()))
    for number in range(3, 11):
        turn.now[f"п{number}"] = "6В"
    assert {reason for reason, *_ in limits(turn.plan(policy()))} == {"promoted"}


def test_two_forms_mixed_up_are_seen(turn):
    """7А → 8Б and 7Б → 8А: both are held as transfers, and the exchange is named."""
    enrolled(turn, "7А", "8Б")
    enrolled(turn, "7Б", "8А")
    plan = turn.plan(policy())
    assert limits(plan) == [("transferred", 50, 50, 5)]
    assert [(one.left, two.left) for one, two in swapped(flows(plan.steps))] == [("7А", "7Б")]


def test_next_years_files_under_this_years_settings_are_noticed(turn):
    """7А → 8А within one year: held as a jump, and the settings' year is asked about; over the summer it is right."""
    files = enrolled(turn, "7А", "8А")
    assert not year_forgotten(turn.plan().steps)
    turn.then.clear()
    turn.shown = dict.fromkeys(files, "7А")
    plan = turn.plan(policy())
    assert limits(plan) == [("skipped", CLASS, CLASS, 0)]
    assert year_forgotten(plan.steps)


def test_a_few_exchanged_pupils_are_no_mix_up():
    """Two there and three back is everyday life."""
    there = Flow(left="7А", joined="7Б", reason="transferred", count=2)
    back = Flow(left="7Б", joined="7А", reason="transferred", count=3)
    assert swapped((there, back)) == ()


# --- subgroups --------------------------------------------------------------------------------------------------------


def regrouped(then: dict[str, str], now: dict[str, str], division_now: str = "1") -> Plan:
    """A plan where the diary has pupils in groups of division 1 of 7А, and the files in others; by group names."""
    form = form_id(2027, "7А")
    local = {
        RecordType.PUPIL: tuple(
            Pupil(sourced_id=pupil_id(file), name=PersonName(family=file, given="Анна"), personal_file=file)
            for file in now
        ),
        RecordType.FORM: (Form(sourced_id=form, name="7А", grade=7),),
        RecordType.SUBGROUP: tuple(
            Subgroup(sourced_id=subgroup_id(form, division_now, name), name=name, form=form, division=division_now)
            for name in sorted(set(now.values()))
        ),
        RecordType.MEMBERSHIP: tuple(seat(file, subgroup_id(form, division_now, name)) for file, name in now.items()),
    }
    groups = sorted(set(then.values()))
    remote = {
        RecordType.SUBGROUP: tuple(
            RemoteRecord(
                remote_id=RemoteId(f"g{name}"),
                record=Subgroup(sourced_id=RemoteId(f"g{name}"), name=name, form=RemoteId("f7А")),
            )
            for name in groups
        ),
        RecordType.MEMBERSHIP: tuple(
            RemoteRecord(
                remote_id=RemoteId(f"p{file}@g{name}"),
                record=Membership(sourced_id=RemoteId(f"p{file}@g{name}"), person=f"p{file}", group=f"g{name}"),
            )
            for file, name in then.items()
        ),
    }
    return make_plan(
        school="turn",
        local=Snapshot(scope=SCOPE, records=local, complete=frozenset(RecordType)),
        remote=Snapshot(scope=SCOPE, records=remote, complete=frozenset(RecordType)),
        links=[
            *(link("pupil", pupil_id(file), f"p{file}") for file in now),
            *(link("subgroup", subgroup_id(form, "1", name), f"g{name}") for name in groups),
            *(
                link("membership", membership_id(pupil_id(file), subgroup_id(form, "1", name)), f"p{file}@g{name}")
                for file, name in then.items()
            ),
        ],
        baselines={("pupil", pupil_id(file)): {} for file in now},
        matches={},
        capabilities=CAPABILITIES,
        consents=[Consent(subject=pupil_id(file), given=date(2026, 8, 1)) for file in now],
        today=TODAY,
        policy=OPEN_HANDED,
        rules_digest="",
    )


def seats(plan: Plan) -> list[tuple[str, str]]:
    return [(step.action.value, step.reason) for step in plan.steps if step.record_type is RecordType.MEMBERSHIP]


def test_a_split_subgroup_is_moves():
    """One group becomes two of the same division: everybody moves, nobody is taken out."""
    then = dict.fromkeys("абвг", "Группа 1")
    now = {"а": "Группа 1а", "б": "Группа 1а", "в": "Группа 1б", "г": "Группа 1б"}
    assert seats(regrouped(then, now)) == [("move", "regrouped")] * 4


def test_a_pupil_changes_the_subgroup_by_one_move():
    """The group stays, the pupil goes."""
    then = {"а": "Группа 1", "б": "Группа 2"}
    assert seats(regrouped(then, {"а": "Группа 2", "б": "Группа 2"})) == [("move", "regrouped")]


def test_another_division_is_another_seat():
    """Boys and girls of division 2 have nothing to do with the English groups of division 1."""
    told = seats(regrouped({"а": "Группа 1"}, {"а": "Мальчики"}, division_now="2"))
    assert sorted(told) == [("create", "new"), ("suspend", "left_school")]
