"""Double blind entry in names: which page, which place of it, and what the two typed there."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from connectors.paper.settle_book import SettleRow
from gateway.i18n import _
from mappings.paper.spread import NO_COLUMN, NO_ROW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.register.blind_compare import Comparison, Difference
    from gateway.register.blind_settle import BlindDifferences
    from gateway.reports.directory import Directory
    from state.blind import BlindEntry


def page_name(entry: BlindEntry, names: Directory) -> str:
    """«7Б. Алгебра»."""
    return f"{names.group(entry.page.group)}. {names.subject(entry.page.subject)}"


def place_words(one: Difference, known: BlindDifferences, names: Directory) -> tuple[str, str, str, str]:
    """Day, lesson of the day, what, pupil, as a person finds them on the page."""
    dated = one.kind.name not in ("MEMBER", "FINAL")
    pupil = (known.strangers.get(one.person) or names.pupil(one.person)) if one.person else ""
    return (f"{one.day:%d.%m.%Y}" if dated else "", str(one.nth or ""), _what(one.kind.name), pupil)


def _what(kind: str) -> str:
    words = {
        "LESSON": _("столбец"),
        "MARKS": _("отметка"),
        "TOPIC": _("тема"),
        "HOMEWORK": _("домашнее задание"),
        "FINAL": _("итог"),
        "MEMBER": _("ученик в списке"),
        "SPREAD": _("дата справа"),
    }
    return words[kind]


def read_words(one: Difference) -> tuple[str, str]:
    """What each of the two has there, in words where the value alone says nothing."""
    if one.kind.name != "SPREAD":
        return one.first, one.second
    alone = any(said.startswith(NO_COLUMN) for said in (one.first, one.second))
    return _right_page(one.first, alone=alone), _right_page(one.second, alone=alone)


def _right_page(said: str, *, alone: bool) -> str:
    """«справа 02.09.2026», «справа строки нет»; `alone`: it is about a row that stands on the right page only."""
    value, _colon, texts = said.partition(": ")
    if value == NO_COLUMN:
        return ": ".join(filter(None, (_("строка есть только справа"), texts)))
    if value == NO_ROW or alone:
        return _("справа строки нет")
    return _("справа {day:%d.%m.%Y}").format(day=date.fromisoformat(value)) if value else _("справа та же дата")


def settle_rows(known: BlindDifferences, names: Directory) -> Iterator[SettleRow]:
    """The rows of the workbook that a third person answers."""
    for one in known.comparison.differences:
        day, lesson, what, pupil = place_words(one, known, names)
        first, second = read_words(one)
        yield SettleRow(
            entry=known.entry.number,
            number=one.number,
            page=page_name(known.entry, names),
            day=day,
            lesson=lesson,
            what=what,
            pupil=pupil,
            first=first,
            second=second,
            paper=settled_word(known, one.place),
        )


def plain_entry(one: BlindEntry, names: Directory) -> dict[str, Any]:
    """Who has typed, and never what."""
    return {
        "entry": one.number,
        "group": one.page.group,
        "subject": one.page.subject,
        "period": one.period,
        "page": page_name(one, names),
        "first": one.first,
        "second": one.second,
        "entered": sorted(one.entered or {}),
        "standing": one.standing.value,
        "opened_by": one.opened_by,
        "opened_at": one.opened_at.isoformat() if one.opened_at else None,
        "closed_by": one.closed_by,
        "why": one.why,
    }


def plain_status(one: BlindEntry, told: Comparison | None, names: Directory) -> dict[str, Any]:
    """One entry of `paper-blind-status/1`; the figures are null while a copy is missing."""
    figures = {
        "compared": told.compared if told else None,
        "equal": told.equal if told else None,
        "agreement": told.agreement if told else None,
    }
    return {**plain_entry(one, names), **figures}


def plain_differences(known: BlindDifferences, names: Directory) -> dict[str, Any]:
    """One entry of `paper-blind-differences/1`."""
    told = known.comparison
    return {
        **plain_entry(known.entry, names),
        "compared": told.compared,
        "equal": told.equal,
        "agreement": told.agreement,
        "left": len(known.left),
        "items": [
            {
                "number": one.number,
                "day": one.day.isoformat(),
                "nth": one.nth,
                "kind": one.kind.name,
                "person": one.person,
                "first": one.first,
                "second": one.second,
                "settled": known.settled[one.place].value if one.place in known.settled else None,
                "settled_by": known.settled[one.place].settled_by if one.place in known.settled else None,
            }
            for one in told.differences
        ],
    }


def settled_word(known: BlindDifferences, place: str) -> str:
    """What a third look read there; blank where nobody looked yet."""
    found = known.settled.get(place)
    return (found.value or "—") if found else ""
