"""Return slips («возвратный талон», R041): what a teacher is asked to correct, and what checks have shown since."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, select

from state.columns import insert_rows
from state.control_tables import RETURN_SLIP as S
from state.control_tables import SLIP_CONFIRMATION as C
from state.control_tables import SLIP_ITEM as I
from state.errors import StateCorrupt
from state.identity import SourcedId

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from state.work import Work


class Standing(StrEnum):
    """Where a remark stands. Only a check moves it."""

    OPEN = "open"
    CORRECTED = "corrected"
    """A check after a later pull no longer finds it, and the paper is the one of then."""
    PAPER_CHANGED = "paper_changed"
    """It is gone because the paper side changed: nobody corrected the diary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipItem:
    finding_id: str
    body: Mapping[str, Any]
    """The finding as it was when the slip was issued, JSON values, with `sources`: SHA-256 of the page's papers."""
    standing: Standing = Standing.OPEN
    run: str = ""
    """The check that gave it its standing."""
    stands_since: datetime | None = None

    @property
    def is_corrected(self) -> bool:
        return self.standing is Standing.CORRECTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    confirmed_by: str
    note: str = ""
    confirmed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnSlip:
    """One teacher's remarks. Number and moments are filled in by the store."""

    teacher: SourcedId
    """Blank where nobody is known to teach there."""
    due: date
    issued_by: str
    items: tuple[SlipItem, ...]
    note: str = ""
    number: int = 0
    issued_at: datetime | None = None
    confirmations: tuple[Confirmation, ...] = ()

    @property
    def is_closed(self) -> bool:
        return all(item.is_corrected for item in self.items)

    def is_overdue(self, today: date) -> bool:
        return not self.is_closed and today > self.due


class Moved(NamedTuple):
    """A remark of a slip stands otherwise since that run."""

    slip: int
    finding_id: str
    standing: Standing
    run: str


def issue_slips(work: Work, slips: Iterable[ReturnSlip]) -> tuple[int, ...]:
    """The numbers of the new slips, in the order given. Raises ValueError for a slip without remarks."""
    last = work.connection.scalar(select(func.max(S.c.number)).where(S.c.school == work.school)) or 0
    now, numbers = work.now(), []
    for number, slip in enumerate(slips, start=last + 1):
        if not slip.items:
            raise ValueError("a return slip has at least one remark")
        head = {"school": work.school, "number": number, "teacher": slip.teacher, "due": slip.due.isoformat()}
        insert_rows(work.connection, S, [{**head, "note": slip.note, "issued_by": slip.issued_by, "issued_at": now}])
        insert_rows(work.connection, I, [_item(work, number, place, item) for place, item in enumerate(slip.items)])
        numbers.append(number)
    return tuple(numbers)


def _item(work: Work, slip: int, place: int, item: SlipItem) -> dict[str, Any]:
    return {
        "school": work.school,
        "slip": slip,
        "finding_id": item.finding_id,
        "place": place,
        "body": dict(item.body),
        "standing": item.standing.value,
        "run": item.run,
        "stands_since": work.now(),
    }


def move_items(work: Work, moves: Iterable[Moved]) -> None:
    """Each remark stands as told from now on; StateCorrupt for a remark that was never issued."""
    for move in moves:
        this = (I.c.school == work.school, I.c.slip == move.slip, I.c.finding_id == move.finding_id)
        moved = I.update().where(*this).values(standing=move.standing.value, run=move.run, stands_since=work.now())
        if work.connection.execute(moved).rowcount != 1:
            raise StateCorrupt(f"slip {move.slip} has no remark {move.finding_id}")


def confirm_slip(work: Work, number: int, confirmation: Confirmation) -> None:
    """The teacher's word is kept beside the slip; KeyError for a slip that was never issued."""
    known = select(func.count()).where(S.c.school == work.school, S.c.number == number)
    if not work.connection.scalar(known):
        raise KeyError(number)
    mine = (C.c.school == work.school, C.c.slip == number)
    row = {
        "school": work.school,
        "slip": number,
        "number": (work.connection.scalar(select(func.max(C.c.number)).where(*mine)) or 0) + 1,
        "confirmed_by": confirmation.confirmed_by,
        "note": confirmation.note,
        "confirmed_at": work.now(),
    }
    insert_rows(work.connection, C, [row])


def load_slips(work: Work) -> tuple[ReturnSlip, ...]:
    """Every slip with its remarks and confirmations, by number."""
    items: dict[int, list[SlipItem]] = defaultdict(list)
    for row in work.connection.execute(select(I).where(I.c.school == work.school).order_by(I.c.slip, I.c.place)):
        item = SlipItem(
            finding_id=row.finding_id,
            body=row.body,
            standing=Standing(row.standing),
            run=row.run,
            stands_since=row.stands_since,
        )
        items[row.slip].append(item)
    words: dict[int, list[Confirmation]] = defaultdict(list)
    for row in work.connection.execute(select(C).where(C.c.school == work.school).order_by(C.c.slip, C.c.number)):
        word = Confirmation(confirmed_by=row.confirmed_by, note=row.note, confirmed_at=row.confirmed_at)
        words[row.slip].append(word)
    return tuple(
        ReturnSlip(
            number=row.number,
            teacher=SourcedId(row.teacher),
            due=date.fromisoformat(row.due),
            note=row.note,
            issued_by=row.issued_by,
            issued_at=row.issued_at,
            items=tuple(items[row.number]),
            confirmations=tuple(words[row.number]),
        )
        for row in work.connection.execute(select(S).where(S.c.school == work.school).order_by(S.c.number))
    )
