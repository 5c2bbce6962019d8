"""The protocol's signature (G1): a named person, bound to the hashes of both sides, stale when either side moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from gateway.errors import AskError, DataError
from gateway.i18n import _
from state.register import CellKind, Page, unpack
from state.signatures import Signature

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from state.identity import SourcedId
    from state.store import Store, UnitOfWork

JOURNAL_KIND = "protocol_signed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedCell:
    """A cell of a signed page that the diary shows otherwise now. Blank: it was, or is, not there."""

    page: Page
    day: date
    nth: int
    kind: CellKind
    person: SourcedId | None
    was: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedProtocol:
    """`changed` and `retyped` empty: what was signed is what there is."""

    signature: Signature
    full_match: bool
    """The check found nothing: the words of full match were signed."""
    changed: tuple[ChangedCell, ...]
    retyped: tuple[Page, ...]
    """Pages whose paper was typed over anew since."""

    @property
    def is_stale(self) -> bool:
        return bool(self.changed or self.retyped)


def sign(store: Store, *, who: str, position: str) -> Signature:
    """The protocol of the last check is signed, in memory and in the journal.

    Raises AskError before the first check, and where the diary or the paper has moved since that check: nobody signs
    figures that are no longer true; nor where somebody said since that a register is kept otherwise. Raises DataError
    without a name.
    """
    if not who.strip():
        raise DataError(_("Подпись без имени не ставится"), _("Назовите себя: --by «Фамилия И.О.»"))
    with store.begin() as work:
        check = _last(work)
        if any(one.set_at and one.set_at > check["made_at"] for one in work.paperwork.modes()):
            raise AskError(
                _("После сверки записано, что журнал ведётся иначе: протокол составлен по прежнему порядку"),
                _("Сверьте заново: sverka reconcile"),
            )
        moved = SignedProtocol(
            signature=_of(check, who, position),
            full_match=False,
            changed=_changed(work, check),
            retyped=_retyped(work, check),
        )
        if moved.is_stale:
            raise AskError(
                _("После сверки журнал изменился, подписывать нечего: клеток {cells}, страниц бумаги {pages}").format(
                    cells=len(moved.changed), pages=len(moved.retyped)
                ),
                _("Сверьте заново: sverka reconcile"),
            )
        number = work.control.sign(moved.signature)
        kept = work.control.signatures()[-1]
        work.record(JOURNAL_KIND, {"signature": number, "run": kept.run, "digests": dict(kept.digests)}, who)
        work.commit()
    return kept


def signed(store: Store) -> tuple[SignedProtocol, ...]:
    """Every signature with what has moved since, the latest first."""
    with store.begin() as work:
        made = work.control.signatures()
        checks = {check["run"]: check for check in work.reconciliations([one.run for one in made])}
        return tuple(
            SignedProtocol(
                signature=signature,
                full_match=not sum(checks[signature.run]["summary"]["findings"].values()),
                changed=_changed(work, checks[signature.run]),
                retyped=_retyped(work, checks[signature.run]),
            )
            for signature in reversed(made)
        )


def _last(work: UnitOfWork) -> Mapping[str, Any]:
    check = work.last_reconciliation()
    if check is None:
        raise AskError(_("Сверки ещё не было, подписывать нечего"), _("Выполните: sverka reconcile"))
    return check


def _of(check: Mapping[str, Any], who: str, position: str) -> Signature:
    summary = check["summary"]
    digests = {**summary["digests"], "moment": summary["moment"], "log": summary["log"]}
    return Signature(run=check["run"], signed_by=who.strip(), position=position.strip(), digests=digests)


# --- what has moved since ---------------------------------------------------------------------------------------------


def _pages(check: Mapping[str, Any]) -> dict[Page, frozenset[tuple[str, str]]]:
    """Compared page → (period, SHA-256) of the papers it was compared with."""
    rows = check["summary"]["page_results"]
    return {
        Page(group=row["group"], subject=row["subject"]): frozenset(
            (one["period"], one["sha256"]) for one in row["papers"]
        )
        for row in rows
    }


def _changed(work: UnitOfWork, check: Mapping[str, Any]) -> tuple[ChangedCell, ...]:
    """Cells of the compared pages and their groups' lists, otherwise in the ledger now than at the check."""
    wanted = set(_pages(check))
    wanted |= {Page(group=page.group, subject=type(page.subject)("")) for page in wanted}
    numbers = [number for number, page in work.pages().items() if page in wanted]
    then = work.register_frame(datetime.fromisoformat(check["summary"]["moment"]), numbers).select("key", "value")
    both = then.join(work.register_now(numbers).drop("raw"), on="key", how="full", coalesce=True, suffix="_now")
    moved = both.filter(pl.col("value").fill_null("") != pl.col("value_now").fill_null("")).sort("key")
    days = _days(check)
    return tuple(cell for cell in _cells(work, moved) if _was_signed(cell, days))


def _days(check: Mapping[str, Any]) -> dict[Page, tuple[Sequence[tuple[str, str]], bool]]:
    """Compared page → (first, last) days on which it was, as ISO dates, and whether a summary sheet spoke of it."""
    return {
        Page(group=row["group"], subject=row["subject"]): (
            [(span["first"], span["last"]) for span in row["spans"]],
            bool(row.get("summaries")),
        )
        for row in check["summary"]["page_results"]
        if "spans" in row
    }


def _was_signed(cell: ChangedCell, days: Mapping[Page, tuple[Sequence[tuple[str, str]], bool]]) -> bool:
    """A cell of a day that was not compared was not signed; a summary sheet has period marks of its own days."""
    spans, with_sheet = days.get(cell.page, ([("", "9999")], False))
    on_its_day = any(first <= cell.day.isoformat() <= last for first, last in spans)
    return on_its_day or cell.kind is CellKind.MEMBER or (with_sheet and cell.kind is CellKind.FINAL)


def _cells(work: UnitOfWork, moved: pl.DataFrame) -> Iterator[ChangedCell]:
    pages, persons = work.pages(), work.persons()
    for key, was, now in moved.iter_rows():
        page, day, nth, kind, person = unpack(key)
        yield ChangedCell(
            page=pages[page],
            day=day,
            nth=nth,
            kind=kind,
            person=persons.get(person),
            was=was or "",
            now=now or "",
        )


def _retyped(work: UnitOfWork, check: Mapping[str, Any]) -> tuple[Page, ...]:
    """Pages that are typed over otherwise now, or whose form's summary sheet is: another file, or one more period."""
    now: dict[Page, set[tuple[str, str]]] = {}
    for one in work.transcriptions():
        now.setdefault(one.page, set()).add((one.period, one.sha256))
    sheets = {(one.form, one.period): one.sha256 for one in work.paperwork.summaries()}
    moved = {
        Page(group=row["group"], subject=row["subject"])
        for row in check["summary"]["page_results"]
        for one in row.get("summaries", ())
        if sheets.get((one["form"], one["period"])) != one["sha256"]
    }
    return tuple(page for page, papers in _pages(check).items() if page in moved or not papers <= now.get(page, set()))
