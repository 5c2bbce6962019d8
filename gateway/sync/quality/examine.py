"""The verb `doctor data`: the files' own problems and what only all of them together show, as one report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from rapidfuzz import fuzz, process

from gateway.sync.quality.people import People, check_people
from gateway.sync.quality.remarks import Remark, Weight, report
from gateway.sync.quality.school import check_school
from mappings.names import normalise_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from gateway.sync.quality.remarks import DataReport
    from mappings.references import LinkIndex
    from state.local import Problem
    from state.records import Consent, Record
    from state.snapshot import Snapshot

CLOSE = 80.0
"""rapidfuzz ratio, percent, from which a known name is worth showing beside one that nobody answers to."""
_HINTS = 3
_UNKNOWN_STAFF = frozenset({"TEACHER_NOT_IN_STAFF", "AMBIGUOUS_TEACHER"})
_UNKNOWN_PUPILS = frozenset({"PUPIL_UNKNOWN", "PUPIL_NOT_IN_FORM"})
_UNKNOWN_ANYBODY = frozenset({"CONSENT_WITHOUT_PERSON"})
_HARMLESS = frozenset(
    {"COLUMN_MISSING", "COLUMN_UNKNOWN", "ENCODING_GUESSED", "HEADER_REPEATED", "ROW_REPEATED", "TABLE_IGNORED"}
)
"""Nothing of the school's data is lost or in doubt by these."""


class School(Protocol):
    """The school's files, assembled."""

    @property
    def snapshot(self) -> Snapshot[Record]: ...
    @property
    def consents(self) -> Sequence[Consent]: ...


def examine_data(school: School, problems: Iterable[Problem], links: LinkIndex, today: date) -> DataReport:
    """Every remark about the school's data, heaviest first. Nothing is written, nobody is asked."""
    people = People(school.snapshot, school.consents, today)
    return report([*_of_files(problems, people), *check_people(people), *check_school(people, links)])


def _of_files(problems: Iterable[Problem], people: People) -> Iterator[Remark]:
    """The files' problems: what was left out blocks, a value that was not understood is a risk."""
    staff = [person.name.full for person in people.staff]
    pupils = [person.name.full for person in people.pupils]
    for problem in problems:
        known: list[str] = []
        if problem.code in _UNKNOWN_STAFF | _UNKNOWN_ANYBODY:
            known += staff
        if problem.code in _UNKNOWN_PUPILS | _UNKNOWN_ANYBODY:
            known += pupils
        yield Remark(
            code=problem.code,
            weight=_weight(problem),
            where=problem.where,
            raw=problem.raw,
            hint="; ".join(_close(problem.raw, known)),
        )


def _weight(problem: Problem) -> Weight:
    if problem.blocks:
        return Weight.BLOCKS
    return Weight.NOTE if problem.code in _HARMLESS else Weight.RISK


def _close(name: str, known: Sequence[str]) -> list[str]:
    """The known names most like this one, itself excepted."""
    wanted = normalise_name(name)
    found = process.extract(
        wanted, known, scorer=fuzz.ratio, processor=normalise_name, limit=_HINTS + 1, score_cutoff=CLOSE
    )
    return [candidate for candidate, _score, _place in found if candidate != name][:_HINTS]
