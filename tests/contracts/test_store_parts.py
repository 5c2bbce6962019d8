"""The store keeps the current files of each kind, on both engines."""

from __future__ import annotations

import pytest
from contracts.store_case import Clock

from mappings.sources.provisional import undated_form
from state.local import LocalPart, SourceKind
from state.records import Form, RecordType
from state.store import Store


@pytest.fixture
def store(database_url: str) -> Store:
    return Store.open(database_url, "school", Clock())


def part(slot: str, form: str, *, sha256: str = "") -> LocalPart:
    """A list that names one form."""
    record = Form(sourced_id=undated_form(form), name=form, grade=7)
    return LocalPart(
        kind=SourceKind.PUPILS,
        source="pupils.xlsx",
        sha256=sha256 or f"{slot}{form}",
        slot=slot,
        records={RecordType.FORM: (record,)},
    )


def test_memory_keeps_the_lists_of_forms_side_by_side(store: Store) -> None:
    """A later list of the whole school supersedes them; the same file again writes nothing."""
    with store.begin() as work:
        for one in (part("", "7А"), part("7А", "7А"), part("7Б", "7Б")):
            assert work.save_part(one)
        assert not work.save_part(part("7А", "7А"))
        assert [one.slot for one in work.parts()] == ["", "7А", "7Б"]
        assert work.save_part(part("", "7А", sha256="new"))
        assert [one.slot for one in work.parts()] == [""]


def test_a_file_that_reads_otherwise_than_before_is_taken_again(store: Store) -> None:
    """The same bytes under a better reader are news."""
    with store.begin() as work:
        assert work.save_part(part("", "7А", sha256="same"))
        assert work.save_part(part("", "7Б", sha256="same"))
        assert not work.save_part(part("", "7Б", sha256="same"))
