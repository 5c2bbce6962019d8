"""Summary sheets: what a form's «Сводная ведомость» says of each pupil and subject in one period, with its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from state.columns import insert_rows
from state.identity import SourcedId
from state.records import digest
from state.summaries_tables import SUMMARY as S

if TYPE_CHECKING:
    from collections.abc import Mapping

    from state.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One form's period marks of one period, from one file. A blank mark is «nothing there», and is left out."""

    form: SourcedId
    period: SourcedId
    ends: date
    """The day its marks stand at in the register: the period's last one, 31 August for a mark of the year."""
    source: str
    """File name without folders."""
    whole: bool
    """False: somebody is still at it, so it is never compared."""
    pupils: tuple[SourcedId, ...]
    subjects: tuple[SourcedId, ...]
    """Of all of these the sheet speaks, also where it is blank."""
    marks: Mapping[tuple[SourcedId, SourcedId], str]
    """(pupil, subject) → the mark as written."""
    imported_by: str = ""

    @property
    def sha256(self) -> str:
        """Digest of what it says: equal for the same sheet typed into another file."""
        return digest([self.form, self.period, self.imported_by, _body(self)])


def save_summary(work: Work, summary: Summary) -> bool:
    """The latest of its form and period is this one; False (nothing written) when it already is."""
    mine = (S.c.school == work.school, S.c.form == summary.form, S.c.period == summary.period)
    latest = select(S.c.sha256).where(*mine).order_by(S.c.number.desc()).limit(1)
    if work.connection.scalar(latest) == summary.sha256:
        return False
    number = work.connection.scalar(select(func.max(S.c.number)).where(S.c.school == work.school)) or 0
    row = {
        "school": work.school,
        "number": number + 1,
        "form": summary.form,
        "period": summary.period,
        "source": summary.source,
        "sha256": summary.sha256,
        "imported_by": summary.imported_by,
        "imported_at": work.now(),
        "body": _body(summary),
    }
    insert_rows(work.connection, S, [row])
    return True


def load_summaries(work: Work) -> tuple[Summary, ...]:
    """The latest of each form and period, ordered by both."""
    latest = select(func.max(S.c.number)).where(S.c.school == work.school).group_by(S.c.form, S.c.period)
    mine = select(S).where(S.c.school == work.school, S.c.number.in_(latest)).order_by(S.c.form, S.c.period)
    return tuple(_summary(row) for row in work.connection.execute(mine).mappings())


def _body(summary: Summary) -> dict[str, Any]:
    return {
        "ends": summary.ends.isoformat(),
        "whole": summary.whole,
        "pupils": list(summary.pupils),
        "subjects": list(summary.subjects),
        "marks": sorted([pupil, subject, mark] for (pupil, subject), mark in summary.marks.items()),
    }


def _summary(row: Any) -> Summary:
    body = row["body"]
    return Summary(
        form=SourcedId(row["form"]),
        period=SourcedId(row["period"]),
        ends=date.fromisoformat(body["ends"]),
        source=row["source"],
        whole=body["whole"],
        pupils=tuple(map(SourcedId, body["pupils"])),
        subjects=tuple(map(SourcedId, body["subjects"])),
        marks={(SourcedId(pupil), SourcedId(subject)): mark for pupil, subject, mark in body["marks"]},
        imported_by=row["imported_by"],
    )
