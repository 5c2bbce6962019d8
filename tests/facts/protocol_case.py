"""A kept check with one discrepancy of every kind: what a protocol is written from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from gateway.reports.directory import Directory
from gateway.reports.protocol import Check, protocol_figures
from state.identity import SourcedId, form_id, pupil_id, staff_id, subject_id
from state.records import PersonName

if TYPE_CHECKING:
    from gateway.reports.figures import ProtocolFigures

SEVENTH, TENTH = form_id(2026, "7Б"), form_id(2026, "10А")
ALGEBRA, PHYSICS = subject_id("Алгебра"), subject_id("Физика")
ANNA, BORIS = pupil_id("А-1"), pupil_id("А-2")
TEACHER = staff_id("Образцова Анна Ивановна")
STRANGER = SourcedId("remote:9")
PERIOD = SourcedId("period:1")
ROOT = "5a3f" * 16
SCHOOL = "МБОУ «СОШ № 17»"

NAMES = Directory(
    pupils={ANNA: "Абрамова Дарья", BORIS: "Борисов Кирилл", STRANGER: "Новиков Иван"},
    teachers={TEACHER: PersonName(family="Образцова", given="Анна", patronymic="Ивановна")},
    groups={SEVENTH: "7Б", TENTH: "10А"},
    subjects={ALGEBRA: "Алгебра", PHYSICS: "Физика"},
)


def finding(code: str, severity: str = "high", why: str = "values_differ", **more: Any) -> dict[str, Any]:
    """A finding row as the store gives it back."""
    row = {
        "code": code, "severity": severity, "why": why, "level": "cell", "group": SEVENTH, "subject": ALGEBRA,
        "day": "2026-09-07", "nth": 1, "lesson": "3", "person": None, "paper": "", "diary": "", "author": "",
        "set_at": None, "status": "open", **more,
    }  # fmt: skip
    return {"finding_id": f"f-{code}-{row['subject']}-{row['day']}-{row['person']}", **row}


EVERY_KIND = (
    finding(
        "MARK_DIFF", person=ANNA, paper="5", diary="4", author=TEACHER, set_at="2026-09-07T09:31:00+00:00"
    ),
    finding("MARK_ONLY_PAPER", why="only_paper", person=BORIS, paper="3", day="2026-09-09", lesson="2"),
    finding("DATE_ONLY_PAPER", why="entries:26", paper="Многочлены", day="2026-09-16"),
    finding("DATE_ONLY_DIARY", why="not_kept:24", diary="", day="2026-09-17"),
    finding("TOPIC_DIFF", "medium", "similarity:0.83", paper="Степень", diary="=1+1", day="2026-09-21"),
    finding("FINAL_DIFF", "critical", person=BORIS, paper="4", diary="3", day="2026-10-25", nth=0, lesson=""),
    finding(
        "NO_CONSENT_IN_DIARY", "critical", "no_consent", subject="", person=STRANGER, paper="+", diary="+", day=None
    ),
    finding("ROSTER_DIFF", why="only_paper", subject="", person=BORIS, paper="+", day=None),
)  # fmt: skip


def page(group: str, subject: str, compared: int, equal: int) -> dict[str, Any]:
    papers = [{"period": PERIOD, "source": "7Б.xlsx", "sha256": "9f2c" * 16}]
    return {
        "group": group, "subject": subject, "compared": compared, "equal": equal, "left_out": 0,
        "teachers": [TEACHER], "papers": papers,
    }  # fmt: skip


def check(findings: tuple[dict[str, Any], ...] = EVERY_KIND, *pages: dict[str, Any]) -> Check:
    rows = list(pages) or [
        page(TENTH, PHYSICS, 812, 812), page(SEVENTH, PHYSICS, 100, 99), page(SEVENTH, ALGEBRA, 1402, 1340)
    ]  # fmt: skip
    summary = {
        "pages": len(rows),
        "cells_compared": sum(row["compared"] for row in rows),
        "cells_equal": sum(row["equal"] for row in rows),
        "left_out": 31,
        "skipped": 1,
        "moment": "2026-10-26T22:30:00+00:00",
        "log": {"size": 1284, "root": ROOT},
        "page_results": rows,
    }
    return Check(run="reconcile-000012", summary=summary, findings=findings, names=NAMES)


def figures(kept: Check | None = None, lang: str = "ru") -> ProtocolFigures:
    return protocol_figures(
        kept or check(), school=SCHOOL, zone=ZoneInfo("Europe/Moscow"), periods={PERIOD: "1 четверть"}, lang=lang
    )
