"""The control section against a real store: asked for by itself, told apart, and the ledger's past as its witness."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from test_reconcile_store import (
    DAY,
    FORM,
    LIST,
    MOSCOW,
    NOW,
    PAGE,
    PERIODS,
    PUPILS,
    SCOPE,
    TEACHER,
    School,
    _records,
    lesson,
    members,
)

from gateway.errors import SettingsError
from gateway.register.duties import KeepingScope
from gateway.register.findings import ReconcileReport, run_reconcile
from gateway.register.rows import finding_row
from gateway.reports.directory import directory
from gateway.reports.protocol import last_check, protocol_figures
from gateway.reports.protocol_files import write_protocol
from gateway.reports.protocol_xlsx import write_protocol_xlsx
from gateway.rulebook import school_rules
from gateway.settings import JournalSection, Settings
from state.identity import SourcedId
from state.records import Lesson, Membership, RecordType
from state.slips import ReturnSlip, SlipItem
from state.snapshot import Snapshot

if TYPE_CHECKING:
    from pathlib import Path

OTHER = SourcedId("staff:другов")
LATE = datetime(2026, 9, 20, 9, 30, tzinfo=UTC)


@pytest.fixture
def school(tmp_path: Path) -> School:
    return School(tmp_path)


def control(school: School, *, asked: bool = True) -> ReconcileReport:
    taught = Lesson(
        sourced_id=SourcedId("l"), group=FORM, subject=PAGE.subject, day=DAY, number=3, teachers=(OTHER,)
    )  # fmt: skip
    seats = tuple(Membership(sourced_id=SourcedId(f"m{one}"), person=one, group=FORM) for one in PUPILS)
    local: Snapshot[Any] = Snapshot(
        scope=SCOPE, records={**_records(), RecordType.LESSON: (taught,), RecordType.MEMBERSHIP: seats}
    )
    return run_reconcile(
        school.store,
        periods=PERIODS,
        local=local,
        consents=school.given,
        now=school.now,
        zone=MOSCOW,
        actor="завуч",
        keeping=KeepingScope(school=local) if asked else None,
    )


def both(school: School, marks: dict[SourcedId, str]) -> None:
    """Paper and diary say the same; the diary's entries came thirteen days later, under another teacher."""
    school.paper([*members(PAGE), *lesson(marks)])
    school.diary([*members(LIST), *lesson(marks, head=f"3|{TEACHER}", set_at=LATE)])


def codes(report: ReconcileReport) -> list[str]:
    return [] if report.keeping is None else [one.code.value for one in report.keeping]


def test_a_full_match_stays_one_however_badly_the_diary_is_kept(school: School) -> None:
    """Late entries and another teacher are told under `control`; findings, figures and open findings know nothing."""
    both(school, {PUPILS[0]: "5", PUPILS[1]: "н"})
    plain = control(school, asked=False)
    told = control(school)
    assert (plain.keeping, "control" in plain.as_json()) == (None, False)
    assert codes(told) == ["ENTRY_LATE", "SUBSTITUTION_DIFF"]
    assert [item["code"] for item in told.as_json()["control"]] == codes(told)
    assert (told.result.findings, told.result.agreement) == ((), 100)
    assert told.figures() == plain.figures()
    with school.store.begin() as work:
        assert work.findings() == []


def test_the_control_has_a_sheet_of_its_own(school: School, tmp_path: Path) -> None:
    """The protocol still says «full match»; sheets of their own tell who and what, and each teacher in counts."""
    both(school, {PUPILS[0]: "5", PUPILS[1]: "н"})
    for asked, sheets in ((False, 2), (True, 4)):
        control(school, asked=asked)
        names = directory(Snapshot(scope=SCOPE, records=_records()), {})
        with school.store.begin() as work:
            check = last_check(work, names, work.findings())
        figures = protocol_figures(check, school="Школа", zone=MOSCOW, periods={})
        assert figures.full_match
        write_protocol_xlsx(figures, tmp_path / "protocol.xlsx")
        book = CalamineWorkbook.from_path(tmp_path / "protocol.xlsx")
        assert len(book.sheet_names) == sheets
    rows = book.get_sheet_by_name("Контроль ведения ЭЖ").to_python()
    text = "\n".join(str(cell) for row in rows for cell in row)
    assert "Запись внесена с опозданием" in text
    assert "записей с опозданием: 2" in text
    assert "ENTRY_LATE" not in text
    head, *lines = [row for row in book.get_sheet_by_name("Контроль по учителям").to_python() if len(set(row)) > 3]
    assert head[:4] == ["Учитель", "Уроков", "Записано с опозданием", "С опозданием, %"]
    assert [row[1:4] for row in lines] == [[1.0, 1.0, "100,00"]]
    folder = tmp_path / "all"
    written = write_protocol(figures, folder)
    assert [path.name.partition("-")[2][17:] for path in written] == [
        ".xlsx", ".csv", ".pdf", "-control.csv", "-teachers.csv",
    ]  # fmt: skip
    said = [path.read_text("utf-8-sig") for path in written if path.suffix == ".csv"]
    assert [text.count("\n") for text in said] == [1, 3, 2]
    assert "записей с опозданием: 2" in said[1]
    printed = " ".join(" ".join(one.extract_text() for one in PdfReader(written[2]).pages).split())
    for wanted in ("Контроль ведения ЭЖ", "Записано с опозданием", "100,00", "Запись внесена с опозданием", "полное"):
        assert wanted in printed, wanted


def corrected(school: School, *marks: str) -> list[str]:
    for number, mark in enumerate(marks):
        school.now = NOW + timedelta(hours=number)
        school.diary([*members(LIST), *lesson({PUPILS[0]: mark}, head=f"3|{OTHER}")])
    return codes(control(school))


def test_a_mark_changed_after_it_was_pulled_is_told(school: School) -> None:
    """§F CORRECTION_UNEXPLAINED: a later pull shows another mark; the one seen first is told."""
    school.paper([*members(PAGE), *lesson({PUPILS[0]: "5"})])
    assert corrected(school, "3", "5") == ["CORRECTION_UNEXPLAINED"]
    (one,) = control(school).keeping or ()
    assert (one.paper, one.diary, one.why, one.person) == ("3", "5", "changed:1", PUPILS[0])


@pytest.mark.parametrize("marks", [("4", "4 5"), ("н", "б"), ("5", "5")])
def test_an_added_mark_or_a_reason_brought_later_is_no_correction(school: School, marks: tuple[str, str]) -> None:
    """What was there stays there: nothing to explain."""
    school.paper([*members(PAGE), *lesson({PUPILS[0]: marks[1]})])
    assert corrected(school, *marks) == []


def test_a_correction_that_a_slip_asked_for_is_explained(school: School) -> None:
    """The teacher did what the return slip says: no remark about it."""
    school.paper([*members(PAGE), *lesson({PUPILS[0]: "5"})])
    school.diary([*members(LIST), *lesson({PUPILS[0]: "3"}, head=f"3|{OTHER}")])
    (wrong,) = control(school).result.findings
    with school.store.begin() as work:
        item = SlipItem(finding_id=wrong.finding_id, body={**finding_row(wrong), "sources": []})
        work.control.issue([ReturnSlip(teacher=OTHER, due=DAY, issued_by="завуч", items=(item,))])
        work.commit()
    assert corrected(school, "5") == []


def pulled(school: School, hour: int, teacher: SourcedId) -> None:
    """One whole pull at that hour: the lesson stands under this teacher, its mark was entered on its own day."""
    school.now = NOW + timedelta(hours=hour)
    with school.store.begin() as work:
        run = work.start_run("pull")
        shown = [*members(LIST), *lesson({PUPILS[0]: "5"}, head=f"3|{teacher}", set_at=NOW + timedelta(minutes=90))]
        work.absorb(run, shown, [FORM], date(2026, 9, 1), date(2026, 12, 30))
        work.end_run(run, {})
        work.commit()


@pytest.mark.parametrize(("hours", "late"), [((0, 2, 4), True), ((0, 1, 4), False), ((0, 4), False)])
def test_a_substitution_is_late_when_a_pull_after_the_entry_still_lacked_it(
    school: School, hours: tuple[int, ...], late: bool
) -> None:
    """R025: entered at 1:30; seen under the main teacher at 2:00 is late, seen at 1:00 or never after it is not."""
    school.paper([*members(PAGE), *lesson({PUPILS[0]: "5"})])
    for hour in hours[:-1]:
        pulled(school, hour, TEACHER)
    pulled(school, hours[-1], OTHER)
    told = [one.why for one in control(school).keeping or () if one.code.value == "SUBSTITUTION_DIFF"]
    assert told == (["late_substitution"] if late else [])


def test_a_school_names_its_rules_in_the_settings(tmp_path: Path) -> None:
    """R043: a table of one's own with a basis; one that cannot be followed is a mistake of the settings."""
    base = Settings.model_validate(
        {
            "school": {"key": "demo", "name": "Школа", "year": 2026},
            "diary": {"base_url": "http://127.0.0.1/v2.0", "token": "env:X", "school_id": "1"},
            "calendar": {"periods": [{"number": 1, "name": "1", "starts": "2026-09-01", "ends": "2026-10-25"}]},
            "folder": tmp_path,
        }
    )
    own = base.model_copy(update={"journal": JournalSection(rules="rules.toml")})
    assert school_rules(base).scale == {"2", "3", "4", "5"}
    with pytest.raises(SettingsError):
        school_rules(own)
    (tmp_path / "rules.toml").write_text('[scale]\nmarks = ["1", "2", "3", "4", "5"]\nbasis = "приказ № 7"\n', "utf-8")
    assert "1" in school_rules(own).scale
    (tmp_path / "rules.toml").write_text('[scale]\nmarks = ["1"]\n', "utf-8")
    with pytest.raises(SettingsError):
        school_rules(own)
