"""How registers are kept, from which day on (R002-R004, R009): one record for each order of the school."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from state.columns import insert_rows
from state.identity import SourcedId
from state.modes_tables import REGISTER_MODE as M

if TYPE_CHECKING:
    from datetime import datetime

    from state.work import Work

EVERYTHING = SourcedId("")
"""In place of a form, a subject or a teacher: all of them."""


class Mode(StrEnum):
    PARALLEL = "parallel"
    """Paper and diary side by side: paper is the reference (R002)."""
    ELECTRONIC_ONLY = "electronic-only"
    """The diary is the register; what there is on paper is a copy of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeRecord:
    """From `starts` on (to `ends`, both included) the register of `form` is kept so."""

    mode: Mode
    starts: date
    ends: date | None = None
    """None: until something else is set."""
    form: SourcedId = EVERYTHING
    subject: SourcedId = EVERYTHING
    teacher: SourcedId = EVERYTHING
    """With a subject or a teacher it is a pilot: only their pages are kept on both sides (R004)."""
    approval: str = ""
    approved: date | None = None
    """Number and date of the founder's approval (R009)."""
    set_by: str = ""
    number: int = 0
    set_at: datetime | None = None
    """Number and moment are filled in by the store."""

    @property
    def is_pilot(self) -> bool:
        return bool(self.subject or self.teacher)


def add_mode(work: Work, record: ModeRecord) -> ModeRecord:
    """The record as it is kept; earlier ones stay."""
    last = work.connection.scalar(select(func.max(M.c.number)).where(M.c.school == work.school)) or 0
    row = {
        "school": work.school,
        "number": last + 1,
        "form": record.form,
        "mode": record.mode.value,
        "starts": record.starts.isoformat(),
        "ends": record.ends.isoformat() if record.ends else "",
        "subject": record.subject,
        "teacher": record.teacher,
        "approval": record.approval,
        "approved": record.approved.isoformat() if record.approved else "",
        "set_by": record.set_by,
        "set_at": work.now(),
    }
    insert_rows(work.connection, M, [row])
    return load_modes(work)[-1]


def load_modes(work: Work) -> tuple[ModeRecord, ...]:
    """Every record ever made, the oldest first."""
    columns = [column for column in M.c if column is not M.c.school]
    rows = work.connection.execute(select(*columns).where(M.c.school == work.school).order_by(M.c.number)).mappings()
    return tuple(
        ModeRecord(
            **{
                **row,
                "mode": Mode(row["mode"]),
                "starts": date.fromisoformat(row["starts"]),
                "ends": _day(row["ends"]),
                "approved": _day(row["approved"]),
            }
        )
        for row in rows
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
