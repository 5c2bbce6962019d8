"""Every change of a roster rests on an order of the school, or waits for one (R022, R088)."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from contracts.little_school import FORM_A, FORM_B, TODAY, subgroup
from contracts.memory_target import CAPABILITIES
from contracts.push_bench import Bench, events
from facts.source_files import write_table

from connectors.sources import layouts
from gateway.errors import AskError, DataError
from gateway.sync.order_queue import assign, desk, queue
from gateway.sync.planfile import plan_from_bytes, plan_json
from gateway.sync.planning import local_digest, plan_push, rules_digest
from gateway.sync.reading import read_file
from gateway.sync.values import Action, Route
from state.identity import form_id, guardian_id, membership_id, pupil_id, staff_id
from state.orders import OrderKey
from state.records import Membership, OrderKind, OrderRef, Pupil, RecordType, RosterOrder
from state.snapshot import Snapshot

if TYPE_CHECKING:
    from gateway.sync.orders import OrderDesk

REQUIRED = frozenset({RecordType.PUPIL, RecordType.MEMBERSHIP})
ORDER = OrderRef(number="12-у", day=date(2026, 9, 1))
K1, K2, NEW = "К-001", "К-002", "К-009"
"""К-001 is in 7А with a subgroup, К-002 in 7Б."""


class Ordered(Bench):
    """The bench with orders asked for: what the files say of orders, and the register beside them."""

    required = REQUIRED
    register: tuple[RosterOrder, ...] = ()

    def desk(self) -> OrderDesk:
        return desk(self.store, self.register, self.required)

    def plan(self):
        return plan_push(
            self.store,
            self.diary,
            self.local(),
            school="little",
            policy=self.policy,
            clock=self.clock,
            today=self.today,
            actor="tester",
            orders=self.desk(),
            sleep=self._wait,
        )

    orders: dict[str, OrderRef]

    def local(self):
        """The files, with the orders the rows name: of a pupil and of the pupil's memberships."""
        told = self.school.local()
        by_pupil = {pupil_id(file): order for file, order in self.orders.items()}

        def ordered(record):
            if isinstance(record, Pupil):
                return replace(record, order=by_pupil.get(record.sourced_id))
            if isinstance(record, Membership):
                return replace(record, order=by_pupil.get(record.person))
            return record

        records = {kind: tuple(map(ordered, rows)) for kind, rows in told.snapshot.records.items()}
        snapshot = Snapshot(scope=told.snapshot.scope, records=records, complete=told.snapshot.complete)
        return replace(told, snapshot=snapshot)

    def carry_out(self, plan=None):
        return self.apply(
            plan or self.plan(),
            local_digest_now=local_digest(self.local(), self.today),
            rules_digest_now=rules_digest(self.policy, self.diary.capabilities, self.desk()),
        )


@pytest.fixture
def bench(tmp_path) -> Ordered:
    settled = Bench.settled(tmp_path)
    ordered = Ordered(store=settled.store, folder=settled.folder, diary=settled.diary, clock=settled.clock)
    ordered.orders = {}
    return ordered


def waiting(plan) -> list[tuple[str, str, str]]:
    return [(item.record_type.value, item.action.value, item.why) for item in plan.unordered]


# --- what waits -------------------------------------------------------------------------------------------------------


def test_nothing_changes_nothing_waits(bench):
    """A diary that equals the files needs no order."""
    plan = bench.plan()
    assert (plan.steps, plan.unordered) == ((), ())


def test_a_new_pupil_without_an_order_waits_with_all_that_hangs_on_him(bench):
    """The pupil, the form, the subgroup and the mother; nobody else."""
    bench.school.pupils[NEW] = FORM_A
    bench.school.subgroups[NEW] = "Группа 1"
    bench.school.names[K2] = "Новикова"
    plan = bench.plan()
    assert waiting(plan) == [
        ("pupil", "create", "no_order"),
        ("guardian", "create", "depends"),
        ("membership", "create", "no_order"),
        ("membership", "create", "depends"),
    ]
    assert [(step.action, step.sourced_id) for step in plan.steps] == [(Action.UPDATE, pupil_id(K2))]
    assert plan_json(plan)["unordered"] == {"guardian": 1, "membership": 2, "pupil": 1}
    assert plan_from_bytes(plan.to_bytes()) == plan


def test_an_order_of_the_row_lets_the_pupil_go(bench):
    """Number and date stand in the pupil's row, as the 29 columns have them."""
    bench.school.pupils[NEW] = FORM_A
    bench.orders[NEW] = ORDER
    plan = bench.plan()
    assert plan.unordered == ()
    orders = {step.sourced_id: step.order for step in plan.steps}
    assert orders[pupil_id(NEW)] == orders[membership_id(pupil_id(NEW), FORM_A)] == ORDER
    assert orders[guardian_id(pupil_id(NEW), f"Мать {NEW}")] is None


@pytest.mark.parametrize("half", [OrderRef(number="12-у"), OrderRef(number="", day=date(2026, 9, 1))])
def test_half_an_order_is_none(bench, half):
    """A number without a date, or a date without a number."""
    bench.school.pupils[K2] = FORM_A
    bench.orders[K2] = half
    assert waiting(bench.plan()) == [("membership", "move", "half_order")]


def test_a_move_without_an_order_keeps_the_pupil_where_he_is(bench):
    """His subgroups wait with him: nobody joins a subgroup of a form he is not in."""
    bench.school.pupils[K1] = FORM_B
    del bench.school.subgroups[K1]
    plan = bench.plan()
    assert waiting(plan) == [("membership", "move", "no_order"), ("membership", "suspend", "depends")]
    assert plan.steps == ()


def test_who_left_is_suspended_by_the_order_of_his_row(bench):
    """The row of who has left names the order of leaving; a row that vanished names none."""
    bench.school.pupils[K2] = ""
    assert waiting(bench.plan()) == [("membership", "suspend", "no_order")]
    bench.orders[K2] = ORDER
    (step,) = bench.plan().steps
    assert (step.action, step.order) == (Action.SUSPEND, ORDER)


def test_subgroups_alone_need_no_order(bench):
    """Who sits in which group of English is no matter of orders."""
    bench.school.subgroups[K1] = "Группа 2"
    (step,) = bench.plan().steps
    assert (step.action, step.after["group"], step.order) == (Action.MOVE, subgroup("Группа 2"), None)


def test_a_school_may_ask_for_none(bench):
    """An empty list in the settings: changes go as they are."""
    bench.required = frozenset()
    bench.school.pupils[K2] = FORM_A
    plan = bench.plan()
    assert (len(plan.steps), plan.unordered) == (1, ())


def test_a_school_may_ask_for_staff_too(bench):
    """A new teacher waits for the order of hiring; teachers in place do not."""
    bench.required = REQUIRED | {RecordType.STAFF}
    bench.school.teachers["Физика"] = "Власов Олег Юрьевич"
    assert waiting(bench.plan()) == [("staff", "create", "no_order")]
    person = staff_id("Власов Олег Юрьевич")
    bench.register = (RosterOrder(kind=OrderKind.HIRE, number="3-к", day=date(2026, 8, 20), person=person),)
    assert bench.plan().unordered == ()


# --- where an order comes from ----------------------------------------------------------------------------------------


def registered(kind: OrderKind = OrderKind.TRANSFER, **told) -> RosterOrder:
    return RosterOrder(**{"kind": kind, "number": "77-у", "day": date(2026, 9, 3), **told})


@pytest.mark.parametrize(
    ("order", "fits"),
    [
        (registered(person=pupil_id(K2)), True),
        (registered(person=pupil_id(K2), form=FORM_A), True),
        (registered(form=FORM_A), True),
        (registered(OrderKind.ENROL, person=pupil_id(K2)), True),
        (registered(person=pupil_id(K2), form=FORM_B), False),
        (registered(person=pupil_id(K1)), False),
        (registered(OrderKind.LEAVE, person=pupil_id(K2)), False),
        (registered(person=pupil_id(K2), day=date(2025, 9, 3)), False),
    ],
)
def test_the_register_of_orders_is_asked_by_person_kind_form_and_year(bench, order, fits):
    """An order about somebody else, another form, another deed or another year moves nobody."""
    bench.school.pupils[K2] = FORM_A
    bench.register = (order,)
    plan = bench.plan()
    assert (len(plan.steps), len(plan.unordered)) == ((1, 0) if fits else (0, 1))


def test_of_several_orders_the_latest_counts(bench):
    """And the register before the row, a person's word before both."""
    bench.school.pupils[K2] = FORM_A
    bench.orders[K2] = OrderRef(number="1-у", day=date(2026, 9, 5))
    bench.register = (registered(person=pupil_id(K2)), registered(form=FORM_A, number="78-у", day=date(2026, 9, 4)))
    assert bench.plan().steps[0].order == OrderRef(number="78-у", day=date(2026, 9, 4))
    key = OrderKey("membership", membership_id(pupil_id(K2), FORM_A), "move")
    given = replace(bench.desk(), assigned={key: ORDER})
    bench.desk = lambda: given
    assert bench.plan().steps[0].order == ORDER


# --- the queue --------------------------------------------------------------------------------------------------------


def test_the_queue_names_who_and_what(bench):
    """Name, deed and forms as people write them; the same short numbers in every plan."""
    bench.school.pupils[K2] = FORM_A
    listed = queue(bench.store, bench.plan(), bench.local().snapshot)
    (item,) = listed
    assert (item.name, item.left, item.joined) == ("УченикК-002 " + bench.school.name(K2).given, "7Б", "7А")
    assert item.as_json()["why"] == "no_order"
    assert [one.number for one in queue(bench.store, bench.plan(), bench.local().snapshot)] == [item.number]


def test_an_assigned_order_releases_the_change_and_is_used_up(bench):
    """All who lack one get it, dependants follow; the same pupil's next move needs a new order."""
    bench.school.pupils[NEW] = FORM_A
    listed = queue(bench.store, bench.plan(), bench.local().snapshot)
    given = assign(bench.store, listed, ORDER, "Секретарь")
    assert {item.change.why for item in given} == {"no_order"}
    assert queue(bench.store, bench.plan(), bench.local().snapshot) == ()
    for _ in range(3):
        report = bench.carry_out()
        bench.upload(report)
    assert bench.plan().steps == ()
    with bench.store.begin() as work:
        assert [row.key.record_type for row in work.assigned_orders()] == ["pupil"]
    bench.school.pupils[NEW] = FORM_B
    assert waiting(bench.plan()) == [("membership", "move", "no_order")]


def test_one_of_the_queue_may_get_its_order_alone(bench):
    """By its number; an unknown number, an empty queue and a dependant are refused."""
    bench.school.pupils.update({K2: FORM_A, NEW: FORM_A})
    listed = queue(bench.store, bench.plan(), bench.local().snapshot)
    moved = next(item for item in listed if item.change.action is Action.MOVE)
    assert assign(bench.store, listed, ORDER, "Секретарь", [moved.number]) == (moved,)
    assert [step.sourced_id for step in bench.plan().steps] == [moved.change.sourced_id]
    dependant = next(item for item in listed if item.change.why == "depends")
    for number in ("нет", dependant.number):
        with pytest.raises(DataError):
            assign(bench.store, listed, ORDER, "Секретарь", [number])
    with pytest.raises(AskError):
        assign(bench.store, (), ORDER, "Секретарь")


def test_the_assignment_is_in_the_journal(bench):
    """Who gave which order to which changes."""
    bench.school.pupils[K2] = FORM_A
    listed = queue(bench.store, bench.plan(), bench.local().snapshot)
    assign(bench.store, listed, ORDER, "Секретарь")
    event = json.loads(next(line for line in events(bench) if '"order_assigned"' in line))
    assert (event["actor"], event["data"]["number"], event["data"]["day"]) == ("Секретарь", "12-у", "2026-09-01")
    assert event["data"]["changes"] == [["membership", membership_id(pupil_id(K2), FORM_A), "move"]]


# --- the journal of the push, the worklist, the lag -------------------------------------------------------------------


def test_a_changed_surname_is_one_update_with_its_order_and_lag(bench):
    """R022: one step, the journal's row carries the order, and the days since the order are counted."""
    bench.school.names[K2] = "Новикова"
    bench.orders[K2] = ORDER
    report = bench.carry_out()
    assert [(step.action, step.reason) for step, _ in report.outcomes] == [(Action.UPDATE, "renamed")]
    event = json.loads(next(line for line in events(bench)[::-1] if '"handed_over"' in line))
    assert event["data"]["orders"] == [[pupil_id(K2), "12-у", "2026-09-01"]]
    days = (TODAY - date(2026, 9, 1)).days
    assert report.as_json()["orders"] == {"steps": 1, "lag_days": {"least": days, "median": days, "most": days}}


def test_the_order_of_a_call_is_in_the_journal_and_never_in_the_diary(bench):
    """The batch names it; nothing that reached the diary holds it (R111)."""
    bench.school.pupils[K2] = FORM_A
    bench.orders[K2] = ORDER
    bench.diary.heard.clear()
    assert bench.carry_out().converged
    event = json.loads(next(line for line in events(bench)[::-1] if '"batch_opened"' in line))
    assert event["data"]["orders"] == [[membership_id(pupil_id(K2), FORM_A), "12-у", "2026-09-01"]]
    assert "12-у" not in "\n".join(bench.diary.heard)


def test_the_worklist_names_the_order(bench):
    """Who edits by hand sees on what ground."""
    by_hand = replace(CAPABILITIES.of(RecordType.MEMBERSHIP), update=Route.PERSON)
    bench.diary.capabilities = replace(CAPABILITIES, types={**CAPABILITIES.types, RecordType.MEMBERSHIP: by_hand})
    bench.school.pupils[K2] = FORM_A
    bench.orders[K2] = ORDER
    report = bench.carry_out()
    with report.files[0].open(encoding="utf-8-sig", newline="") as file:
        header, row = csv.reader(file, delimiter=";")
    assert (header[-1], row[1], row[-1]) == ("Приказ", "перевести", "№ 12-у от 01.09.2026")


# --- the sheet «Приказы» ----------------------------------------------------------------------------------------------

ROW = {"№": "12-у", "Дата": date(2026, 9, 1), "Вид": "Перевод", "Кто": "ученик", "Фамилия": "Ли", "Имя": "Ян"}


def orders_of(tmp_path, *rows):
    (part,) = read_file(write_table(tmp_path / "orders.xlsx", layouts.ORDERS, rows)).parts
    return part


@pytest.mark.parametrize(
    ("words", "who", "kind"),
    [
        ("Зачисление", "ученик", "enrol"),
        ("о приёме в школу", "ученик", "enrol"),
        ("Перевод в следующий класс", "ученик", "transfer"),
        ("Выбытие", "ученик", "leave"),
        ("ОТЧИСЛЕНИЕ", "ученик", "leave"),
        ("Приём на работу", "сотрудник", "hire"),
        ("Увольнение", "сотрудник", "dismiss"),
        ("Смена фамилии", "ученик", "rename"),
    ],
)
def test_the_kinds_of_orders(tmp_path, words, who, kind):
    """As clerks word them."""
    (order,) = orders_of(tmp_path, {**ROW, "Вид": words, "Кто": who}).orders
    assert order.kind == kind


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Вид": "о премировании"}, "ORDER_KIND_UNKNOWN"),
        ({"Кто": "кружок"}, "ORDER_WHO_UNKNOWN"),
        ({"Дата": "вчера"}, "ORDER_DATE_UNREAD"),
        ({"№": None}, "VALUE_MISSING"),
        ({"Фамилия": None, "Имя": None}, "VALUE_MISSING"),
    ],
)
def test_a_doubtful_order_moves_nobody(tmp_path, change, code):
    """Each row is an order or a finding with its cell."""
    part = orders_of(tmp_path, {**ROW, **change})
    assert part.orders == ()
    assert code in {problem.code for problem in part.problems if problem.blocks}


def test_an_order_about_a_whole_form(tmp_path):
    """Nobody is named, a form is: everybody in it."""
    (order,) = orders_of(tmp_path, {**ROW, "Фамилия": None, "Имя": None, "Класс": "8-а"}).orders
    assert (order.person, order.form) == (None, form_id(0, "8А"))
