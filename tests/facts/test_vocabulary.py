"""What a register cell may say, and what is never guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.tables import read, tables_digest
from mappings.vocabulary import Tokens, UnknownStatus, attendance_of_diary, canonical

CELLS = [
    ("", ""),
    ("5", "5"),
    ("3/3", "3 3"),
    ("4/5", "4 5"),
    ("5 / 4", "5 4"),
    ("4 4", "4 4"),
    ("2  3", "2 3"),
    ("О 2", "2 оп"),
    ("Б 3/3", "3 3 б"),
    ("Н Н", "н"),
    ("5 Н", "5 н"),
    ("О 2 5", "2 5 оп"),
    ("н", "н"),
    ("Н", "н"),
    ("H", "н"),
    ("нб", "н"),
    ("н/б", "н"),
    ("Н / Б", "н"),
    ("НП", "нп"),
    ("УП", "уп"),
    ("У", "уп"),
    ("б", "б"),
    ("осв", "осв"),
    ("осв.", "осв"),
    ("OCB", "осв"),
    ("н/а", "н/а"),
    ("н/a", "н/а"),
    ("H/A", "н/а"),
    ("зачёт", "зач"),
    ("зач", "зач"),
    ("н/з", "незач"),
    ("незачёт", "незач"),
    ("4\u00a05", "4 5"),
    ("н/а/5", "5 н/а"),
    ("5/н", "5 н"),
]


@pytest.mark.parametrize(("written", "value"), CELLS)
def test_a_legal_cell_has_one_canonical_value(written: str, value: str) -> None:
    """Case, alphabet, spacing and abbreviations of the evidence all lead to one spelling, with nothing illegal."""
    tokens = canonical(written)
    assert (tokens.text, tokens.illegal) == (value, ())


@pytest.mark.parametrize("written", ["·", ".", "5-", "4+", "нн", "6", "0", "10", "45", "5н", "+", "/", "h", "?"])
def test_a_sign_outside_the_vocabulary_is_kept_raw(written: str) -> None:
    """Nothing is read into a sign the vocabulary does not have."""
    assert canonical(written) == Tokens(illegal=(written,))


def test_the_order_of_marks_is_kept() -> None:
    """«4/5» and «5/4» are different cells: dictation and grammar have their places."""
    assert canonical("4/5").marks == ("4", "5")
    assert canonical("5/4").marks == ("5", "4")


def test_a_second_contradicting_word_is_illegal() -> None:
    """Absent and ill in one cell cannot both stand: the first is kept, the second is shown to a person."""
    assert canonical("Н Б") == Tokens(attendance="н", illegal=("Б",))
    assert canonical("зач незач") == Tokens(status="зач", illegal=("незач",))


def test_no_spelling_stands_for_two_tokens() -> None:
    """The table itself is unambiguous."""
    table = read("vocabulary")
    spellings = [*table["marks"]]
    for part in ("attendance", "status"):
        for words in table[part].values():
            spellings.extend(words)
    assert len(spellings) == len(set(spellings))
    assert len(table["look_alikes"]["latin"]) == len(table["look_alikes"]["cyrillic"])


@pytest.mark.parametrize(
    ("status", "token"),
    [("Attend", ""), ("NotSet", ""), ("Absent", "н"), ("Ill", "б"), ("Pass", "уп"), ("Late", "оп")],
)
def test_diary_statuses_have_tokens(status: str, token: str) -> None:
    """Every attendance status of the diary has its token."""
    assert attendance_of_diary(status) == token


def test_an_unknown_diary_status_is_refused() -> None:
    """A status nobody knows is an error, not a presence."""
    with pytest.raises(UnknownStatus):
        attendance_of_diary("Asleep")


SIGNS = st.sampled_from(
    ["5", "4", "2", "н", "Н", "Б", "уп", "ОП", "осв", "н/а", "зач", "незач", "/", " ", "·", "H", "6"]
)


@given(st.lists(SIGNS, max_size=8).map(" ".join) | st.text(max_size=12))
def test_canonical_is_idempotent(written: str) -> None:
    """The canonical value reads back as itself, whatever was written."""
    tokens = canonical(written)
    again = canonical(tokens.text)
    assert again.text == tokens.text
    assert again.illegal == ()


@given(st.lists(SIGNS, max_size=8))
def test_no_sign_is_lost(signs: list[str]) -> None:
    """Every mark written is a mark read, and a cell with any sign is never read as blank without a remark."""
    tokens = canonical(" ".join(signs))
    assert list(tokens.marks) == [sign for sign in signs if sign in {"5", "4", "2"}]
    if "".join(signs).strip():
        assert tokens.text or tokens.illegal


def test_the_tables_have_a_digest() -> None:
    """A plan's basis can name the tables it was made with."""
    assert len(tables_digest()) == 64
