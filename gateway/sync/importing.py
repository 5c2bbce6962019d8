"""A local file taken in: its canonical content becomes the current part of each kind it holds; the journal says so."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from gateway.faultmap import refused_file
from gateway.sync.reading import read_file
from gateway.sync.school_year import of_year
from state.local import Problem, SourceKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from mappings.sources.table_map import TableMap
    from state.local import LocalPart

JOURNAL_KIND = "source.imported"


class Parts(Protocol):
    """What an import needs of the store's unit of work; the caller commits."""

    def save_part(self, part: LocalPart) -> bool: ...

    def parts(self) -> tuple[LocalPart, ...]: ...

    def record(self, kind: str, data: Mapping[str, Any], actor: str) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """`changed` is False when exactly this file is already the current one: nothing was written."""

    kinds: tuple[SourceKind, ...]
    changed: bool
    counts: Mapping[str, int]
    problems: tuple[Problem, ...]


def import_file(path: Path, unit: Parts, actor: str, year: int = 0, own: Sequence[TableMap] = ()) -> Imported:
    """The file is the current part of each kind it holds when the caller commits; sheets of subgroups are of `year`.

    `own` are the school's column maps.

    Raises FileUnreadable, and DataError for a workbook of subgroups of another school year.

    The journal keeps figures only: what was imported, from which file, and how many problems of each code.
    """
    reading = read_file(path, own)
    if reading.lay:
        reading = reading.lay(unit.parts())
    if not reading.parts:
        refusal = reading.refusal or Problem(code="NOT_A_SOURCE", where=path.name)
        raise refused_file(refusal.code, refusal.where)
    dated = any(part.kind is SourceKind.SUBGROUPS for part in reading.parts)
    parts = of_year(reading.parts, unit.parts(), year) if dated else reading.parts
    changed = [part for part in parts if unit.save_part(part)]
    for part in changed:
        codes = Counter(problem.code for problem in part.problems)
        data: dict[str, Any] = {
            "kind": part.kind.value,
            "slot": part.slot,
            "source": part.source,
            "sha256": part.sha256,
            "counts": dict(reading.counts),
            "problems": dict(sorted(codes.items())),
        }
        if part.agreements:
            data["agreements"] = [[one.division, one.day.isoformat()] for one in part.agreements if one.who and one.day]
        unit.record(JOURNAL_KIND, data, actor)
    return Imported(
        kinds=tuple(part.kind for part in reading.parts),
        changed=bool(changed),
        counts=reading.counts,
        problems=reading.problems,
    )
