"""Scans of paper pages, known by the SHA-256 of their file: the evidence behind a transcription (G1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from state.columns import insert_rows
from state.register import Page
from state.scans_tables import PAGE_SCAN as S

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from state.identity import SourcedId
    from state.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class PageScan:
    """This file shows this page of this grading period."""

    page: Page
    period: SourcedId
    sha256: str
    kind: str
    """`pdf`, `jpg`, `png` or `tif`: what the file is by its first bytes."""
    size: int
    source: str
    """File name without folders, as it was handed in."""
    sheet: str = ""
    """Page numbers of the paper register, «12» or «12-13»."""
    added_by: str = ""
    number: int = 0
    added_at: datetime | None = None
    """Number and moment are filled in by the store."""

    @property
    def shows(self) -> tuple[Page, SourcedId, str, str]:
        """What a second record of the same would say again."""
        return self.page, self.period, self.sheet, self.sha256


def add_scans(work: Work, scans: Iterable[PageScan]) -> tuple[PageScan, ...]:
    """Those of them that were new; the same file for the same page again is nothing new."""
    kept = load_scans(work)
    known, fresh = {one.shows for one in kept}, []
    for one in scans:
        if one.shows not in known:
            known.add(one.shows)
            fresh.append(one)
    last = work.connection.scalar(select(func.max(S.c.number)).where(S.c.school == work.school)) or 0
    insert_rows(work.connection, S, [_row(work, one, number) for number, one in enumerate(fresh, start=last + 1)])
    return load_scans(work)[len(kept) :]


def load_scans(work: Work) -> tuple[PageScan, ...]:
    """Every scan, the oldest first."""
    rows = work.connection.execute(select(S).where(S.c.school == work.school).order_by(S.c.number)).mappings()
    return tuple(
        PageScan(
            page=Page(group=row["page_group"], subject=row["page_subject"]),
            **{name: row[name] for name in _PLAIN},
            number=row["number"],
            added_at=row["added_at"],
        )
        for row in rows
    )


_PLAIN = ("period", "sheet", "sha256", "kind", "size", "source", "added_by")


def _row(work: Work, one: PageScan, number: int) -> dict[str, object]:
    place = {"school": work.school, "number": number, "page_group": one.page.group, "page_subject": one.page.subject}
    return {**place, **{name: getattr(one, name) for name in _PLAIN}, "added_at": work.now()}
