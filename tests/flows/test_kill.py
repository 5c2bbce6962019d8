"""The scheduled job killed anywhere and started again ends where an undisturbed one ends (ops/promises/a-crash-…)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flows.practice import Practice, ledger, little_school, practice

from gateway.jobs.run import run_all

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flows.practice import Watch

FORM = "5А"


@dataclass(frozen=True)
class Kill:
    """A place to die at. The weather holds the job there long enough to be met."""

    place: str
    met: Callable[[Watch], bool]
    weather: tuple[tuple[str, str, int], ...] = ()


PUSH_BEFORE_UPLOAD = (
    Kill("among the imports", lambda w: w.events["source.imported"] >= 2),
    Kill(
        "reading the diary",
        lambda w: w.asked["GET /persons/search"] >= 8,
        (("late", "persons/search", 8),),
    ),
    Kill(
        "between the intent of bells and their write, which lands after the death",
        lambda w: w.events["batch_opened bell_schedule"] == 1,
        (("slow", "insertTimeTable", 2),),
    ),
    Kill(
        "between the writes of subjects and their outcome",
        lambda w: w.asked["insertSubject"] >= 20,
        (("late", "insertSubject", 3),),
    ),
    Kill(
        "among forms, the answer of one lost",
        lambda w: w.asked["insertGroup"] >= 3,
        (("lost", 'insertGroup"', 1), ("late", 'insertGroup"', 2)),
    ),
    Kill(
        "among subgroups",
        lambda w: w.asked["insertSubGroup"] >= 6,
        (("late", "insertSubGroup", 8),),
    ),
)
PUSH_AFTER_UPLOAD = (
    Kill(
        "among memberships",
        lambda w: w.asked["insertGroupMembership"] >= 40,
        (("lost", "insertGroupMembership", 2), ("late", "insertGroupMembership", 8)),
    ),
    Kill(
        "between the intent of lessons and their write",
        lambda w: w.events["batch_opened lesson"] == 1,
        (("slow", "insertLesson", 8),),
    ),
    Kill(
        "among lessons, answers of some lost",
        lambda w: w.asked["insertLesson"] >= 60,
        (("lost", "insertLesson", 3), ("late", "insertLesson", 8)),
    ),
)
CHECK = (
    Kill("after a part of the register was absorbed", lambda w: w.events["pull-batch"] >= 1),
    Kill("while the protocol is written", lambda w: w.part_written()),
)


def die_at(case: Practice, kill: Kill) -> None:
    for kind, match, times in kill.weather:
        case.control.weather(kind, match, times)
    case.kill_when(kill.met)


def state_of(case: Practice) -> dict[str, Any]:
    """Everything that must not depend on how often the job died."""
    with case.office() as office:
        findings = {
            tuple(str(row[name]) for name in ("code", "group", "subject", "day", "nth", "person", "paper", "diary"))
            for row in office.findings()
        }
        plan = office.plan(office.days.scope(), "flow")
        log = office.verify_log()
        with office.store.begin() as work:
            links = {(link.record_type, link.sourced_id, link.ours) for link in work.links()}
            open_intents = work.unsettled_intents()
        return {
            "diary": case.control.state_digest(),
            "ledger": ledger(office),
            "findings": findings,
            "links": links,
            "open intents": open_intents,
            "planned": (plan.steps, plan.matched, plan.conflicts, plan.hold),
            "log": (log.ok, log.first_bad),
        }


def undisturbed(case: Practice) -> dict[str, Any]:
    """The same days without a death, in one process."""
    for people in (case.upload, case.live, lambda: case.type_pages(FORM)):
        with case.office() as office:
            run_all(office, "flow", lambda _sentence: None)
        people()
    with case.office() as office:
        run_all(office, "flow", lambda _sentence: None)
    return state_of(case)


def test_a_job_killed_anywhere_ends_as_if_it_never_was(tmp_path: Path) -> None:
    """Eleven SIGKILLs from import to report: same diary, ledger, links and findings; nothing was pushed twice."""
    school = little_school()
    with practice(tmp_path / "calm", school) as case:
        expected = undisturbed(case)
    with practice(tmp_path / "stormy", school) as case:
        for kill in PUSH_BEFORE_UPLOAD:
            die_at(case, kill)
        assert "Прежний запуск прерван" in case.finish()
        case.upload()
        for kill in PUSH_AFTER_UPLOAD:
            die_at(case, kill)
        case.finish()
        case.live()
        case.type_pages(FORM)
        for kill in CHECK:
            die_at(case, kill)
        case.finish()
        assert {name: value for name, value in state_of(case).items() if value != expected[name]} == {}
        counted = case.control.counters()
    assert expected["planned"] == ((), (), (), None)
    assert expected["log"] == (True, None)
    assert len(expected["findings"]) == 1
    assert {name: counted[name] for name in ("duplicates", "repeats", "mark_writes", "marks_destroyed")} == {
        "duplicates": 0,
        "repeats": 0,
        "mark_writes": 0,
        "marks_destroyed": 0,
    }
