"""Cells of an electronic register's report in canonical tokens, by the legend that the report itself prints."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mappings.vocabulary import canonical
from state.local import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connectors.paper.wire import EjournalReport
    from mappings.vocabulary import Tokens

_LATE = "оп"

MEANINGS = {
    "неуважительная": "нп",
    "уважительная": "уп",
    "болезнь": "б",
    "опоздание": "оп",
}
"""What the legend says beside a letter → our token (formats.md §5, layout A)."""


class UnknownMeaning(LookupError):
    """The legend explains a letter by a word that we have no token for."""


def letters(legend: Mapping[str, str]) -> dict[str, str]:
    """Letter → token; raises UnknownMeaning, because «О» is «опоздание» in one product and «освобождён» in another."""
    found = {}
    for letter, meaning in legend.items():
        if meaning.casefold() not in MEANINGS:
            raise UnknownMeaning(f"{letter} {meaning}")
        found[letter] = MEANINGS[meaning.casefold()]
    return found


def cell_tokens(raw: str, legend: Mapping[str, str]) -> Tokens:
    """«О 2 5» → marks 2, 5 and «оп». An absence that the legend lacks, or a second different one, is illegal.

    Args:
        raw: the cell as the report has it; words are separated by spaces, «3/3» is two marks.
        legend: the report's own letters and meanings.
    """
    tokens = letters(legend)
    attendance, rest, illegal = "", [], []
    for word in raw.split():
        token = tokens.get(word, "")
        if token and attendance in ("", token):
            attendance = token
        elif token or canonical(word).attendance:
            illegal.append(word)
        else:
            rest.append(word)
    said = canonical(" ".join(rest))
    return replace(said, attendance=attendance, illegal=(*said.illegal, *illegal))


# --- the whole report ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What the report's entries say. Everything that was not understood is one of the problems, at its cell."""

    entries: Mapping[str, int]
    """`marks`, `absences`, `late`, `statuses`, `finals`: counts of what was read; `unread`: of signs that were not."""
    problems: tuple[Problem, ...]


def tally(report: EjournalReport) -> Tally:
    """Every cell of marks and every period mark read by the vocabulary. A legend we cannot explain stops all of it:
    its letters may stand anywhere (LEGEND_UNKNOWN)."""
    try:
        letters(report.legend)
    except UnknownMeaning as unknown:
        problem = Problem(code="LEGEND_UNKNOWN", where=report.source, raw=str(unknown), blocks=True)
        return Tally(entries={"unread": sum(1 for _ in _written(report))}, problems=(problem,))
    counted = Counter(dict.fromkeys(("marks", "absences", "late", "statuses", "finals", "unread"), 0))
    problems = []
    for raw, place, is_final in _written(report):
        tokens = cell_tokens(raw, report.legend)
        counted.update(_final(tokens) if is_final else _entry(tokens))
        if tokens.illegal:
            counted["unread"] += len(tokens.illegal)
            problems.append(Problem(code="ENTRY_UNKNOWN", where=place, raw=raw, blocks=True))
    return Tally(entries=dict(counted), problems=tuple(problems))


def _written(report: EjournalReport) -> Iterator[tuple[str, str, bool]]:
    """(text, place, is it a period mark) of every cell that may hold a mark and holds something."""
    for pupil in report.pupils:
        for subject in pupil.subjects:
            yield from ((cell.raw, cell.place, False) for cell in subject.cells)
            if subject.final:
                yield subject.final, subject.final_place, True


def _entry(tokens: Tokens) -> Mapping[str, int]:
    late = tokens.attendance == _LATE
    return {
        "marks": len(tokens.marks),
        "absences": int(bool(tokens.attendance) and not late),
        "late": int(late),
        "statuses": int(bool(tokens.status)),
    }


def _final(tokens: Tokens) -> Mapping[str, int]:
    return {"finals": int(bool(tokens.text))}
