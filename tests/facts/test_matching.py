"""People decide who is who: what they are asked, what their word does, and that it lasts."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import pytest
from contracts.little_school import FORM_A
from contracts.push_bench import Bench, events

from gateway import people_words
from gateway.errors import AmbiguousMatch
from gateway.sync import matching
from gateway.sync.changes import FIRST_CONTACT
from gateway.sync.values import Action
from state.identity import RemoteId, SourcedId, guardian_id, membership_id, pupil_id, staff_id
from state.matches import Decision, aliases
from state.records import RecordType

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gateway.sync.matching import OpenMatch
    from state.identity import IdentityLink

NEW = pupil_id("К-009")
WHO = {"by": "Петрова", "why": "сверено со свидетельством"}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench.settled(tmp_path)
    yield bench
    bench.store.close()


def typed_by_hand(bench: Bench, family: str, file: str = "К-009") -> RemoteId:
    """A secretary has put the new pupil into 7А, under that family name and without a birth date."""
    bench.school.pupils[file] = FORM_A
    bench.school.names.setdefault(file, "Петренко")
    name = {**dataclasses.asdict(bench.school.name(file)), "family": family}
    person = bench.diary.add(RecordType.PUPIL, name=name)
    bench.diary.add(RecordType.MEMBERSHIP, person=person, group=bench.diary.guids[FORM_A])
    return person


def asked(bench: Bench) -> tuple[OpenMatch, ...]:
    return matching.open_matches(bench.store, bench.school.snapshot())


def decide(bench: Bench, verb: str, *pair: str) -> None:
    getattr(matching, verb)(bench.store, *pair, local=bench.school.snapshot(), **WHO)


def steps_of(bench: Bench, sourced_id: str) -> list[tuple[Action, str]]:
    return [(step.action, step.reason) for step in bench.plan().steps if step.sourced_id == sourced_id]


def link_of(bench: Bench, sourced_id: str) -> IdentityLink | None:
    with bench.store.begin() as work:
        return next((one for one in work.links() if one.sourced_id == sourced_id), None)


# --- questions --------------------------------------------------------------------------------------------------------


def test_a_likely_person_is_asked_about_and_not_made_twice(bench: Bench) -> None:
    """A slip in the family name in the same form: no step, a question with both sides and what differs."""
    person = typed_by_hand(bench, "Петернко")
    assert steps_of(bench, NEW) == []
    (question,) = asked(bench)
    assert question.ours is not None
    given, born = bench.school.name("К-009").given, bench.school.birth_date("К-009")
    assert people_words.described(question.ours) == f"Петренко {given}, {born:%d.%m.%Y}, 7А"
    (candidate,) = question.candidates
    assert candidate["remote_id"] == person
    assert people_words.agreed(candidate) == "имя, класс"
    assert people_words.differing(candidate, question.ours).startswith("фамилия: Петренко / Петернко (описка)")


def test_nobody_is_entered_as_guardian_of_a_pupil_in_question(bench: Bench) -> None:
    """The diary would refuse a guardian of a pupil it does not know by our GUID: the family waits together."""
    typed_by_hand(bench, "Петернко")
    plan = bench.plan()
    assert guardian_id(NEW, "Мать К-009") not in {step.sourced_id for step in plan.steps}
    assert bench.apply(plan).files == ()


def test_questions_are_answered_without_the_diary(bench: Bench) -> None:
    """The list comes from the last plan: the diary is not read again."""
    typed_by_hand(bench, "Петернко")
    bench.plan()
    reads = bench.diary.reads
    assert len(asked(bench)) == 1
    assert bench.diary.reads == reads


def test_no_plan_no_question(tmp_path: Path) -> None:
    """Before the first plan there is nothing to decide."""
    bench = Bench.at(tmp_path)
    assert asked(bench) == ()
    bench.store.close()


# --- decisions --------------------------------------------------------------------------------------------------------


def test_who_is_linked_by_a_person_is_bound_by_the_next_plan(bench: Bench) -> None:
    """The link says by whom and by what; the person gets our GUID instead of a second self."""
    person = typed_by_hand(bench, "Петернко")
    bench.plan()
    code = asked(bench)[0].code
    decide(bench, "link", code, person)
    link = link_of(bench, NEW)
    assert link is not None
    assert (link.remote_id, link.rule, link.by, link.ours) == (person, "person", "Петрова", False)
    assert link.evidence.startswith("family=typo given=same")
    assert asked(bench) == ()
    assert steps_of(bench, NEW) == [(Action.UPDATE, FIRST_CONTACT)]
    bench.settle_in()
    assert bench.diary.objects[RecordType.PUPIL][person]["name"]["family"] == "Петренко"
    assert steps_of(bench, NEW) == []


def test_a_refused_pair_is_never_proposed_again(bench: Bench) -> None:
    """Two people after all: the pupil is new, in this plan and in every later one."""
    person = typed_by_hand(bench, "Петернко")
    bench.plan()
    decide(bench, "refuse", NEW, person)
    assert asked(bench) == ()
    assert steps_of(bench, NEW) == [(Action.CREATE, "new")]
    bench.settle_in()
    assert asked(bench) == ()
    link = link_of(bench, NEW)
    assert link is not None
    assert link.remote_id != person


def test_a_split_pair_never_comes_back_by_itself(bench: Bench) -> None:
    """Linked by the name and birth date, taken apart by a person: seats and guardians are unlinked with them."""
    first = pupil_id("К-001")
    before = link_of(bench, first)
    assert before is not None
    matching.split(bench.store, first, **WHO)
    for gone in (first, membership_id(first, FORM_A), guardian_id(first, "Мать К-001")):
        assert link_of(bench, gone) is None
    bench.plan()
    bench.plan()
    assert link_of(bench, first) is None
    assert before.remote_id not in {one["remote_id"] for question in asked(bench) for one in question.candidates}


def test_a_decision_is_journaled_with_its_name_and_without_a_persons(bench: Bench) -> None:
    """The audit log tells who decided what about which ids, and no name of the pair."""
    person = typed_by_hand(bench, "Петернко")
    bench.plan()
    decide(bench, "refuse", NEW, person)
    event = json.loads(events(bench)[-1])
    assert (event["kind"], event["actor"]) == ("match_refused", "Петрова")
    assert event["data"] == {"record_type": "pupil", "sourced_id": NEW, "remote_id": person, "why": WHO["why"]}
    assert "Петернко" not in "".join(events(bench))


def test_an_older_plan_is_stale_after_a_link(bench: Bench) -> None:
    """A plan made before the decision would not know of it."""
    person = typed_by_hand(bench, "Петернко")
    plan = bench.plan()
    decide(bench, "link", NEW, person)
    assert plan.basis.links != bench.plan().basis.links


@pytest.mark.parametrize("pair", [("pupil:nobody", "1"), (NEW, "no-such-number")])
def test_only_what_was_proposed_may_be_linked(bench: Bench, pair: tuple[str, str]) -> None:
    """A mistyped number links nobody, and the answer names what there is."""
    typed_by_hand(bench, "Петернко")
    bench.plan()
    with pytest.raises(AmbiguousMatch):
        decide(bench, "link", *pair)
    with pytest.raises(AmbiguousMatch):
        matching.split(bench.store, NEW, **WHO)


def test_one_person_of_the_diary_is_not_given_to_two(bench: Bench) -> None:
    """Two of ours are like one of theirs: after one is linked the other one cannot be."""
    person = typed_by_hand(bench, "Петернко")
    bench.school.pupils["К-010"] = FORM_A
    bench.school.renumbered["К-010"] = "К-009"
    bench.plan()
    assert len(asked(bench)) == 2
    decide(bench, "link", NEW, person)
    with pytest.raises(AmbiguousMatch, match="уже связан"):
        decide(bench, "link", pupil_id("К-010"), person)


def test_whoever_differs_in_nothing_is_linked_by_one_word(bench: Bench) -> None:
    """A list without birth dates: one decision for all whose only candidate bears just that name."""
    same, other = typed_by_hand(bench, "Петренко"), typed_by_hand(bench, "Вороннва", "К-010")
    bench.school.names["К-010"] = "Воронова"
    bench.plan()
    made = matching.link_all(bench.store, "name-form", local=bench.school.snapshot(), **WHO)
    assert [(one.sourced_id, one.remote_id, one.decision) for one in made] == [(NEW, same, Decision.LINKED)]
    assert [question.candidates[0]["remote_id"] for question in asked(bench)] == [other]


def test_every_link_says_by_whom(bench: Bench) -> None:
    """What was recognised or made in a run bears the name of whoever ran it."""
    with bench.store.begin() as work:
        links = work.links()
    assert {link.record_type for link in links} == set(RecordType)
    assert {link.by for link in links} == {"tester"}
    assert all(link.since and link.rule and link.evidence for link in links)


# --- a known person under a new id ------------------------------------------------------------------------------------


def test_a_renumbered_file_keeps_the_persons_old_id(bench: Bench) -> None:
    """Asked, linked, and remembered which new id is which old one: the old link stands, decided by a person."""
    old, new = pupil_id("К-001"), pupil_id("К-101")
    before = link_of(bench, old)
    assert before is not None
    bench.school.pupils["К-101"] = bench.school.pupils.pop("К-001")
    bench.school.renumbered["К-101"] = "К-001"
    bench.plan()
    (question,) = asked(bench)
    (candidate,) = question.candidates
    assert (question.sourced_id, candidate["rule"], candidate["holder"]) == (new, "left-and-came", old)
    decide(bench, "link", new, before.remote_id)
    after = link_of(bench, old)
    assert after is not None
    assert (after.remote_id, after.rule, after.by) == (before.remote_id, "person", "Петрова")
    with bench.store.begin() as work:
        assert aliases(work.match_decisions()) == {new: old}
    matching.split(bench.store, old, **WHO)
    with bench.store.begin() as work:
        assert aliases(work.match_decisions()) == {}


def test_a_teacher_who_married_is_asked_about(bench: Bench) -> None:
    """Somebody has left the staff and somebody of the same given name and patronymic has come: one person, perhaps."""
    known, married = "Белова Анна Олеговна", "Громова Анна Олеговна"
    before = link_of(bench, staff_id(known))
    assert before is not None
    bench.school.teachers = {
        subject: married if name == known else name for subject, name in bench.school.teachers.items()
    }
    bench.school.lessons = [
        (*lesson[:4], tuple(married if name == known else name for name in lesson[4]))
        for lesson in bench.school.lessons
    ]
    assert not [step for step in bench.plan().steps if step.record_type is RecordType.STAFF]
    (question,) = asked(bench)
    assert question.candidates[0]["holder"] == staff_id(known)
    decide(bench, "link", question.code, before.remote_id)
    with bench.store.begin() as work:
        assert aliases(work.match_decisions()) == {staff_id(married): staff_id(known)}


def test_short_names_are_apart() -> None:
    """A code to type names one record."""
    codes = {matching.short("pupil", SourcedId(f"pupil:К-{number}")) for number in range(5000)}
    assert len(codes) == 5000
