"""Anything may happen on both sides and on the way between them; these things hold all the same."""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

import hypothesis.strategies as st
from contracts.little_school import ENGLISH, FORM_A, FORM_B, MATHS, SCOPE
from contracts.memory_target import Crash
from contracts.push_bench import Bench
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from state.identity import RemoteId, pupil_id, staff_id
from state.records import RecordType

FAULTS = ("answer_lost", "never_written", "late", "crash_before", "crash_after", "holiday", "")
FILES = tuple(f"К-{number:03d}" for number in range(1, 7))
FORMS = st.sampled_from([FORM_A, FORM_B])
DAYS = st.integers(0, 6).map(lambda offset: SCOPE.lessons_from + timedelta(days=offset))
SUBJECTS = st.sampled_from([MATHS, ENGLISH, "Физика"])
TEACHERS = ("Орлов Пётр Ильич", "Белова Анна Олеговна", "Власов Олег Юрьевич")
PICK = st.integers(0, 1000)


class Push(RuleBasedStateMachine):
    """A school edits its files, people edit the diary, answers get lost, the machine dies; and Sverka goes on."""

    @initialize(settled=st.booleans())
    def open(self, settled: bool) -> None:
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name)
        self.bench = Bench.settled(path) if settled else Bench.at(path)
        self.bench.school.teachers["Физика"] = TEACHERS[2]
        self.foreign: set[tuple[RecordType, RemoteId]] = set()

    @property
    def school(self):
        return self.bench.school

    @property
    def diary(self):
        return self.bench.diary

    # --- the files change ---------------------------------------------------------------------------------------------

    @rule(file=st.sampled_from(FILES), form=FORMS)
    def enrol_or_move(self, file, form):
        self.school.pupils[file] = form

    @rule(file=st.sampled_from(FILES))
    def leave(self, file):
        self.school.pupils.pop(file, None)
        self.school.subgroups.pop(file, None)

    @rule(file=st.sampled_from(FILES), family=st.sampled_from(["Ким", "Пак"]))
    def rename(self, file, family):
        self.school.names[file] = f"{family}{file}"

    @rule(file=st.sampled_from(FILES), name=st.sampled_from(["Группа 1", "Группа 2"]))
    def seat(self, file, name):
        if file in self.school.pupils:
            self.school.subgroups[file] = name

    @rule(form=FORMS, day=DAYS, number=st.integers(1, 3), subject=SUBJECTS, teacher=st.sampled_from(TEACHERS))
    def add_lesson(self, form, day, number, subject, teacher):
        self.school.lessons.append((form, subject, day, number, (teacher,)))

    @rule(index=PICK)
    def drop_lesson(self, index):
        if self.school.lessons:
            del self.school.lessons[index % len(self.school.lessons)]

    @rule(index=PICK, teacher=st.sampled_from(TEACHERS))
    def change_teacher(self, index, teacher):
        if self.school.lessons:
            index %= len(self.school.lessons)
            self.school.lessons[index] = (*self.school.lessons[index][:4], (teacher,))

    @rule(who=st.sampled_from([*map(pupil_id, FILES), *map(staff_id, TEACHERS)]))
    def give_or_withdraw_consent(self, who):
        self.school.unconsented ^= {who}

    # --- people work in the diary -------------------------------------------------------------------------------------

    def _pick(self, kind: RecordType, index: int) -> RemoteId | None:
        there = sorted(self.diary.objects[kind])
        return there[index % len(there)] if there else None

    @rule(index=PICK, day=DAYS, number=st.integers(1, 3))
    def a_teacher_adds_a_lesson(self, index, day, number):
        form, subject = self._pick(RecordType.FORM, index), self._pick(RecordType.SUBJECT, index)
        if form and subject:
            fields = {"group": form, "subject": subject, "day": day.isoformat(), "number": number, "teachers": []}
            self.foreign.add((RecordType.LESSON, self.diary.add(RecordType.LESSON, **fields)))

    @rule(index=PICK)
    def a_secretary_adds_a_stranger(self, index):
        form = self._pick(RecordType.FORM, index)
        if form:
            name = {"family": f"Гость{index}", "given": "Гусь", "patronymic": ""}
            stranger = self.diary.add(RecordType.PUPIL, name=name)
            self.foreign.add((RecordType.PUPIL, stranger))
            seat = self.diary.add(RecordType.MEMBERSHIP, person=stranger, group=form)
            self.foreign.add((RecordType.MEMBERSHIP, seat))

    @rule(file=st.sampled_from(FILES))
    def a_secretary_enters_our_pupil(self, file):
        """Before we did: the person must be recognised, not doubled."""
        name = self.school.name(file)
        if pupil_id(file) not in self.diary.guids and not any(
            row["name"]["family"] == name.family for row in self.diary.objects[RecordType.PUPIL].values()
        ):
            self.diary.add(RecordType.PUPIL, **self.school.as_entered(file))

    @rule(kind=st.sampled_from([RecordType.LESSON, RecordType.MEMBERSHIP]), index=PICK)
    def somebody_removes(self, kind, index):
        remote_id = self._pick(kind, index)
        if remote_id:
            self.diary.remove(kind, remote_id)
            self.foreign.discard((kind, remote_id))

    @rule(index=PICK, number=st.integers(1, 3))
    def somebody_moves_a_lesson(self, index, number):
        """Not while its making is in doubt: what is changed beyond recognition before we look cannot be recognised."""
        remote_id = self._pick(RecordType.LESSON, index)
        with self.bench.store.begin() as work:
            doubt = work.unsettled_intents()
        if remote_id and not doubt:
            self.diary.edit(RecordType.LESSON, remote_id, number=number)

    # --- Sverka works -------------------------------------------------------------------------------------------------

    @rule(faults=st.lists(st.sampled_from(FAULTS), max_size=6), uploads=st.booleans(), workers=st.sampled_from([1, 3]))
    def push(self, faults, uploads, workers):
        self.diary.faults = list(faults)
        try:
            report = self.bench.apply(workers=workers, batch=4)
        except Crash:
            return
        if uploads:
            self.bench.upload(report)

    @rule()
    def plan_twice(self):
        assert self.bench.plan().to_bytes() == self.bench.plan().to_bytes()

    # --- what always holds --------------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_doubled(self):
        """No record of ours stands in the diary twice, and no person does."""
        alive = [
            sourced_id
            for remote_id, sourced_id in self.diary.makers.items()
            if any(remote_id in there for there in self.diary.objects.values())
        ]
        assert max(Counter(alive).values(), default=1) == 1
        names = Counter(str(row["name"]) for row in self.diary.objects[RecordType.PUPIL].values())
        assert max((count for name, count in names.items() if "Гость" not in name), default=1) == 1

    @invariant()
    def nothing_foreign_is_gone(self):
        for kind, remote_id in self.foreign:
            assert remote_id in self.diary.objects[kind]

    @invariant()
    def nobody_without_consent_is_heard_of(self):
        """A pupil who has left the files altogether is not withheld: the memberships left in the diary end."""
        said = "\n".join(self.diary.heard).casefold()
        files = {pupil_id(file) for file in self.school.pupils}.union(map(staff_id, TEACHERS))
        for who in self.school.unconsented & files:
            assert who.partition(":")[2] not in said
        self.diary.heard.clear()

    def teardown(self) -> None:
        if not hasattr(self, "bench"):
            return
        try:
            self.comes_to_rest()
        finally:
            self.bench.store.close()
            self.folder.cleanup()

    def comes_to_rest(self) -> None:
        """Left alone, with answers again, Sverka comes to an empty plan."""
        self.diary.faults = []
        assert self.bench.settle_in().steps == ()
        self.nothing_is_doubled()
        self.nothing_foreign_is_gone()
        self.nobody_without_consent_is_heard_of()


TestPush = Push.TestCase
TestPush.settings = settings(
    max_examples=12, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
)
