"""A form's summary of period marks, from its typed sheet or from report cards: whose mark in what, as written."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.paper.report_card_wire import Figure
from mappings.names import normalise_name
from mappings.paper.pages import problems_of
from mappings.vocabulary import canonical
from state.identity import SourcedId, subject_id
from state.local import Problem
from state.summaries import Summary

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from connectors.paper.report_card_wire import CardMark, ReportCards
    from connectors.paper.wire import PaperSummary
    from state.records import GradingPeriod

    Roster = Mapping[str, SourcedId]
    """`normalise_name(«Фамилия Имя»)` → pupil of the form; names that two share are left out."""


@dataclass(slots=True)
class Taken:
    """What a file brought. Problems that block leave a summary unfinished: it is kept and not compared."""

    summaries: list[Summary] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    strangers: dict[SourcedId, str] = field(default_factory=dict)
    """Pupils of the paper that the roster does not know («paper:<name>») → the name as typed."""

    def pupil(self, name: str, place: str, roster: Roster, seen: set[SourcedId]) -> SourcedId | None:
        """Who that is; None for one who stands there already."""
        key = normalise_name(name)
        pupil = roster.get(key) or SourcedId(f"paper:{key}")
        if key not in roster:
            self.problems.append(Problem(code="PUPIL_NOT_LISTED", where=place, raw=name))
            self.strangers[pupil] = name
        return self.once(pupil, name, place, seen)

    def once(self, pupil: SourcedId, name: str, place: str, seen: set[SourcedId]) -> SourcedId | None:
        if pupil in seen:
            self.problems.append(Problem(code="PUPIL_TWICE", where=place, raw=name, blocks=True))
            return None
        seen.add(pupil)
        return pupil

    @property
    def blocked(self) -> bool:
        return any(problem.blocks for problem in self.problems)


def sheet_summary(paper: PaperSummary, source: str, roster: Roster, known: Collection[SourcedId] = ()) -> Taken:
    """The summary of a typed sheet; none where nobody has typed anything.

    `known` are the school's subjects, for those written in by hand: one it does not teach is named and left out.
    """
    taken = Taken(problems=[*problems_of(paper.flaws)])
    subjects = _subjects(paper, known, taken)
    seen: set[SourcedId] = set()
    marks: dict[tuple[SourcedId, SourcedId], str] = {}
    for row in paper.rows:
        pupil = (
            taken.once(SourcedId(row.key), row.name, row.place, seen)
            if row.key
            else taken.pupil(row.name, row.place, roster, seen)
        )
        if pupil:
            marks |= {(pupil, subjects[key]): text.text for key, text in row.marks.items() if key in subjects}
    if not (marks or paper.whole or paper.by):
        return taken
    if paper.whole and taken.blocked:
        taken.problems.append(Problem(code="PAGE_HELD", where=f"{source}!{paper.sheet}"))
    taken.summaries.append(
        Summary(
            form=SourcedId(paper.form),
            period=SourcedId(paper.period),
            ends=paper.ends,
            source=source,
            whole=paper.whole and not taken.blocked,
            pupils=tuple(sorted(seen)),
            subjects=tuple(subjects.values()),
            marks=marks,
            imported_by=paper.by,
        )
    )
    return taken


def _subjects(paper: PaperSummary, known: Collection[SourcedId], taken: Taken) -> dict[str, SourcedId]:
    """Key of a column → its subject."""
    found = {key: SourcedId(key) for key in paper.subjects}
    for key, text in paper.written.items():
        subject = subject_id(text.text)
        if subject in found.values():
            taken.problems.append(Problem(code="SUBJECT_TWICE", where=text.place, raw=text.text, blocks=True))
        elif subject not in known:
            taken.problems.append(Problem(code="SUBJECT_NOT_TAUGHT", where=text.place, raw=text.text))
        else:
            found[key] = subject
    return found


def card_summaries(
    report: ReportCards,
    form: SourcedId,
    periods: Mapping[int, GradingPeriod],
    roster: Roster,
    known: Iterable[SourcedId],
) -> Taken:
    """A summary for each period that the cards have a mark of; `periods` has the year's marks under 0.

    `known` are the school's subjects. A subject it does not teach is named and left out; a pupil's blank cell says that
    he has no mark. Exams and results of the year are of no period of ours and are left to the cards.
    """
    taken = Taken(problems=[*problems_of(report.flaws)])
    subjects, seen = set(known), set[SourcedId]()
    marks: dict[int, dict[tuple[SourcedId, SourcedId], str]] = defaultdict(dict)
    spoken: dict[SourcedId, None] = {}
    unknown: dict[str, str] = {}
    for card in report.pupils:
        pupil = taken.pupil(card.name, card.place, roster, seen)
        for subject in card.subjects:
            sid = subject_id(subject.name)
            if sid not in subjects:
                unknown.setdefault(subject.name, card.place)
            elif pupil:
                spoken[sid] = None
                for mark in subject.marks:
                    if mark.figure in (Figure.PERIOD, Figure.YEAR) and _legal(mark, taken):
                        marks[mark.period][pupil, sid] = mark.raw
    taken.problems += [Problem(code="SUBJECT_NOT_TAUGHT", where=place, raw=name) for name, place in unknown.items()]
    taken.problems += [
        Problem(code="PERIOD_NOT_OURS", where=report.source, raw=str(number))
        for number in sorted(marks.keys() - periods)
    ]
    for number in sorted(marks.keys() & periods.keys()):
        taken.summaries.append(
            Summary(
                form=form,
                period=periods[number].sourced_id,
                ends=periods[number].ends,
                source=report.source,
                whole=not taken.blocked,
                pupils=tuple(sorted(seen)),
                subjects=tuple(spoken),
                marks=marks[number],
            )
        )
    return taken


def _legal(mark: CardMark, taken: Taken) -> bool:
    tokens = canonical(mark.raw)
    if tokens.illegal or tokens.attendance or len(tokens.marks) + bool(tokens.status) != 1:
        taken.problems.append(Problem(code="ENTRY_UNKNOWN", where=mark.place, raw=mark.raw, blocks=True))
        return False
    return True
