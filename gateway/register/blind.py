"""Double blind entry: two people type one page over; it is compared with the diary only when both say the same.

Neither sees what the other typed, and nothing here reads the diary's ledger. A third person reads the paper where the
two differ. Until the last difference is settled the page has no transcription, and nobody can import one past this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.errors import DataError
from gateway.i18n import _
from gateway.register.blind_settle import complete, known_entry, may_be_same
from mappings.names import normalise_name
from state.blind import TYPISTS, BlindCopy, BlindEntry, BlindStanding
from state.paper import Transcription
from state.records import digest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gateway.register.transcribe import Typed
    from mappings.paper.pages import PageCells
    from state.identity import SourcedId
    from state.local import Problem
    from state.register import Page
    from state.store import Store, UnitOfWork

OPENED, ENTERED, CANCELLED = "blind_opened", "blind_entered", "blind_cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What one typist's file brought."""

    accepted: tuple[int, ...]
    """Numbers of the entries that it was taken for."""
    left: tuple[int, ...]
    """Entries whose page in the file is not whole yet: they wait."""
    completed: tuple[int, ...]
    """Entries that both agree on in everything: their pages are transcribed now."""
    passed: int
    """Pages and summary sheets of the file that nobody types twice: they were not taken."""
    problems: tuple[Problem, ...]


# --- opening ----------------------------------------------------------------------------------------------------------


def open_entries(
    store: Store, pages: Iterable[tuple[Page, SourcedId]], *, first: str, second: str, who: str
) -> tuple[BlindEntry, ...]:
    """One entry for each (page, period). A page that is transcribed already is not compared until this is complete.

    Raises DataError where the two are, or may be, one person, and for a page that is being typed already.
    """
    typists = first.strip(), second.strip()
    if not all(map(normalise_name, typists)):
        raise DataError(
            _("Не сказано, кто переносит"), _("Назовите обоих: --first «Фамилия И.О.» --second «Фамилия И.О.»")
        )
    if may_be_same(*typists):
        raise DataError(
            _("Переносить должны два разных человека"),
            _("Если это однофамильцы, напишите имена полностью: --first «Фамилия Имя Отчество»"),
        )
    with store.begin() as work:
        going = {(one.page, one.period) for one in work.blind.entries() if one.standing is BlindStanding.OPEN}
        wanted = list(pages)
        if any(place in going for place in wanted):
            raise DataError(
                _("Эта страница уже отдана на двойной ввод"),
                _("Посмотрите, чего она ждёт: sverka paper blind status"),
            )
        known = {(one.page, one.period) for one in work.transcriptions()}
        opened = []
        for page, period in wanted:
            entry = BlindEntry(page=page, period=period, first=typists[0], second=typists[1], opened_by=who)
            opened.append(work.blind.open(entry))
            if (page, period) in known:
                work.save_transcription(_withheld(opened[-1]))
        told = [[one.number, one.page.group, one.page.subject, one.period] for one in opened]
        work.record(OPENED, {"entries": told, "typists": digest(typists)}, who)
        work.commit()
    return tuple(opened)


def _withheld(entry: BlindEntry) -> Transcription:
    """Takes the place of what was transcribed before, and is never compared: the page is typed anew."""
    return Transcription(
        page=entry.page,
        period=entry.period,
        source=_("двойной ввод № {number}").format(number=entry.number),
        sha256=digest(["blind", entry.number]),
        whole=False,
        cells=(),
        imported_by=entry.opened_by,
    )


# --- typing -----------------------------------------------------------------------------------------------------------


def enter(store: Store, typed: Typed, *, who: str) -> Entered:
    """The file's whole pages are sealed as what this typist read; the second whole copy completes an entry or opens
    its differences. Typing again replaces one's own copy until both are in.

    Raises DataError where no page of the file waits for this person.
    """
    with store.begin() as work:
        going = {(one.page, one.period): one for one in work.blind.entries() if one.standing is BlindStanding.OPEN}
        pages = [page for page in typed.pages if not page.silent]  # an export of another register is nobody's reading
        mine = [(going[place], page) for page in pages if (place := (page.page, page.period)) in going]
        if not mine:
            raise DataError(
                _("Ни одна перенесённая страница этого файла не отдана на двойной ввод"),
                _("Что отдано и кому: sverka paper blind status"),
            )
        accepted, left, completed = [], [], []
        for entry, page in mine:
            typist = _typist(entry, who)
            _refuse_others_file(entry, page, typist)
            if entry.is_typed:
                raise DataError(
                    _("Ввод № {number}: обе записи уже сданы, заменить их нельзя").format(number=entry.number),
                    _("Снимите расхождения: sverka paper blind differences"),
                )
            if not page.whole:
                left.append(entry.number)
                continue
            _seal(work, entry, typist, page, typed.source, who)
            accepted.append(entry.number)
            completed += complete(work, entry.number, who)
        work.commit()
    return Entered(
        accepted=tuple(accepted),
        left=tuple(left),
        completed=tuple(completed),
        passed=len(typed.pages) - len(mine) + len(typed.summaries),
        problems=typed.problems,
    )


def _typist(entry: BlindEntry, who: str) -> int:
    """Which of the two this is: by the exact name, else by one that may be short for only one of them."""
    exact = [one for one in TYPISTS if normalise_name(entry.typist(one)) == normalise_name(who)]
    fitting = exact or [one for one in TYPISTS if may_be_same(entry.typist(one), who)]
    if len(fitting) != 1:
        raise DataError(
            _("Ввод № {number} отдан другим людям").format(number=entry.number),
            _("Назовитесь так, как при открытии: sverka paper blind status"),
        )
    return fitting[0]


def _refuse_others_file(entry: BlindEntry, page: PageCells, typist: int) -> None:
    """A file in which the other one is named as the typist is the other's."""
    named = normalise_name(page.by)
    if named and named == normalise_name(entry.typist(3 - typist)):
        raise DataError(
            _("Ввод № {number}: в файле назван другой человек").format(number=entry.number),
            _("Каждый переносит в свой файл; возьмите тот, что открыт на ваше имя"),
        )


def _seal(work: UnitOfWork, entry: BlindEntry, typist: int, page: PageCells, source: str, who: str) -> None:
    copy = BlindCopy(source=source, cells=page.cells, problems=page.problems, strangers=page.strangers)
    sealed = work.blind.seal(entry.number, typist, copy)
    work.record(ENTERED, {"entry": entry.number, "typist": typist, "digest": sealed, "cells": len(page.cells)}, who)


# --- ending -----------------------------------------------------------------------------------------------------------


def cancel(store: Store, number: int, *, why: str, who: str) -> BlindEntry:
    """The page may be imported from one person's file again; what was typed stays in the record, with the reason.

    Raises DataError without a reason, for an unknown entry, and for one that is cancelled already.
    """
    if not why.strip():
        raise DataError(_("Без причины двойной ввод не снимается"), _("Напишите причину: --why «…»"))
    with store.begin() as work:
        if known_entry(work, number).standing is BlindStanding.CANCELLED:
            raise DataError(_("Двойной ввод № {number} снят").format(number=number), "")
        work.blind.close(number, BlindStanding.CANCELLED, who, why.strip())
        work.record(CANCELLED, {"entry": number, "why": digest(why.strip())}, who)
        entry = known_entry(work, number)
        work.commit()
    return entry
