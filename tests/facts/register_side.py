"""A small register to check against another: one page of 7Б, built column by column."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from gateway.register.context import Context
from gateway.register.reconcile import reconcile
from state.identity import form_id, pupil_id, staff_id, subject_id
from state.register import EPOCH, CellKind, Page, pack

if TYPE_CHECKING:
    from gateway.register.values import Finding, Reconciliation

FORM = form_id(2026, "7Б")
PAGE = Page(group=FORM, subject=subject_id("Алгебра"))
LIST = Page(group=FORM, subject=subject_id("").removeprefix("subject:"))
OTHER = Page(group=FORM, subject=subject_id("Физика"))
PAGES = {1: PAGE, 2: LIST, 3: OTHER}
PUPILS = tuple(pupil_id(f"А-{number}") for number in (1, 2, 3))
PERSONS = dict(enumerate(PUPILS, start=1))
TEACHER = staff_id("Образцова Анна Ивановна")
MONDAY, TUESDAY, LAST = date(2026, 9, 7), date(2026, 9, 8), date(2026, 10, 25)

Side = dict[int, tuple[str, str]]


def key(day: date, kind: CellKind, person: int = 0, nth: int = 1, page: int = 1) -> int:
    return pack(page, day, nth, kind, person)


def column(side: Side, day: date, marks: dict[int, str], *, topic: str = "", homework: str = "", page: int = 1) -> None:
    """The lesson stands on the side with these marks."""
    side[key(day, CellKind.LESSON, page=page)] = (f"3|{TEACHER}", "")
    texts = ((CellKind.TOPIC, topic), (CellKind.HOMEWORK, homework))
    side.update({key(day, kind, page=page): (text, "") for kind, text in texts if text})
    side.update({key(day, CellKind.MARKS, person, page=page): (mark, "") for person, mark in marks.items()})


def members(side: Side, people: tuple[int, ...] = (1, 2, 3), page: int = 1) -> None:
    side.update({key(EPOCH, CellKind.MEMBER, person, nth=0, page=page): ("1", "") for person in people})


def final(side: Side, person: int, mark: str) -> None:
    side[key(LAST, CellKind.FINAL, person, nth=0)] = (mark, "")


def full_side() -> Side:
    """Two lessons with marks, an absence, topics, homework, and period marks."""
    side: Side = {}
    members(side)
    column(side, MONDAY, {1: "5", 2: "н", 3: "4 5"}, topic="Степень числа", homework="§ 3, № 12-14")
    column(side, TUESDAY, {1: "3", 3: "осв"}, topic="Одночлен", homework="§ 4")
    final(side, 1, "4")
    final(side, 2, "н/а")
    return side


def paper_frame(side: Side) -> pl.DataFrame:
    rows = [(key, value, raw) for key, (value, raw) in side.items()]
    return pl.DataFrame(rows, schema={"key": pl.Int64, "value": pl.String, "raw": pl.String}, orient="row")


def diary_frame(side: Side, author: str = TEACHER, set_at: datetime | None = None) -> pl.DataFrame:
    moment = pl.lit(set_at, dtype=pl.Datetime("us", "UTC"))
    return paper_frame(side).with_columns(author=pl.lit(author), set_at=moment, remote_id=pl.lit("77"))


def check(paper: Side, diary: Side, **facts: Any) -> Reconciliation:
    context = Context(**{"pages": PAGES, "persons": PERSONS, **facts})
    return reconcile(paper_frame(paper), diary_frame(diary), context)


def found(paper: Side, diary: Side, **facts: Any) -> list[str]:
    return [finding.code.value for finding in check(paper, diary, **facts).findings]


def only(result: Reconciliation) -> Finding:
    (finding,) = result.findings
    return finding
