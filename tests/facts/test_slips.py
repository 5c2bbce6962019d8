"""Decisions hold while both values stay; a return slip is closed by a later pull that shows the correction only."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from contracts.store_case import Clock

from gateway.errors import DataError
from gateway.register.decide import decide, open_standings
from gateway.register.slips import Evidence, confirm, issue, judge
from state.decisions import Verdict
from state.identity import SourcedId
from state.slips import Moved, ReturnSlip, SlipItem, Standing
from state.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping

ISSUED = datetime(2026, 10, 20, 9, tzinfo=UTC)
BEFORE, AFTER = ISSUED - timedelta(hours=1), ISSUED + timedelta(hours=1)
PAGE = ("form:2026:7б", "subject:алгебра")
PUPIL = "pupil:1"


def finding(name: str = "f1", **more: Any) -> dict[str, Any]:
    """A mark that is 4 on paper and 5 in the diary."""
    return {
        "finding_id": name,
        "code": "MARK_DIFF",
        "severity": "high",
        "level": "cell",
        "group": PAGE[0],
        "subject": PAGE[1],
        "day": "2026-10-15",
        "nth": 1,
        "lesson": "3",
        "person": PUPIL,
        "paper": "4",
        "diary": "5",
        "why": "same_column",
        "author": "staff:ли",
        "set_at": None,
        **more,
    }


def slip(*standings: Standing, **more: Any) -> ReturnSlip:
    """A slip with one remark for each standing, all about the same cell."""
    items = tuple(
        SlipItem(finding_id=f"f{number}", body={**finding(**more), "sources": ["page-1"]}, standing=standing)
        for number, standing in enumerate(standings or (Standing.OPEN,), start=1)
    )
    teacher = SourcedId("staff:ли")
    return ReturnSlip(number=7, teacher=teacher, due=date(2026, 10, 27), issued_by="зам", items=items, issued_at=ISSUED)


def proof(*found: Mapping[str, Any], pulled: datetime | None = AFTER, **more: Any) -> Evidence:
    """A check after a pull, of the page as it was typed when the slip was issued, that found this."""
    whole: dict[str, Any] = {"papers": {PAGE: frozenset({"page-1"})}} | more
    return Evidence(run="reconcile-000009", pulled=pulled, findings=found, **whole)


def now(evidence: Evidence, was: ReturnSlip | None = None) -> Standing:
    """Where the slip's only remark stands after the check."""
    was = was or slip()
    moved = {move.finding_id: move.standing for move in judge([was], evidence)}
    return moved.get("f1", was.items[0].standing)


def test_a_later_pull_that_shows_the_correction_closes_the_remark() -> None:
    """Compared from the same papers, pulled after the issue, and nothing found at the place."""
    assert now(proof()) is Standing.CORRECTED
    assert list(judge([slip()], proof())) == [Moved(7, "f1", Standing.CORRECTED, "reconcile-000009")]


@pytest.mark.parametrize(
    "evidence",
    [
        pytest.param(proof(finding()), id="still found"),
        pytest.param(proof(finding("f2", code="MARK_ONLY_PAPER", diary="")), id="another fault at the same cell"),
        pytest.param(proof(finding("f2", person=None, code="DATE_ONLY_PAPER")), id="the whole column is missing"),
        pytest.param(proof(finding("f2", person=None, day=None, nth=0)), id="the whole page is at fault"),
        pytest.param(
            proof(finding("f2", subject="", day=None, nth=0, code="ROSTER_DIFF")), id="the pupil left the list"
        ),
        pytest.param(proof(pulled=BEFORE), id="pulled before the issue"),
        pytest.param(proof(pulled=None), id="never pulled"),
        pytest.param(proof(papers={}), id="page not compared"),
        pytest.param(proof(outside=frozenset({PUPIL})), id="pupil left out of the check"),
    ],
)
def test_nothing_else_closes_it(evidence: Evidence) -> None:
    """Each of these looks like a correction to somebody who does not look twice."""
    assert now(evidence) is Standing.OPEN


def test_a_neighbours_fault_does_not_keep_it_open() -> None:
    """Another pupil, another day, another lesson of that day are other remarks."""
    others = (finding("x", person="pupil:2"), finding("y", day="2026-10-16"), finding("z", nth=2))
    assert now(proof(*others)) is Standing.CORRECTED


def test_a_changed_paper_is_no_correction() -> None:
    """The page was typed over anew until it fits: nobody corrected the diary, a person has to look."""
    changed = {PAGE: frozenset({"page-2"})}
    assert now(proof(papers=changed)) is Standing.PAPER_CHANGED
    assert now(proof(papers=changed), slip(Standing.CORRECTED)) is Standing.CORRECTED
    assert now(proof(), slip(Standing.PAPER_CHANGED)) is Standing.CORRECTED


def test_a_closed_remark_opens_again_when_the_fault_is_back() -> None:
    """The diary was changed back after the check."""
    assert now(proof(finding()), slip(Standing.CORRECTED)) is Standing.OPEN


def test_of_two_slips_with_the_same_remark_the_later_one_opens_again() -> None:
    """One fault is asked for once."""
    earlier, later = (dataclasses.replace(slip(Standing.CORRECTED), number=number) for number in (7, 8))
    assert [move.slip for move in judge([earlier, later], proof(finding()))] == [8]


def test_a_slip_is_closed_and_overdue_by_its_remarks_and_its_date() -> None:
    """Half a correction is none; a closed slip is never overdue."""
    half = slip(Standing.CORRECTED, Standing.OPEN)
    done = slip(Standing.CORRECTED, Standing.CORRECTED)
    assert (half.is_closed, done.is_closed) == (False, True)
    assert [half.is_overdue(day) for day in (date(2026, 10, 27), date(2026, 10, 28))] == [False, True]
    assert not done.is_overdue(date(2027, 1, 1))
    assert not slip(Standing.PAPER_CHANGED).is_closed


# --- with memory ------------------------------------------------------------------------------------------------------


@pytest.fixture
def store(database_url: str) -> Store:
    return Store.open(database_url, "school", Clock())


def checked(store: Store, *rows: dict[str, Any]) -> None:
    """A check of one page found these."""
    page = {"group": PAGE[0], "subject": PAGE[1], "teachers": ["staff:ким", "staff:ли"], "papers": [{"sha256": "p1"}]}
    with store.begin() as work:
        work.save_reconciliation(work.start_run("reconcile"), rows, {"page_results": [page]})
        work.commit()


def test_a_decision_holds_while_both_values_stay(store: Store) -> None:
    """It lapses when either side changes and is in force again when both are as they were."""
    checked(store, finding())
    (made,) = decide(store, ["f1"], Verdict.EXPLAINED, why="пересдача по приказу", who="Зам Анна")
    assert (made.number, made.paper, made.diary, made.decided_by) == (1, "4", "5", "Зам Анна")
    verdicts = []
    for diary in ("5", "3", "5"):
        checked(store, finding(diary=diary))
        with store.begin() as work:
            (standing,) = open_standings(work)
        verdicts.append(standing.verdict)
    assert verdicts == [Verdict.EXPLAINED, None, Verdict.EXPLAINED]


def test_the_latest_decision_counts_and_the_earlier_stay(store: Store) -> None:
    """A person may change his mind; the first word is not lost."""
    checked(store, finding())
    decide(store, ["f1"], Verdict.DIARY, why="описка на бумаге", who="Зам")
    decide(store, ["f1"], Verdict.PAPER, why="", who="Директор")
    with store.begin() as work:
        assert [one.verdict for one in work.control.decisions()] == [Verdict.DIARY, Verdict.PAPER]
        assert open_standings(work)[0].verdict is Verdict.PAPER


def test_a_decision_is_journalled_without_values_or_reasons(store: Store) -> None:
    """The log names findings and the person who decided; what was said is bound to it by a digest."""
    checked(store, finding())
    decide(store, ["f1"], Verdict.EXPLAINED, why="болел Цой", who="Зам")
    with store.begin() as work:
        assert work.log_head()[0] == 1


@pytest.mark.parametrize(
    ("findings", "verdict", "why"),
    [
        (["nope"], Verdict.PAPER, ""),
        ([], Verdict.PAPER, ""),
        (["f1"], Verdict.EXPLAINED, " "),
        (["f1"], Verdict.DIARY, ""),
    ],
)
def test_a_decision_about_nothing_or_without_reason_is_refused(
    store: Store, findings: list[str], verdict: Verdict, why: str
) -> None:
    """Nothing is kept of it."""
    checked(store, finding())
    with pytest.raises(DataError):
        decide(store, findings, verdict, why=why, who="Зам")
    with store.begin() as work:
        assert work.control.decisions() == ()


def test_slips_go_to_whoever_entered_the_cell_one_for_each_teacher(store: Store) -> None:
    """An author who teaches there gets his own remarks, a stranger's go to the page's first teacher."""
    checked(store, finding("f1"), finding("f2", person="pupil:2"), finding("f3", author="staff:чужой"), finding("f4"))
    decide(store, ["f1", "f2", "f3"], Verdict.PAPER, why="", who="Зам")
    slips = issue(store, due=date(2026, 10, 27), who="Зам")
    assert {one.teacher: [item.finding_id for item in one.items] for one in slips} == {
        "staff:ким": ["f3"],
        "staff:ли": ["f1", "f2"],
    }
    assert [one.number for one in slips] == [1, 2]
    assert slips[0].items[0].body["sources"] == ["p1"]


def test_a_remark_is_never_on_two_open_slips(store: Store) -> None:
    """A second issue takes only what no open slip holds, and says so when there is nothing."""
    checked(store, finding("f1"), finding("f2", nth=2))
    decide(store, ["f1"], Verdict.PAPER, why="", who="Зам")
    issue(store, due=date(2026, 10, 27), who="Зам")
    with pytest.raises(DataError):
        issue(store, due=date(2026, 10, 27), who="Зам")
    decide(store, ["f2"], Verdict.PAPER, why="", who="Зам")
    (second,) = issue(store, due=date(2026, 10, 28), who="Зам")
    assert [item.finding_id for item in second.items] == ["f2"]


def test_a_lapsed_decision_issues_no_slip(store: Store) -> None:
    """The diary was changed since: a person looks again first."""
    checked(store, finding())
    decide(store, ["f1"], Verdict.PAPER, why="", who="Зам")
    checked(store, finding(diary="3"))
    with pytest.raises(DataError):
        issue(store, due=date(2026, 10, 27), who="Зам")


def test_the_teachers_word_is_kept_and_closes_nothing(store: Store) -> None:
    """Confirmed, not corrected; a slip nobody issued cannot be confirmed."""
    checked(store, finding())
    decide(store, ["f1"], Verdict.PAPER, why="", who="Зам")
    (made,) = issue(store, due=date(2026, 10, 27), who="Зам")
    confirm(store, made.number, who="Ли Ян", note="исправил")
    with store.begin() as work:
        (kept,) = work.control.slips()
    assert [(one.confirmed_by, one.note) for one in kept.confirmations] == [("Ли Ян", "исправил")]
    assert not kept.is_closed
    with pytest.raises(DataError):
        confirm(store, 99, who="Ли Ян")


def test_what_moved_is_kept(store: Store) -> None:
    """A remark's standing and the check that gave it survive in memory."""
    checked(store, finding())
    decide(store, ["f1"], Verdict.PAPER, why="", who="Зам")
    (made,) = issue(store, due=date(2026, 10, 27), who="Зам")
    with store.begin() as work:
        work.control.move([Moved(made.number, "f1", Standing.CORRECTED, "reconcile-000009")])
        work.commit()
        (kept,) = work.control.slips()
    assert dataclasses.replace(kept.items[0], stands_since=None) == dataclasses.replace(
        made.items[0], standing=Standing.CORRECTED, run="reconcile-000009", stands_since=None
    )
    assert kept.is_closed
