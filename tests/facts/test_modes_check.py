"""The check compares what the modes have compared, says by which register, and binds it to what is signed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from facts.test_keeping_store import both, codes, control
from facts.test_reconcile_store import (
    DAY,
    FIRST,
    FORM,
    HALF,
    LIST,
    NOW,
    PAGE,
    PERIODS,
    PUPILS,
    SECOND,
    TEACHER,
    School,
    cell,
    members,
)

from gateway.errors import AskError
from gateway.register.decide import decide
from gateway.register.modes import set_mode
from gateway.register.scans import Shelf, attach_scans
from gateway.register.sign import sign, signed
from gateway.register.slips import issue
from state.decisions import Verdict
from state.identity import staff_id, subject_id
from state.modes import Mode, ModeRecord
from state.register import CellKind, Page
from state.slips import Standing
from state.summaries import Summary

if TYPE_CHECKING:
    from pathlib import Path

    from state.records import GradingPeriod
    from state.register import RegisterCell

EARLY, LATE = date(2026, 9, 7), date(2026, 10, 5)
START = date(2026, 10, 1)
PHYSICS = Page(group=FORM, subject=subject_id("Физика"))
CHEMISTRY = subject_id("Химия")
"""A pilot of it alone: nothing of algebra and physics is compared until they join."""
OTHER = staff_id("Ким Яна Олеговна")
PARALLEL, ELECTRONIC = Mode.PARALLEL, Mode.ELECTRONIC_ONLY
DEPUTY = "Завуч А.А."


@pytest.fixture
def school(tmp_path: Path) -> School:
    """Algebra and physics on a September and an October day, each with one mark that differs: 5 on paper, 4 there."""
    made = School(tmp_path)
    for page in (PAGE, PHYSICS):
        made.paper([*members(page), *_cells(page, "5", "")], page=page)
    made.diary([*members(LIST), *_cells(PAGE, "4", TEACHER), *_cells(PHYSICS, "4", OTHER)])
    return made


def _cells(page: Page, mark: str, who: str, *days: date) -> list[RegisterCell]:
    return [
        one
        for day in days or (EARLY, LATE)
        for one in (
            cell(CellKind.LESSON, None, f"|{who}", day=day, page=page),
            cell(CellKind.TOPIC, None, "Степень", day=day, page=page),
            cell(CellKind.MARKS, PUPILS[0], mark, day=day, page=page),
        )
    ]


def keep(school: School, mode: Mode = PARALLEL, starts: date = PERIODS[0].starts, **more: Any) -> None:
    approval = "№ 1 от 01.08.2026" if mode is ELECTRONIC else ""
    set_mode(school.store, ModeRecord(mode=mode, starts=starts, **more), approval=approval, who=DEPUTY)


def differ(school: School) -> list[tuple[str, date | None]]:
    found = school.check().result.findings
    return sorted((one.page.subject.partition(":")[2], one.day) for one in found)


def rows(school: School) -> dict[str, dict[str, Any]]:
    """The page rows of the last check, by subject."""
    with school.store.begin() as work:
        summary = work.last_reconciliation()["summary"]
    return {row["subject"].partition(":")[2]: row for row in summary["page_results"]}


ALL = [("алгебра", EARLY), ("алгебра", LATE), ("физика", EARLY), ("физика", LATE)]


def test_without_modes_everything_is_compared(school: School) -> None:
    """Paper is the reference, and nothing lies outside."""
    report = school.check()
    assert (len(report.result.findings), report.pages, report.result.compared, report.outside) == (4, 2, 8, ())
    assert "outside" not in report.as_json()
    assert rows(school)["алгебра"]["spans"] == [
        {"first": "2026-09-01", "last": "2026-10-25", "mode": "parallel", "whole": True}
    ]


@pytest.mark.parametrize("scope", [{"subject": PAGE.subject}, {"teacher": TEACHER}, {"form": FORM, "teacher": TEACHER}])
def test_what_lies_outside_the_pilot_is_neither_compared_nor_counted(school: School, scope: dict[str, Any]) -> None:
    """R004: by subject or by teacher; the page left out is named in a figure of its own."""
    keep(school, **scope)
    report = school.check()
    assert differ(school) == ALL[:2]
    assert (report.pages, report.result.compared, report.result.equal) == (1, 4, 2)
    assert [one.page for one in report.outside] == [PHYSICS]
    assert report.as_json()["outside"] == 1
    assert list(rows(school)) == ["алгебра"]


def test_a_lesson_before_the_first_day_is_not_compared(school: School) -> None:
    """R003: neither its marks nor the lesson itself, whichever side lacks it; the first day is."""
    keep(school, subject=CHEMISTRY)
    keep(school, starts=START, subject=PAGE.subject)
    school.diary([*members(LIST), *_cells(PAGE, "4", TEACHER, LATE), *_cells(PHYSICS, "4", OTHER)])
    assert differ(school) == [("алгебра", LATE)]
    keep(school, starts=LATE, subject=PHYSICS.subject)
    assert differ(school) == [("алгебра", LATE), ("физика", LATE)]


def test_the_lists_are_compared_however_few_days_are(school: School) -> None:
    """A pupil on one list only is found; the diary's list is laid on the page."""
    keep(school, subject=CHEMISTRY)
    keep(school, starts=START, subject=PAGE.subject)
    school.paper([*members(PAGE, PUPILS[:2]), *_cells(PAGE, "4", "")])
    assert school.codes() == ["ROSTER_DIFF"]


def test_a_page_without_paper_is_compared_with_its_copy(school: School) -> None:
    """R009: the same cells, the other reference; a switch tells both, with their days."""
    keep(school, ELECTRONIC, form=FORM)
    assert differ(school) == ALL
    assert [one["mode"] for one in rows(school)["алгебра"]["spans"]] == ["electronic-only"]
    keep(school, PARALLEL, START, form=FORM)
    assert differ(school) == ALL
    assert rows(school)["физика"]["spans"] == [
        {"first": "2026-09-01", "last": "2026-09-30", "mode": "electronic-only", "whole": False},
        {"first": "2026-10-01", "last": "2026-10-25", "mode": "parallel", "whole": False},
    ]


def test_a_switch_changes_no_finding(school: School) -> None:
    """The same cause, the same id: what was decided about it still holds."""
    before = [one.finding_id for one in school.check().result.findings]
    keep(school, ELECTRONIC, START, form=FORM)
    assert [one.finding_id for one in school.check().result.findings] == before


def test_two_periods_of_a_page_are_cut_apart(school: School) -> None:
    """The first period lies outside, the second inside: its days and its list are compared."""
    november = date(2026, 11, 9)
    school.paper([*members(PAGE), *_cells(PAGE, "5", "", november)], period=SECOND)
    cells = [*_cells(PAGE, "4", TEACHER, EARLY, LATE, november), *_cells(PHYSICS, "4", OTHER)]
    school.diary([*members(LIST), *cells])
    keep(school, form=FORM, subject=CHEMISTRY)
    keep(school, starts=date(2026, 11, 1), form=FORM, subject=PAGE.subject)
    report = school.check()
    assert differ(school) == [("алгебра", november)]
    assert {(one.page, one.period) for one in report.outside} == {(PAGE, FIRST), (PHYSICS, FIRST)}


def test_a_subgroups_page_follows_its_form(school: School) -> None:
    """It is outside when its form's pilot has not its subject."""
    page = Page(group=HALF, subject=subject_id("Информатика"))
    school.paper([*members(page), *_cells(page, "5", "")], page=page)
    assert school.check().pages == 3
    keep(school, form=FORM, subject=PAGE.subject)
    assert {one.page for one in school.check().outside} == {page, PHYSICS}


# --- slips, signatures, scans -----------------------------------------------------------------------------------------


def test_leaving_the_scope_corrects_nothing(school: School) -> None:
    """R041: the remark of September stays open although nobody looks there any more; October's correction closes."""
    found = [one.finding_id for one in school.check().result.findings if one.page == PAGE]
    decide(school.store, found, Verdict.PAPER, why="", who=DEPUTY)
    issue(school.store, due=date(2026, 11, 30), who=DEPUTY)
    keep(school, subject=CHEMISTRY)
    keep(school, starts=START, subject=PAGE.subject)
    school.now = datetime(2026, 10, 27, 6, tzinfo=UTC)
    with school.store.begin() as work:
        run = work.start_run("pull")
        work.end_run(run, {})
        work.commit()
    school.diary([*members(LIST), *_cells(PAGE, "5", TEACHER), *_cells(PHYSICS, "4", OTHER)])
    school.check()
    with school.store.begin() as work:
        (slip,) = work.control.slips()
    assert {item.body["day"]: item.standing for item in slip.items} == {
        EARLY.isoformat(): Standing.OPEN,
        LATE.isoformat(): Standing.CORRECTED,
    }


def bound(school: School) -> dict[str, Any]:
    """What a signature is bound to, but for the moment and the log."""
    school.check()
    digests = dict(sign(school.store, who=DEPUTY, position="").digests)
    return {name: digests[name] for name in digests if name not in ("moment", "log")}


def scan(school: School, folder: Path, content: bytes = b"%PDF-1", page: Page = PAGE) -> str:
    (folder / "scan.pdf").write_bytes(content)
    shelf = Shelf(folder / "scans")
    (one,) = attach_scans(school.store, shelf, [folder / "scan.pdf"], [page], period=FIRST, who=DEPUTY)
    return one.sha256


def test_a_signature_is_bound_to_the_modes_and_to_the_scans(school: School, tmp_path: Path) -> None:
    """Another reference, another scan: another digest; without any the digests are those of the two sides."""
    plain = bound(school)
    assert plain.keys() == {"paper", "diary"}
    scan(school, tmp_path)
    first = bound(school)
    scan(school, tmp_path, b"%PDF-2")
    second = bound(school)
    assert len({one.get("scans") for one in (plain, first, second)}) == 3
    keep(school, ELECTRONIC, form=FORM)
    third = bound(school)
    assert third.keys() == {"paper", "diary", "scans", "modes"}
    assert all(one["paper"] == plain["paper"] for one in (first, second, third))


def test_the_days_of_a_pilot_are_bound_too(school: School) -> None:
    """The mode is the usual one, the days are not."""
    keep(school, subject=CHEMISTRY)
    keep(school, starts=START, subject=PAGE.subject)
    assert "modes" in bound(school)


def test_the_journal_has_what_was_bound(school: School, tmp_path: Path) -> None:
    """The check's own event carries the digests: they cannot be exchanged afterwards."""
    scan(school, tmp_path)
    told = bound(school)
    with school.store.begin() as work:
        summary = work.last_reconciliation()["summary"]
    assert summary["digests"] == told


def test_a_page_row_names_the_scans_of_its_period(school: School, tmp_path: Path) -> None:
    """G1: the head of the page; a scan of another page or of none that was compared is not told there."""
    sha256 = scan(school, tmp_path)
    scan(school, tmp_path, b"%PDF-3", Page(group=FORM, subject=CHEMISTRY))
    school.check()
    found = {name: [one["scans"] for one in row["papers"]] for name, row in rows(school).items()}
    assert found == {"алгебра": [[sha256]], "физика": [[]]}


def test_nobody_signs_a_check_made_under_other_modes(school: School) -> None:
    """First check again: the reference of a page may be another one."""
    school.check()
    school.now = datetime(2026, 10, 27, 6, tzinfo=UTC)
    keep(school, ELECTRONIC, form=FORM)
    with pytest.raises(AskError, match="иначе"):
        sign(school.store, who=DEPUTY, position="")
    school.now = datetime(2026, 10, 28, 6, tzinfo=UTC)
    assert "modes" in bound(school)


def test_a_signature_is_stale_by_its_own_days_alone(school: School) -> None:
    """A cell of a day that was not compared was not signed; a cell of a compared one was."""
    keep(school, subject=CHEMISTRY)
    keep(school, starts=START, subject=PAGE.subject)
    school.check()
    sign(school.store, who=DEPUTY, position="")
    school.now = datetime(2026, 10, 27, 6, tzinfo=UTC)
    school.diary([*members(LIST), *_cells(PAGE, "3", TEACHER, EARLY), *_cells(PAGE, "4", TEACHER, LATE)])
    (kept,) = signed(school.store)
    assert not kept.is_stale
    school.now = datetime(2026, 10, 28, 6, tzinfo=UTC)
    school.diary([*members(LIST), *_cells(PAGE, "3", TEACHER, EARLY, LATE)])
    (kept,) = signed(school.store)
    assert [one.day for one in kept.changed] == [LATE]
    school.now = datetime(2026, 10, 29, 6, tzinfo=UTC)
    school.diary([*members(LIST, PUPILS[:2]), *_cells(PAGE, "4", TEACHER)])
    assert school.now > NOW
    assert DAY == EARLY


# --- control and summary sheets ---------------------------------------------------------------------------------------


def test_control_speaks_of_whole_periods_inside_the_scope(tmp_path: Path) -> None:
    """A period that begins outside would show too few marks and no final ones: nothing is said of it."""
    late = School(tmp_path)
    both(late, {PUPILS[0]: "5", PUPILS[1]: "н"})
    keep(late, subject=PAGE.subject)
    assert codes(control(late)) == ["ENTRY_LATE", "SUBSTITUTION_DIFF"]
    keep(late, ELECTRONIC, START)
    assert codes(control(late)) == ["ENTRY_LATE", "SUBSTITUTION_DIFF"]
    keep(late, PARALLEL, form=FORM, subject=CHEMISTRY)
    keep(late, PARALLEL, date(2026, 9, 2), form=FORM, subject=PAGE.subject)
    report = control(late)
    assert (codes(report), report.pages) == ([], 1)


def summarise(school: School, period: GradingPeriod = PERIODS[0]) -> None:
    """The form's summary sheet has a 4 in algebra and in physics."""
    sheet = Summary(
        form=FORM,
        period=period.sourced_id,
        ends=period.ends,
        source="7Б.xlsx",
        whole=True,
        pupils=PUPILS[:1],
        subjects=(PAGE.subject, PHYSICS.subject),
        marks={(PUPILS[0], PAGE.subject): "4", (PUPILS[0], PHYSICS.subject): "4"},
        imported_by=DEPUTY,
    )
    with school.store.begin() as work:
        work.paperwork.save_summary(sheet)
        work.commit()


def test_a_period_mark_of_a_summary_sheet_was_signed_too(school: School) -> None:
    """The page was typed over for the first period, the sheet is of the second; other cells of the second are not."""
    summarise(school, PERIODS[1])
    school.check()
    sign(school.store, who=DEPUTY, position="")
    cells = [*members(LIST), *_cells(PAGE, "4", TEACHER), *_cells(PHYSICS, "4", OTHER)]
    school.now = datetime(2026, 12, 30, 6, tzinfo=UTC)
    school.diary([*cells, *_cells(PAGE, "4", TEACHER, date(2026, 11, 9))])
    assert not signed(school.store)[0].is_stale
    school.diary([*cells, cell(CellKind.FINAL, PUPILS[0], "5", day=PERIODS[1].ends)])
    assert [one.kind for one in signed(school.store)[0].changed] == [CellKind.FINAL]


def test_a_summary_sheet_says_nothing_of_a_subject_outside_the_pilot(school: School) -> None:
    """R004: neither where no page was typed over nor where one lies outside; inside it does."""
    summarise(school)
    assert school.codes().count("FINAL_DIFF") == 2
    keep(school, subject=PHYSICS.subject)
    found = [one.page for one in school.check().result.findings if one.code == "FINAL_DIFF"]
    assert found == [PHYSICS]
    assert list(rows(school)) == ["физика"]
