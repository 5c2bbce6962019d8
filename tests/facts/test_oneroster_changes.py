"""A package of changes is laid over the whole taken in before; what it does not mention stays as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from roster_packages import MODES, ONEROSTER, codes, folder, manifest, oneroster, reading, records, replaced, told

from gateway.errors import FileUnreadable
from gateway.sync.importing import import_file
from gateway.sync.reading import read_file
from state.local import LocalPart, SourceKind, part_from_plain, part_to_plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gateway.sync.readers.values import Reading

MOMENT = "2026-11-22T08:00:00.000Z"


class Memory:
    """A unit of work that keeps one part of each kind, as they are stored."""

    def __init__(self) -> None:
        self.kept: dict[SourceKind, dict[str, Any]] = {}
        self.journal: list[Mapping[str, Any]] = []

    def parts(self) -> tuple[LocalPart, ...]:
        return tuple(map(part_from_plain, self.kept.values()))

    def save_part(self, part: LocalPart) -> bool:
        body = part_to_plain(part)
        changed = self.kept.get(part.kind) != body
        self.kept[part.kind] = body
        return changed

    def record(self, kind: str, data: Mapping[str, Any], actor: str) -> int:
        self.journal.append({"what": kind, "by": actor, **data})
        return len(self.journal)


def changes(**lines: str) -> dict[str, str]:
    """A package of changes: lines under the headers of the usual files."""
    modes = {name: "delta" if name in lines else "absent" for name in MODES}
    heads = {name: ONEROSTER[f"{name}.csv"].partition("\n")[0] for name in lines}
    return {"manifest.csv": manifest(**modes)} | {f"{name}.csv": f"{heads[name]}\n{lines[name]}" for name in lines}


def laid(tmp_path: Path, *deltas: Mapping[str, str]) -> Reading:
    """The usual package with the changes laid over it, one after another, each over what was stored."""
    found = reading(tmp_path / "whole", oneroster())
    for number, delta in enumerate(deltas):
        stored = tuple(part_from_plain(part_to_plain(part)) for part in found.parts)
        over = read_file(folder(tmp_path / f"delta{number}", delta))
        assert over.lay is not None
        found = over.lay(stored)
    return found


def test_changes_alone_are_no_source_and_say_so(tmp_path: Path) -> None:
    """Looking at such a package shows what it is, and gives nothing that could replace the whole."""
    found = reading(tmp_path / "d", changes(users=f"u1,active,{MOMENT},true,u1,,Яна,Ли,,К-1,,,,,07,\n"))
    assert found.parts == ()
    assert told(found, "ONLY_CHANGES") == [("d", "1")]


def test_changes_need_a_whole_to_lie_on(tmp_path: Path) -> None:
    """Without a whole the import is refused with what to do; nothing is kept."""
    path = folder(tmp_path / "d", changes(users=f"u1,tobedeleted,{MOMENT},,,,,,,,,,,,,\n"))
    memory = Memory()
    with pytest.raises(FileUnreadable) as refused:
        import_file(path, memory, "зам")
    assert "полную выгрузку" in refused.value.next_step
    assert memory.kept == {}


EQUAL = [
    (
        {"users": f"u2,active,{MOMENT},true,u2,,Анна,Кимова,Петровна,К-2,,,,g1,07,\n"},
        {"users": [("u2,,,true,u2,,Анна,Ким,", "u2,,,true,u2,,Анна,Кимова,")]},
    ),
    (
        {"demographics": f"u2,active,{MOMENT},2013-07-25,female,,\n"},
        {"demographics": [("2013-07-24", "2013-07-25")]},
    ),
    (
        {"classes": f"c1,active,{MOMENT},8Б,08,k2,,homeroom,,s1,y1,,,\n"},
        {"classes": [("7б,07", "8Б,08")]},
    ),
    (
        {"enrollments": f"e4,tobedeleted,{MOMENT},,,,,,,\ne9,active,{MOMENT},c2,s1,u2,student,,,\n"},
        {"enrollments": [("e4,,,c2,s1,u1,student,,,", "e9,,,c2,s1,u2,student,,,")]},
    ),
    (
        {"users": f"t1,tobedeleted,{MOMENT},,,,,,,,,,,,,\n"},
        {
            "users": [(ONEROSTER["users.csv"].splitlines()[5] + "\n", "")],
            "roles": [("r5,,,t1,primary,teacher,,,s1,\n", "")],
            "demographics": [("t1,,,1980-01-31,female,,\n", "")],
            "enrollments": [
                ("e3,,,c1,s1,t1,teacher,true,,\n", ""),
                ("e5,,,c2,s1,t1,teacher,,,\n", ""),
                ("e8,,,c3,s1,t1,teacher,,,\n", ""),
            ],
        },
    ),
    (
        {"users": f"g1,tobedeleted,{MOMENT},,,,,,,,,,,,,\n"},
        {
            "users": [
                (ONEROSTER["users.csv"].splitlines()[3] + "\n", ""),
                ('"g1,g2"', "g2"),
                ("К-2,,,,g1,", "К-2,,,,,"),
            ],
            "roles": [("r3,,,g1,primary,parent,,,s1,\n", "")],
        },
    ),
    (
        {
            "users": f"u3,active,{MOMENT},true,u3,,Лев,Пак,,К-3,,,,,07,\n",
            "roles": f"r9,active,{MOMENT},u3,primary,student,,,s1,\n",
            "enrollments": f"e9,active,{MOMENT},c1,s1,u3,student,,2026-11-20,\n",
        },
        {
            "users": [("\nt1,", "\nu3,,,true,u3,,Лев,Пак,,К-3,,,,,07,\nt1,")],
            "roles": [("\nr5,", "\nr9,,,u3,primary,student,,,s1,\nr5,")],
            "enrollments": [("\ne4,", "\ne9,,,c1,s1,u3,student,,2026-11-20,\ne4,")],
        },
    ),
]


@pytest.mark.parametrize(
    ("delta", "whole"), EQUAL, ids=["renamed", "born", "promoted", "reseated", "left", "guardian", "came"]
)
def test_the_whole_with_changes_is_the_whole_exported_anew(
    delta: dict[str, str], whole: dict[str, list[tuple[str, str]]], tmp_path: Path
) -> None:
    """Record by record and type by type: changes over a whole equal the whole that has them."""
    anew = {name: replaced(ONEROSTER[f"{name}.csv"], *edits) for name, edits in whole.items()}
    expected, found = reading(tmp_path / "anew", oneroster(**anew)), laid(tmp_path, changes(**delta))
    assert records(found) == records(expected)
    assert found.counts == expected.counts
    assert [part.complete for part in found.parts] == [part.complete for part in expected.parts]
    assert records(found) != records(reading(tmp_path / "before", oneroster()))


def test_changes_are_laid_one_over_another(tmp_path: Path) -> None:
    """Who left and came back is there once, and the same changes twice change nothing more."""
    left = changes(users=f"u2,tobedeleted,{MOMENT},,,,,,,,,,,,,\n")
    back = changes(
        users=f"u2,active,{MOMENT},true,u2,,Анна,Ким,Петровна,К-2,,,,g1,07,\n",
        roles=f"r2,active,{MOMENT},u2,primary,student,,,s1,\n",
        demographics=f"u2,active,{MOMENT},2013-07-24,female,,\n",
        enrollments=f"e2,active,{MOMENT},c1,s1,u2,student,,2026-09-01,2026-12-28\n"
        f"e7,active,{MOMENT},c3,s1,u2,student,,,\n",
    )
    assert laid(tmp_path, left).counts["pupils"] == 1
    assert records(laid(tmp_path, left, back)) == records(reading(tmp_path / "w", oneroster()))
    assert [part.sha256 for part in laid(tmp_path, left, left).parts] == [
        part.sha256 for part in laid(tmp_path, left).parts
    ]


def test_what_could_not_be_read_of_the_whole_stays_unread(tmp_path: Path) -> None:
    """Changes do not make a damaged whole complete."""
    damaged = reading(
        tmp_path / "w", oneroster(roles=replaced(ONEROSTER["roles.csv"], ("r1,,,u1", "r1,,,u1,лишнее,,,")))
    )
    over = read_file(folder(tmp_path / "d", changes(classes=f"c1,active,{MOMENT},8Б,08,k2,,homeroom,,s1,y1,,,\n")))
    assert over.lay is not None
    found = over.lay(damaged.parts)
    assert "ROW_TOO_LONG" in codes(found)
    assert not any(part.complete for part in found.parts)


def test_changes_of_a_file_that_was_never_there_are_not_all_of_it(tmp_path: Path) -> None:
    """Enrollments told only as changes say nothing of those they do not mention."""
    files = oneroster(manifest=manifest(**{**MODES, "enrollments": "absent"}))
    del files["enrollments.csv"]
    over = read_file(folder(tmp_path / "d", changes(enrollments=f"e1,active,{MOMENT},c1,s1,u1,student,,,\n")))
    assert over.lay is not None
    [contingent, *_] = over.lay(reading(tmp_path / "w", files).parts).parts
    assert {kind.value for kind in contingent.complete} == {"pupil", "guardian", "form"}


def test_importing_changes_keeps_the_new_whole(tmp_path: Path) -> None:
    """The journal names both packages; the same changes again write nothing."""
    memory = Memory()
    import_file(folder(tmp_path / "whole", oneroster()), memory, "зам")
    delta = folder(tmp_path / "delta", changes(users=f"u2,tobedeleted,{MOMENT},,,,,,,,,,,,,\n"))
    first = import_file(delta, memory, "зам")
    assert (first.changed, first.counts["pupils"]) == (True, 1)
    assert memory.journal[-1]["source"] == "whole, delta"
    assert not import_file(delta, memory, "зам").changed
