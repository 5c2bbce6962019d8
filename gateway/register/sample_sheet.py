"""A drawn sample goes out to be looked up on paper, and comes back as what was typed of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.paper.layout import NO, YES
from connectors.paper.sample_list import EMPTY, NO_LESSON, DrawnUnit, What, read_sample_list
from gateway.errors import DataError
from gateway.i18n import _
from gateway.register.sample_draw import sealed
from gateway.register.sample_frame import frame_of
from gateway.register.sample_units import UnitKind, lesson_of, unit_of
from mappings.vocabulary import canonical
from state.identity import SourcedId
from state.local import Problem
from state.records import digest
from state.register import CellKind, unpack
from state.samples import SampleEntry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from connectors.paper.sample_list import SampleAnswer, SampleBook
    from gateway.register.sample_frame import SampleScope
    from state.samples import SampleDraw
    from state.store import Store, UnitOfWork

JOURNAL_KIND = "sample_entered"
_KINDS = {
    What.MARK: CellKind.MARKS,
    What.OTHERS: CellKind.MARKS,
    What.TOPIC: CellKind.TOPIC,
    What.HOMEWORK: CellKind.HOMEWORK,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What one workbook brought."""

    draw: int
    entered: int
    """Units that are complete in it."""
    changed: int
    """Those of them that say something new."""
    left: int
    """Units of the draw that nothing has been typed of yet, in whatever workbook."""
    problems: tuple[Problem, ...]


def named_draw(draws: Sequence[SampleDraw], number: int | None) -> SampleDraw:
    """That draw, the last one when None. Raises DataError where there is none."""
    found = next((one for one in reversed(draws) if number in (None, one.number)), None)
    if found is None:
        raise DataError(_("Такой выборки нет"), _("Сделайте выборку: sverka sample draw"))
    return found


def drawn_units(store: Store, scope: SampleScope, made: SampleDraw) -> tuple[DrawnUnit, ...]:
    """Everything to look up, both parts together: whoever types is not told which unit is drawn for what."""
    with store.begin() as work:
        frame, pages, persons = frame_of(work, scope), work.pages(), work.persons()
        units = [*made.drawn, *made.risk]
    found = []
    for name in units:
        key = unit_of(name)
        number, day, nth, _kind, person = unpack(key)
        there = {person} if person else frame.lessons.get(lesson_of(key), frozenset())
        found.append(
            DrawnUnit(
                unit=name,
                group=pages[number].group,
                subject=pages[number].subject,
                day=day,
                nth=nth,
                pupils=tuple((one, persons[one]) for one in sorted(there)),
                whole_lesson=made.unit == UnitKind.LESSON,
            )
        )
    return tuple(found)


def sheet_digest(made: SampleDraw) -> str:
    """Binds a workbook to its draw."""
    return digest(sealed(made))


def enter(store: Store, path: Path, *, who: str) -> Entered:
    """The complete units of a filled in workbook are kept, in memory and in the audit log.

    Raises DataError for a workbook of another draw, connectors.faults.Unreadable for a file that is none.
    """
    book = read_sample_list(path)
    with store.begin() as work:
        samples = work.control.samples
        made = next((one for one in samples.draws() if one.number == book.draw), None)
        if made is None or sheet_digest(made) != book.digest:
            raise DataError(
                _("Лист сделан не для этой выборки: № {number}").format(number=book.draw),
                _("Возьмите лист заново: sverka sample sheet"),
            )
        problems = [Problem(code=one.code, where=one.where, raw=one.raw, blocks=one.blocks) for one in book.flaws]
        read = tuple(_read(work, book, made, who, problems))
        known = {entry.unit: entry.says for entry in samples.entries([made.number])}
        new = [entry for entry in read if known.get(entry.unit) != entry.says]
        samples.enter(new)
        units = {*made.drawn, *made.risk}
        left = len(units - known.keys() - {entry.unit for entry in read})
        figures = {"draw": made.number, "sha256": book.sha256, "entered": len(read), "changed": len(new), "left": left}
        rows = [[entry.unit, entry.on_paper, [list(cell) for cell in entry.cells]] for entry in new]
        work.record(JOURNAL_KIND, {**figures, "digest": digest(rows)}, who)
        work.commit()
    return Entered(draw=made.number, entered=len(read), changed=len(new), left=left, problems=tuple(problems))


def _read(
    work: UnitOfWork, book: SampleBook, made: SampleDraw, who: str, problems: list[Problem]
) -> Iterator[SampleEntry]:
    """The units that can be trusted whole; what keeps one back is told in `problems`."""
    answers: dict[str, list[SampleAnswer]] = defaultdict(list)
    for answer in book.answers:
        answers[answer.unit].append(answer)
    wanted = {*made.drawn, *made.risk}
    for unit, lines in answers.items():
        if unit not in wanted:
            problems.append(Problem(code="SAMPLE_UNIT_UNKNOWN", where=lines[0].place, raw=unit))
            continue
        on_paper = None if unit in book.flawed else _on_paper(lines, problems)
        if on_paper is not None:
            cells = tuple(sorted(_cell(work, line) for line in lines if _says(line))) if on_paper else ()
            yield SampleEntry(
                draw=made.number, unit=unit, on_paper=on_paper, cells=cells, sha256=book.sha256, entered_by=who
            )


def _on_paper(lines: Sequence[SampleAnswer], problems: list[Problem]) -> bool | None:
    """Whether the lesson is on paper; None where nobody has looked the unit up, or not so that it can be used."""
    by_what: Mapping[What, SampleAnswer] = {line.what: line for line in lines}
    question = by_what.get(What.LESSON)
    if question is None:
        return None if not lines[0].text else lines[0].text.casefold() not in NO_LESSON
    filled = next((line for line in lines if line is not question and _says(line)), None)
    answer = question.text.casefold()
    if answer == YES or (answer == NO and filled is None):
        return answer == YES
    if answer not in ("", NO):
        problems.append(Problem(code="ANSWER_BAD", where=question.place, raw=question.text, blocks=True))
    elif filled is not None:
        code = "STRUCK_BUT_FILLED" if answer else "SAMPLE_UNANSWERED"
        problems.append(Problem(code=code, where=filled.place, raw=filled.text, blocks=True))
    return None


def _says(line: SampleAnswer) -> bool:
    return bool(line.text) and line.what is not What.LESSON and line.text.casefold() not in EMPTY


def _cell(work: UnitOfWork, line: SampleAnswer) -> tuple[int, int, str, str]:
    kind = _KINDS[line.what]
    person = work.person_key(SourcedId(f"paper:{line.unit}")) if line.what is What.OTHERS else line.person
    value = canonical(line.text).text if kind is CellKind.MARKS else line.text
    return int(kind), person, value, "" if value == line.text else line.text
