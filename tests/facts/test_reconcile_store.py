"""The verb reconcile against a real store: transcriptions and ledger in, findings, figures and a journal event out."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from gateway.register.findings import ReconcileReport, run_reconcile
from state.identity import SourcedId, calendar_id, form_id, period_id, pupil_id, staff_id, subgroup_id, subject_id
from state.paper import Transcription
from state.records import Consent, Form, GradingPeriod, PersonName, Pupil, RecordType, Subgroup
from state.register import EPOCH, CellKind, Page, RegisterCell
from state.snapshot import Scope, Snapshot
from state.store import Store, migrate

if TYPE_CHECKING:
    from pathlib import Path

MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 10, 26, 6, 0, tzinfo=UTC)
CALENDAR = calendar_id(2026, "quarter")
FIRST, SECOND = period_id(CALENDAR, 1), period_id(CALENDAR, 2)
PERIODS = (
    GradingPeriod(
        sourced_id=FIRST,
        calendar=CALENDAR,
        name="1 четверть",
        number=1,
        starts=date(2026, 9, 1),
        ends=date(2026, 10, 25),
    ),
    GradingPeriod(
        sourced_id=SECOND,
        calendar=CALENDAR,
        name="2 четверть",
        number=2,
        starts=date(2026, 11, 4),
        ends=date(2026, 12, 30),
    ),
)
FORM = form_id(2026, "7Б")
HALF = subgroup_id(FORM, "1", "девочки")
PAGE = Page(group=FORM, subject=subject_id("Алгебра"))
LIST = Page(group=FORM, subject=SourcedId(""))
PUPILS = tuple(pupil_id(f"Б-{number}") for number in (1, 2, 3))
NAMES = (("Волкова", "Анна", "Ильинична"), ("Зуев", "Пётр", "Олегович"), ("Ким", "Яна", ""))
TEACHER = staff_id("Образцова Анна Ивановна")
DAY = date(2026, 9, 7)


def cell(kind: CellKind, person: SourcedId | None, value: str, *, day: date = DAY, **more: Any) -> RegisterCell:
    nth = 0 if kind in (CellKind.MEMBER, CellKind.FINAL) else 1
    return RegisterCell(
        **{"page": PAGE, "day": day, "nth": nth, "kind": kind, "person": person, "value": value, **more}
    )


def lesson(marks: dict[SourcedId, str], *, day: date = DAY, head: str = "|", **more: Any) -> list[RegisterCell]:
    return [
        cell(CellKind.LESSON, None, head, day=day),
        cell(CellKind.TOPIC, None, "Степень", day=day),
        *(cell(CellKind.MARKS, person, value, day=day, **more) for person, value in marks.items()),
    ]


def members(page: Page, people: tuple[SourcedId, ...] = PUPILS) -> list[RegisterCell]:
    return [cell(CellKind.MEMBER, person, "1", day=EPOCH, page=page) for person in people]


SCOPE = Scope(school_year=2026, lessons_from=date(2026, 9, 1), lessons_to=date(2026, 12, 30))


class School:
    """A school with one form of three pupils, a paper page and a diary."""

    def __init__(self, folder: Path) -> None:
        url = f"sqlite:///{folder / 'school.db'}"
        migrate(url)
        self.now = NOW
        self.store = Store.open(url, "demo", lambda: self.now)
        self.consents(*PUPILS)

    def consents(self, *people: SourcedId) -> None:
        """From now on these, and nobody else, have a consent."""
        self.given = tuple(Consent(subject=person, given=date(2026, 8, 20)) for person in people)

    def paper(
        self, cells: list[RegisterCell], *, period: SourcedId = FIRST, whole: bool = True, page: Page = PAGE
    ) -> None:
        kept = Transcription(
            page=page, period=period, source="7Б.xlsx", sha256=str(hash(tuple(cells))), whole=whole, cells=tuple(cells)
        )
        with self.store.begin() as work:
            work.save_transcription(kept)
            work.commit()

    def diary(self, cells: list[RegisterCell], **names: str) -> None:
        with self.store.begin() as work:
            work.put_person_names({SourcedId(f"remote:{key.strip('_')}"): name for key, name in names.items()})
            work.absorb("pull-1", cells, [FORM], date(2026, 9, 1), date(2026, 12, 30))
            work.commit()

    def check(self, *, afresh: bool = False) -> ReconcileReport:
        return run_reconcile(
            self.store,
            periods=PERIODS,
            local=Snapshot(scope=SCOPE, records=_records()),
            consents=self.given,
            now=self.now,
            zone=MOSCOW,
            actor="завуч",
            afresh=afresh,
        )

    def codes(self) -> list[str]:
        return [finding.code.value for finding in self.check().result.findings]


def _records() -> dict[RecordType, tuple[Any, ...]]:
    pupils = tuple(
        Pupil(sourced_id=pupil, name=PersonName(family=name[0], given=name[1], patronymic=name[2]), personal_file="x")
        for pupil, name in zip(PUPILS, NAMES, strict=True)
    )
    return {
        RecordType.PUPIL: pupils,
        RecordType.FORM: (Form(sourced_id=FORM, name="7Б", grade=7),),
        RecordType.SUBGROUP: (Subgroup(sourced_id=HALF, name="девочки", form=FORM, division="1"),),
    }


@pytest.fixture
def school(tmp_path: Path) -> School:
    return School(tmp_path)


MARKS = {PUPILS[0]: "5", PUPILS[1]: "н"}


def test_equal_registers_agree_fully(school: School) -> None:
    """The diary's list of the group is laid on the page, teachers and lesson numbers do not count as cells."""
    school.paper([*members(PAGE), *lesson(MARKS)])
    school.diary([*members(LIST), *lesson(MARKS, head=f"3|{TEACHER}", remote_id="5")])
    assert school.check().as_json() == {
        "schema": "reconcile/1", "run": "reconcile-000001", "pages": 1, "cells_compared": 3, "cells_equal": 3,
        "agreement": 100.0, "left_out": 0, "skipped": 0, "findings": {}, "items": [],
    }  # fmt: skip


def test_a_difference_is_reported_kept_and_closed_when_corrected(school: School) -> None:
    """reconcile/1 names it with its evidence; the stored finding closes with the pull that shows the correction."""
    school.paper([*members(PAGE), *lesson(MARKS)])
    entered = datetime(2026, 9, 8, 9, 30, tzinfo=UTC)
    wrong = lesson({PUPILS[0]: "4", PUPILS[1]: "н"}, head=f"3|{TEACHER}", author=TEACHER, set_at=entered)
    school.diary([*members(LIST), *wrong])
    report = school.check().as_json()
    (item,) = report["items"]
    assert report["findings"] == {"MARK_DIFF": 1}
    assert item == {
        "id": item["id"], "code": "MARK_DIFF", "severity": "high", "group": FORM, "subject": PAGE.subject,
        "day": "2026-09-07", "nth": 1, "person": PUPILS[0], "paper": "5", "diary": "4", "why": "values_differ",
    }  # fmt: skip
    json.dumps(report)
    with school.store.begin() as work:
        (kept,) = work.findings()
    assert (kept["finding_id"], kept["lesson"], kept["author"]) == (item["id"], "3", TEACHER)
    assert kept["set_at"] == "2026-09-08T09:30:00+00:00"
    school.now = NOW + timedelta(hours=1)
    school.diary([*members(LIST), *lesson(MARKS, head=f"3|{TEACHER}")])
    assert school.codes() == []
    with school.store.begin() as work:
        assert work.findings() == []
        assert [one["status"] for one in work.findings(open_only=False)] == ["closed"]


def test_a_page_nothing_of_which_changed_is_not_judged_again(school: School) -> None:
    """A correction in the diary, another file or `afresh` has it judged; the findings are told all the same."""
    school.paper([*members(PAGE), *lesson(MARKS)])
    school.diary([*members(LIST), *lesson({PUPILS[0]: "4", PUPILS[1]: "н"}, head=f"3|{TEACHER}", author=TEACHER)])
    first, second = school.check(), school.check()
    assert (first.judged, second.judged) == (1, 0)
    assert first.result == second.result
    assert [finding.author for finding in second.result.findings] == [TEACHER]
    assert school.check(afresh=True).judged == 1
    school.diary([*members(LIST), *lesson(MARKS, head=f"3|{TEACHER}")])
    third = school.check()
    assert (third.judged, third.result.findings) == (1, ())
    school.paper([*members(PAGE), *lesson({PUPILS[0]: "2", PUPILS[1]: "н"})])
    assert school.check().judged == 1


def test_the_summary_holds_what_a_protocol_prints(school: School) -> None:
    """Per page: figures, teachers and transcription; over all: the moment and the digests of both sides."""
    school.paper([*members(PAGE), *lesson(MARKS)])
    school.diary([*members(LIST), *lesson(MARKS, head=f"3|{TEACHER}")])
    school.check()
    with school.store.begin() as work:
        summary = (work.last_reconciliation() or {})["summary"]
        before = work.log_head()[0]
    (page,) = summary["page_results"]
    assert (page["compared"], page["equal"], page["teachers"]) == (3, 3, [TEACHER])
    assert [(paper["period"], paper["source"]) for paper in page["papers"]] == [(FIRST, "7Б.xlsx")]
    assert summary["moment"] == NOW.isoformat()
    assert len(set(summary["digests"].values())) == 2
    school.check()
    with school.store.begin() as work:
        assert (work.last_reconciliation() or {})["summary"]["digests"] == summary["digests"]
        assert work.log_head()[0] == before + 1


def test_only_whole_pages_and_their_period_are_compared(school: School) -> None:
    """A page not transcribed whole is skipped; diary cells outside the transcribed period do not count."""
    november = date(2026, 11, 9)
    school.paper([*members(PAGE), *lesson(MARKS)])
    school.diary([*members(LIST), *lesson(MARKS), *lesson({PUPILS[0]: "2"}, day=november)])
    school.paper([*members(PAGE)], period=SECOND, whole=False)
    report = school.check()
    assert (report.result.findings, report.result.compared, len(report.skipped)) == ((), 3, 1)
    school.paper([*members(PAGE), *lesson({PUPILS[0]: "3"}, day=november)], period=SECOND)
    assert school.codes() == ["MARK_DIFF"]


def test_the_list_of_a_page_is_that_of_its_latest_period(school: School) -> None:
    """Who left after the first period is on its paper list and not in the diary: no finding."""
    school.paper([*members(PAGE), *lesson(MARKS)])
    school.diary([*members(LIST, PUPILS[:2]), *lesson(MARKS)])
    assert school.codes() == ["ROSTER_DIFF"]
    school.paper([*members(PAGE, PUPILS[:2])], period=SECOND)
    assert school.codes() == []


def test_a_pupil_without_consent_is_left_out_and_reported_when_in_the_diary(school: School) -> None:
    """On paper only: his cells do not count. Entered by hand in the diary (no link): recognised by his name."""
    school.consents(*PUPILS[:2])
    school.paper([*members(PAGE), *lesson(MARKS | {PUPILS[2]: "3"})])
    school.diary([*members(LIST, PUPILS[:2]), *lesson(MARKS)])
    report = school.check()
    assert (report.result.findings, report.result.compared, report.result.left_out) == ((), 3, 1)
    stranger = SourcedId("remote:900")
    school.diary([*members(LIST, (*PUPILS[:2], stranger)), *lesson(MARKS)], _900="Ким Яна Сергеевна")
    (finding,) = school.check().result.findings
    assert (finding.code.value, finding.person, finding.paper) == ("NO_CONSENT_IN_DIARY", PUPILS[2], "+")


def test_a_stranger_with_the_name_of_a_pupil_who_consented_stays_a_stranger(school: School) -> None:
    """Only a pupil we never asked the diary about is recognised by his name; another link is a person's decision."""
    stranger = SourcedId("remote:900")
    school.paper([*members(PAGE), *lesson(MARKS)])
    school.diary([*members(LIST, (PUPILS[0], PUPILS[2], stranger)), *lesson(MARKS)], _900="Зуев Пётр Олегович")
    found = {(finding.code.value, finding.person) for finding in school.check().result.findings}
    assert found == {("ROSTER_DIFF", PUPILS[1]), ("ROSTER_DIFF", stranger)}


def test_a_stranger_nobody_knows_is_a_difference_of_the_lists(school: School) -> None:
    """Somebody in the diary's list whom the school's files do not name is ROSTER_DIFF under the diary's own id."""
    school.paper([*members(PAGE), *lesson(MARKS)])
    school.diary([*members(LIST, (*PUPILS, SourcedId("remote:900"))), *lesson(MARKS)], _900="Орлов Иван")
    (finding,) = school.check().result.findings
    assert (finding.code.value, finding.person, finding.diary) == ("ROSTER_DIFF", "remote:900", "+")


def test_a_consent_counts_from_its_day_in_the_schools_time_zone(school: School) -> None:
    """Withdrawn with effect from 26 October: at 22:00 UTC of the 25th it is the 26th in Moscow already."""
    gone = Consent(subject=PUPILS[2], given=date(2026, 8, 20), withdrawn=date(2026, 10, 26))
    kept = tuple(Consent(subject=pupil, given=date(2026, 8, 20)) for pupil in PUPILS[:2])
    school.given = (*kept, gone)
    school.paper([*members(PAGE), *lesson(MARKS)])
    school.diary([*members(LIST), *lesson(MARKS)])
    school.now = datetime(2026, 10, 25, 20, 30, tzinfo=UTC)
    assert school.codes() == []
    school.now = datetime(2026, 10, 25, 22, 0, tzinfo=UTC)
    assert school.codes() == ["NO_CONSENT_IN_DIARY"]


def test_the_journal_tells_figures_and_no_marks(school: School, tmp_path: Path) -> None:
    """The event of a check has counts by code and digests; the differing values are not in it."""
    school.paper([*members(PAGE), *lesson(MARKS | {PUPILS[2]: "зач"})])
    school.diary([*members(LIST), *lesson(MARKS)])
    school.check()
    with closing(sqlite3.connect(tmp_path / "school.db")) as database:
        leaves = database.execute("select leaf from journal_event").fetchall()
    events = [json.loads(leaf) for (leaf,) in leaves]
    text = json.dumps(events, ensure_ascii=False)
    assert '"MARK_ONLY_PAPER": 1' in text
    assert "зач" not in text
    assert PUPILS[2] not in text
