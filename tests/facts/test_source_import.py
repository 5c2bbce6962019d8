"""Inspecting writes nothing; importing keeps the content and journals figures, never names."""

from __future__ import annotations

import ast
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from source_files import asc_xml, pupil, write_table

import gateway
from connectors.sources import layouts
from connectors.sources.nika import TABLES as NIKA_TABLES
from gateway.errors import FileUnreadable
from gateway.sync.importing import JOURNAL_KIND, import_file
from gateway.sync.inspect import inspect, to_json
from mappings.problems import problem_text
from mappings.tables import read
from state.local import SourceKind
from state.records import RecordType
from state.store import Store

PRODUCT = Path(gateway.__file__).parent.parent
ROOMS = ("connectors/sources", "mappings/sources", "gateway/sync", "gateway/sync/readers")
COUNTS = [
    "staff",
    "pupils",
    "guardians",
    "forms",
    "divisions",
    "subgroups",
    "subjects",
    "rooms",
    "plan_rows",
    "lessons",
]


def contingent(folder: Path, *rows: dict[str, Any]) -> Path:
    return write_table(folder / "pupils.xlsx", layouts.PUPILS, rows or [pupil("1", "Уникумов Инокентий"), pupil("")])


def test_inspection_is_source_inspect_1(tmp_path: Path) -> None:
    """The JSON has exactly the agreed keys; a row is counted or found."""
    shown = json.loads(json.dumps(to_json(inspect(contingent(tmp_path)))))
    assert list(shown) == ["schema", "format", "version", "counts", "findings", "scope"]
    assert (shown["schema"], shown["format"], shown["version"]) == ("source-inspect/1", "pupils-29", "")
    assert list(shown["counts"]) == COUNTS
    assert (shown["counts"]["pupils"], shown["counts"]["forms"]) == (1, 1)
    assert shown["findings"] == [
        {"code": "VALUE_MISSING", "where": "pupils.xlsx!Лист1!C3", "raw": "Номер личного дела"}
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pupils.xlsx"]


def test_inspection_says_what_is_whole(tmp_path: Path) -> None:
    """A timetable without faults is the whole truth of its types, over a cycle of one week."""
    path = tmp_path / "t.xml"
    path.write_text(asc_xml(), encoding="utf-8")
    inspection = inspect(path)
    assert inspection.scope is not None
    assert RecordType.LESSON in inspection.scope.complete
    assert (inspection.scope.weeks, inspection.refused) == (1, False)
    assert dict(inspection.counts) == dict(zip(COUNTS, [2, 0, 0, 1, 2, 3, 2, 2, 2, 2], strict=True))


@pytest.mark.parametrize("content", [b"", b"a;b", b"<html></html>", b"<timetable/>"])
def test_what_cannot_be_read_is_a_finding_of_its_own(content: bytes, tmp_path: Path) -> None:
    """Inspection of any file ends in an answer with zero counts and the reason."""
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    inspection = inspect(path)
    assert (inspection.refused, len(inspection.findings), sum(inspection.counts.values())) == (True, 1, 0)


@pytest.fixture
def store(sqlite_url: str) -> Store:
    return Store.open(sqlite_url, "school-1", lambda: datetime(2026, 9, 1, tzinfo=UTC))


def test_an_import_is_kept_once(store: Store, tmp_path: Path) -> None:
    """The part reads back as imported; the same file again changes nothing; a new one replaces it."""
    path = contingent(tmp_path)
    with store.begin() as unit:
        first = import_file(path, unit, "clerk")
        again = import_file(path, unit, "clerk")
        unit.commit()
    assert (first.kinds, first.changed, again.changed) == ((SourceKind.PUPILS,), True, False)
    assert (first.counts["pupils"], [problem.code for problem in first.problems]) == (1, ["VALUE_MISSING"])
    with store.begin() as unit:
        import_file(contingent(tmp_path, pupil("7"), pupil("8")), unit, "clerk")
        unit.commit()
    with store.begin() as unit:
        (part,) = unit.parts()
    assert len(part.records[RecordType.PUPIL]) == 2


def test_an_import_not_committed_is_not_kept(store: Store, tmp_path: Path) -> None:
    """The caller decides: without a commit nothing happened."""
    with store.begin() as unit:
        import_file(contingent(tmp_path), unit, "clerk")
    with store.begin() as unit:
        assert unit.parts() == ()


class Heard:
    """A unit of work that remembers what it was told."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any], str]] = []

    def save_part(self, part: Any) -> bool:
        return not self.events

    def record(self, kind: str, data: Any, actor: str) -> int:
        self.events.append((kind, dict(data), actor))
        return len(self.events)


def test_the_journal_keeps_figures_and_no_names(tmp_path: Path) -> None:
    """One event for one change: kind, file, hash, counts, problems by code; nothing of any row."""
    unit, path = Heard(), contingent(tmp_path)
    for _ in range(2):
        import_file(path, unit, "clerk")
    ((kind, data, actor),) = unit.events
    told = ["kind", "slot", "source", "sha256", "counts", "problems"]
    assert (kind, actor, list(data)) == (JOURNAL_KIND, "clerk", told)
    assert data["problems"] == {"VALUE_MISSING": 1}
    assert "Уникумов" not in json.dumps(data, ensure_ascii=False)


def test_what_is_no_source_is_refused_with_a_next_step(tmp_path: Path) -> None:
    """An import of a register page, a web page or a missing file ends with a Russian sentence and an advice."""
    unit = Heard()
    (tmp_path / "x.xlsx").write_bytes(b"<html>")
    for name in ("x.xlsx", "absent.xlsx"):
        with pytest.raises(FileUnreadable) as caught:
            import_file(tmp_path / name, unit, "clerk")
        assert name in caught.value.what
        assert caught.value.next_step
    assert unit.events == []


def codes_in_use() -> set[str]:
    """Every upper-case word with an underscore, or known code, that the rooms of sources use as a value."""
    found = set()
    for room in ROOMS:
        for path in (PRODUCT / room).glob("*.py"):
            if room == "gateway/sync" and path.stem not in {"reading", "inspect", "importing"}:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_code(node.value):
                    found.add(node.value)
    return found


def _is_code(text: str) -> bool:
    words = text.split("_")
    return text in {"FORMULA", "UNREADABLE"} or (len(words) > 1 and all(w.isalpha() and w.isupper() for w in words))


def test_every_code_is_explained_and_every_explanation_is_used() -> None:
    """The table of problems and the code of the program name the same things; a few codes are the register's own."""
    assert codes_in_use() - NIKA_TABLES - set(read("problems_paper")) == set(read("problems"))


@pytest.mark.parametrize("code", sorted(read("problems")))
def test_a_problem_is_one_russian_sentence_and_an_advice(code: str) -> None:
    """Both are there, end in a full stop, and speak Russian."""
    for text in problem_text(code):
        assert text.endswith(".")
        assert any("а" <= letter <= "я" for letter in text.casefold())


def test_an_unknown_code_has_no_text() -> None:
    """Nothing is invented for a code nobody wrote down."""
    with pytest.raises(KeyError):
        problem_text("NO_SUCH_CODE")


def test_a_file_says_what_it_speaks_for(tmp_path: Path) -> None:
    """The list of one form is of that form; a page of the register is no source and says nothing."""
    told = to_json(inspect(contingent(tmp_path)))["scope"]
    assert (told["forms"], told["days"], "pupil" in told["complete"]) == ([], [], False)
    (tmp_path / "x.xlsx").write_bytes(b"<html>")
    assert "scope" not in to_json(inspect(tmp_path / "x.xlsx"))
