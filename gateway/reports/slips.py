"""Return slips («возвратный талон», requirements G2) as figures: one teacher's remarks, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateway.reports.wording import Wording
from gateway.reports.words import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from gateway.reports.directory import Directory
    from gateway.reports.figures import Row
    from state.slips import ReturnSlip, SlipItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing to correct, and how it stands."""

    row: Row
    standing: str
    """In words: blank while nobody has corrected it."""
    since: str
    """The day of the check that gave it its standing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemarkPage:
    group: str
    subject: str
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipFigures:
    """A slip as it is shown and printed; every text in the language asked for."""

    number: int
    teacher: str
    issued: str
    issued_at: datetime
    issued_by: str
    due: str
    note: str
    state: str
    """The code: `open`, `overdue`, `unconfirmed` (said to be corrected, and a later check still finds it), `closed`."""
    said: str
    """The state in words."""
    left: int
    total: int
    confirmed: str
    """Who confirmed and when, the latest word; blank where nobody has."""
    pages: tuple[RemarkPage, ...]


def slip_figures(
    slip: ReturnSlip, names: Directory, *, zone: ZoneInfo, today: date, checked: datetime | None, lang: str = "ru"
) -> SlipFigures:
    """The slip as it stands `today`; `checked` is when the last check was made."""
    if slip.issued_at is None:
        raise ValueError("a slip that was never issued")
    said = words(lang)
    wording = Wording(names, said, zone)
    state = _state(slip, today, checked)
    last = slip.confirmations[-1] if slip.confirmations else None
    told = ""
    if last and last.confirmed_at:
        told = f"{last.confirmed_by}, {said.moment(last.confirmed_at.astimezone(zone))}"
    return SlipFigures(
        number=slip.number,
        teacher=names.teacher(slip.teacher) if slip.teacher else "",
        issued=said.day(slip.issued_at.astimezone(zone)),
        issued_at=slip.issued_at.astimezone(zone),
        issued_by=slip.issued_by,
        due=said.day(slip.due),
        note=slip.note,
        state=state,
        said=said.of("slip", state),
        left=sum(not item.is_corrected for item in slip.items),
        total=len(slip.items),
        confirmed=told,
        pages=tuple(_pages(slip.items, wording)),
    )


def _state(slip: ReturnSlip, today: date, checked: datetime | None) -> str:
    """A teacher's word that a later check did not bear out is shown before the date that has passed."""
    if slip.is_closed:
        return "closed"
    last = slip.confirmations[-1].confirmed_at if slip.confirmations else None
    if last and checked and checked > last:
        return "unconfirmed"
    return "overdue" if slip.is_overdue(today) else "open"


def _pages(items: Iterable[SlipItem], wording: Wording) -> Iterable[RemarkPage]:
    pages: dict[tuple[str, str], list[SlipItem]] = {}
    for item in items:
        pages.setdefault((item.body["group"], item.body["subject"]), []).append(item)
    for (group, subject), found in pages.items():
        by_id: Mapping[str, SlipItem] = {item.finding_id: item for item in found}
        rows: list[dict[str, Any]] = [dict(item.body) for item in found]
        yield RemarkPage(
            group=wording.names.group(group),  # type: ignore[arg-type]  # ids travel as JSON text
            subject=wording.names.subject(subject) if subject else wording.words.title("list_page"),  # type: ignore[arg-type]
            remarks=tuple(_remark(row, by_id[row.finding_id], wording) for row in wording.rows(rows)),
        )


def _remark(row: Row, item: SlipItem, wording: Wording) -> Remark:
    since = item.stands_since.astimezone(wording.zone) if item.run and item.stands_since else None
    return Remark(
        row=row,
        standing=wording.words.of("slip", f"remark_{item.standing.value}"),
        since=wording.words.day(since) if since else "",
    )
