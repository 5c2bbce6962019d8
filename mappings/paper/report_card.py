"""What the marks of a report card say, in canonical tokens."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from connectors.paper.report_card_wire import Figure
from mappings.paper.ejournal import Tally
from mappings.vocabulary import canonical
from state.local import Problem

if TYPE_CHECKING:
    from connectors.paper.report_card_wire import ReportCards

_COUNTED = {
    Figure.PERIOD: "finals",
    Figure.YEAR: "years",
    Figure.EXAM: "exams",
    Figure.STATE_EXAM: "state_exams",
    Figure.RESULT: "results",
}


def tally_cards(report: ReportCards) -> Tally:
    """Every mark read by the vocabulary and counted by what it is of; an average is counted, and never a mark.

    A cell that holds anything but one mark or one status is a problem at its place (ENTRY_UNKNOWN).
    """
    counted = Counter(dict.fromkeys((*_COUNTED.values(), "averages", "unread"), 0))
    problems = []
    for pupil in report.pupils:
        for subject in pupil.subjects:
            counted["averages"] += len(subject.averages) + len(subject.weighted)
            for mark in subject.marks:
                tokens = canonical(mark.raw)
                if tokens.illegal or tokens.attendance or len(tokens.marks) + bool(tokens.status) != 1:
                    counted["unread"] += 1
                    problems.append(Problem(code="ENTRY_UNKNOWN", where=mark.place, raw=mark.raw, blocks=True))
                else:
                    counted[_COUNTED[mark.figure]] += 1
    return Tally(entries=dict(counted), problems=tuple(problems))
