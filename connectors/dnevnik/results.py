"""What marks add up to: final marks and averages (endpoints.md «final marks», «average marks»)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.dnevnik import wire, wire_results
from connectors.dnevnik.decode import bare
from connectors.dnevnik.reading import Endpoint, listing, single

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from connectors.dnevnik.reading import Reader

FINALS = listing("edu-groups/{group}/final-marks", wire_results.PersonFinalMarks)
_OF_PERSON = listing("persons/{person}/edu-groups/{group}/final-marks", wire_results.SubjectFinalMark)
_ALL = single("persons/{person}/edu-groups/{group}/allfinalmarks", wire_results.AllFinalMarks)
_OF_SUBJECT = listing("edu-groups/{group}/subjects/{subject}/final-marks", wire.Mark)

_AVERAGE = "persons/{person}/reporting-periods/{period}/avg-mark"
_SUBJECT_AVERAGE = "persons/{person}/reporting-periods/{period}/subjects/{subject}/avg-mark"
_AVERAGES = listing("edu-groups/{group}/avg-marks/{since}/{until}", wire_results.AverageMark)
_PERIOD_AVERAGES = listing("edu-groups/{group}/reporting-periods/{period}/avg-marks/{until}", wire_results.AverageMark)
_WEIGHTED = single("edu-groups/{group}/wa-marks/{since}/{until}", wire_results.WeightedAverages)


def _average(place: str) -> Endpoint[Decimal | None]:
    """It answers with a bare JSON text, or with nothing."""
    return Endpoint(place, bare(wire_results.Average, place))


class Results:
    """Averages are exact decimals, None where there are no marks. Every method raises faults."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def final_marks(self, person: str, group: str) -> tuple[wire_results.SubjectFinalMark, ...]:
        """A pupil's final marks; which period each is of is told by `all_final_marks`."""
        return self._reader.ask(_OF_PERSON, person=person, group=group)

    def all_final_marks(self, person: str, group: str) -> wire_results.AllFinalMarks:
        return self._reader.ask(_ALL, person=person, group=group)

    def subject_final_marks(self, group: str, subject: str) -> tuple[wire.Mark, ...]:
        return self._reader.ask(_OF_SUBJECT, group=group, subject=subject)

    def average(self, person: str, period: str, subject: str = "") -> Decimal | None:
        """A pupil's average of a period, of one subject where it is named."""
        if not subject:
            return self._reader.ask(_average(_AVERAGE), person=person, period=period)
        return self._reader.ask(_average(_SUBJECT_AVERAGE), person=person, period=period, subject=subject)

    def averages(self, group: str, since: date, until: date) -> tuple[wire_results.AverageMark, ...]:
        """By pupil and subject, of the lessons of those days, both included."""
        return self._reader.ask(_AVERAGES, group=group, since=str(since), until=str(until))

    def period_averages(self, group: str, period: str, until: date) -> tuple[wire_results.AverageMark, ...]:
        """By pupil and subject, of the period up to that day."""
        return self._reader.ask(_PERIOD_AVERAGES, group=group, period=period, until=str(until))

    def weighted_averages(self, group: str, since: date, until: date) -> wire_results.WeightedAverages:
        """By subject and pupil, each mark with the weight of its work's type."""
        return self._reader.ask(_WEIGHTED, group=group, since=str(since), until=str(until))
