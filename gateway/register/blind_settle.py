"""The differences of a double blind entry: shown when both have typed, settled by a third look, then transcribed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.errors import DataError
from gateway.i18n import _
from gateway.register.blind_compare import checked_value, compared, joined, unsettled
from mappings.names import initials_fit, normalise_name, parse_name
from state.blind import TYPISTS, BlindStanding, BlindValue
from state.paper import Transcription
from state.records import digest, to_plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gateway.register.blind_compare import Comparison, Difference
    from state.blind import BlindCopy, BlindEntry
    from state.identity import SourcedId
    from state.register import RegisterCell
    from state.store import Store, UnitOfWork

SETTLED, COMPLETED = "blind_settled", "blind_completed"


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindDifferences:
    """An entry both have typed, with the two copies beside each other; never the diary's values."""

    entry: BlindEntry
    comparison: Comparison
    settled: Mapping[str, BlindValue]
    """Place → what a third look read there."""
    strangers: Mapping[SourcedId, str]
    """Pupils that only paper knows → the name as typed."""

    @property
    def left(self) -> tuple[Difference, ...]:
        return unsettled(self.comparison.differences, {place: one.value for place, one in self.settled.items()})


def differences(work: UnitOfWork, number: int) -> BlindDifferences:
    """Where the two copies differ. Raises DataError before both are in: until then neither may be shown."""
    entry = known_entry(work, number)
    if entry.standing is BlindStanding.CANCELLED:
        raise DataError(
            _("Двойной ввод № {number} снят").format(number=number),
            _("Если страница нужна, отдайте её снова: sverka paper blind open; из книги ответов его строки уберите"),
        )
    if not entry.is_typed:
        raise DataError(
            _("Ввод № {number}: сдана не каждая из двух записей").format(number=number),
            _("До этого ни одну не показывают; кого ждут: sverka paper blind status"),
        )
    copies = [work.blind.copy(entry, typist) for typist in TYPISTS]
    return BlindDifferences(
        entry=entry,
        comparison=compared(copies[0].cells, copies[1].cells),
        settled=work.blind.values(number),
        strangers={**copies[1].strangers, **copies[0].strangers},
    )


def settle(store: Store, number: int, values: Mapping[int, str], *, who: str) -> BlindDifferences:
    """Each numbered difference has the value that this person read on paper; the last one completes the entry.

    What was settled so before stays that person's word, even in an entry that is complete: a workbook may come again.
    Raises DataError where there is nothing to settle, a number or a word does not fit, or one of the two typists
    would judge between himself and the other.
    """
    with store.begin() as work:
        known = differences(work, number)
        if any(may_be_same(known.entry.typist(one), who) for one in TYPISTS):
            raise DataError(
                _("Расхождения снимает третий человек, а не один из двух"),
                _("Пусть на бумагу посмотрит тот, кто страницу не переносил"),
            )
        told_now = [_settled(known, one, text, who) for one, text in values.items()]
        if not told_now:
            raise DataError(_("Ни одного решения не указано"), _("Список расхождений: sverka paper blind differences"))
        settled = [one for one in told_now if not _stands(known, one)]
        if not settled:
            return known
        if known.entry.standing is not BlindStanding.OPEN:
            raise DataError(
                _("Ввод № {number} уже завершён, ответы в нём не меняются").format(number=number),
                _("Если в перенесённом ошибка, снимите ввод и отдайте страницу снова: sverka paper blind cancel"),
            )
        work.blind.settle(number, settled)
        told = digest(sorted([one.place, one.value] for one in settled))
        work.record(SETTLED, {"entry": number, "places": len(settled), "digest": told}, who)
        complete(work, number, who)
        after = differences(work, number)
        work.commit()
    return after


def _stands(known: BlindDifferences, answer: BlindValue) -> bool:
    """That was read there before."""
    return answer.place in known.settled and known.settled[answer.place].value == answer.value


def _settled(known: BlindDifferences, number: int, text: str, who: str) -> BlindValue:
    difference = next((one for one in known.comparison.differences if one.number == number), None)
    if difference is None:
        raise DataError(
            _("Ввод № {entry}: расхождения № {number} нет").format(entry=known.entry.number, number=number),
            _("Список расхождений: sverka paper blind differences"),
        )
    value = checked_value(difference, text)
    if value is None:
        raise DataError(
            _("Ввод № {entry}, расхождение № {number}: так ответить нельзя: {text}").format(
                entry=known.entry.number, number=number, text=text
            ),
            _("Есть ли столбец или ученик на бумаге: «да» или «нет»; дата справа: «1» или «2», чья запись верна"),
        )
    return BlindValue(place=difference.place, value=value, settled_by=who)


def complete(work: UnitOfWork, number: int, who: str) -> list[int]:
    """The entry's page is transcribed where both copies are in and nothing is left to settle; else nothing happens."""
    entry = known_entry(work, number)
    if not entry.is_typed:
        return []
    known = differences(work, number)
    if known.left:
        return []
    copies = [work.blind.copy(entry, typist) for typist in TYPISTS]
    values = {place: one.value for place, one in known.settled.items()}
    cells = joined(entry.page, copies[0].cells, copies[1].cells, known.comparison.differences, values)
    page = _transcription(entry, copies, cells, sorted({one.settled_by for one in known.settled.values()}))
    work.save_transcription(page)
    work.put_person_names(dict(known.strangers))
    work.blind.close(number, BlindStanding.COMPLETE, who)
    figures = {"compared": known.comparison.compared, "equal": known.comparison.equal}
    work.record(COMPLETED, {"entry": number, "sha256": page.sha256, "cells": len(cells), **figures}, who)
    return [number]


def _transcription(
    entry: BlindEntry, copies: Sequence[BlindCopy], cells: tuple[RegisterCell, ...], settlers: Sequence[str]
) -> Transcription:
    by = _("{first} и {second}").format(first=entry.first, second=entry.second)
    if settlers:
        by = _("{both}; расхождения снимали: {settlers}").format(both=by, settlers=", ".join(settlers))
    return Transcription(
        page=entry.page,
        period=entry.period,
        source=_("двойной ввод № {number}").format(number=entry.number),
        sha256=digest(["blind", entry.number, [to_plain(cell) for cell in cells]]),
        whole=True,
        cells=cells,
        problems=tuple(dict.fromkeys(problem for copy in copies for problem in copy.problems)),
        imported_by=by,
    )


def known_entry(work: UnitOfWork, number: int) -> BlindEntry:
    """The entry of that number. Raises DataError for one that was never opened."""
    found = next((one for one in work.blind.entries() if one.number == number), None)
    if found is None:
        raise DataError(
            _("Двойного ввода № {number} нет").format(number=number), _("Список: sverka paper blind status")
        )
    return found


def may_be_same(one: str, other: str) -> bool:
    """Equal once spelling is set aside, or one may be short for the other («Иванова А.А.», «Иванова Анна»)."""
    names = parse_name(one), parse_name(other)
    return normalise_name(one) == normalise_name(other) or initials_fit(*names) or initials_fit(*reversed(names))
