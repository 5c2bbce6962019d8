"""Names of forms in the spellings of real files."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from mappings.classes import FormName, parse_form

if TYPE_CHECKING:
    from pathlib import Path

SPELLINGS = [
    ('5 "А"', "5А", 5),
    ("5 «А»", "5А", 5),
    ("5-А", "5А", 5),
    ("5A", "5А", 5),
    ("05А", "5А", 5),
    ("5а_", "5А", 5),
    ("7б", "7Б", 7),
    ("7\u00a0Б", "7Б", 7),
    ("11и (техн.)", "11И (техн.)", 11),
    ("11и(техн.)", "11И (техн.)", 11),
    ("9", "9", 9),
    ("3d", "3D", 3),
    ("4F", "4F", 4),
    ("7Б класс", "7Б", 7),
    ("7 «Б» кл.", "7Б", 7),
    ("5А (техн.) класс", "5А (техн.) класс", 5),
    ("классы", "классы", 0),
    ("10АБ", "10АБ", 10),
    ("JC1", "JC1", 0),
    ("Teachers  Time", "Teachers Time", 0),
    ("01_25", "01_25", 0),
    ("10-11", "10-11", 0),
    ("12А", "12А", 0),
    ("", "", 0),
]


@pytest.mark.parametrize(("written", "name", "grade"), SPELLINGS)
def test_a_form_has_one_name(written: str, name: str, grade: int) -> None:
    """Quotes, dashes, leading zeros, case and Latin look-alikes do not make another form."""
    assert parse_form(written) == FormName(name, grade)


@given(st.text(max_size=15) | st.text(alphabet='0123456789абвABCD "«»-()._кл', max_size=10))
def test_naming_is_idempotent(text: str) -> None:
    """The house spelling is its own house spelling."""
    form = parse_form(text)
    assert parse_form(form.name) == form


@given(
    st.integers(1, 11),
    st.sampled_from("АБВГДЕЖИКЛМНОП"),
    st.sampled_from(
        ["{0}{1}", "{0}-{1}", '{0} "{1}"', "{0} «{1}»", "0{0}{1}", "{0}{1}_", " {0}  {1} ", "{0}{1} класс"]
    ),
    st.booleans(),
)
def test_every_spelling_of_a_form_is_one_form(grade: int, letter: str, written: str, small: bool) -> None:
    """Whatever stands around the grade and the letter: one name."""
    text = written.format(grade, letter.lower() if small else letter)
    if grade < 10 or not written.startswith("0"):
        assert parse_form(text) == FormName(f"{grade}{letter}", grade)


@pytest.mark.samples
def test_names_of_real_classes_stay_apart(samples: Path) -> None:
    """In three real exports no two classes fall together under the rule of look-alikes."""
    for path in sorted((samples / "asc-xml").glob("*.xml.gz")):
        names = [row.get("name", "") for row in etree.fromstring(gzip.decompress(path.read_bytes())).iter("class")]
        assert len(names) > 40
        assert len({parse_form(name).name.casefold() for name in names}) == len(set(names))
