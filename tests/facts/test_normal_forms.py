"""Dates, СНИЛС and telephones in the spellings people use, brought to one."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.dates import parse_day, swapped
from mappings.phones import phones
from mappings.snils import check_digits, is_proven, is_snils, parse_snils

DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1))
MONTHS = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("01.09.2014", date(2014, 9, 1)),
        ("1.9.2014 г.", date(2014, 9, 1)),
        ("01.09.2014г", date(2014, 9, 1)),
        ("01/09/2014", date(2014, 9, 1)),
        ("2014-09-01", date(2014, 9, 1)),
        ("2014-09-01 00:00:00", date(2014, 9, 1)),
        ("01-09-2014", date(2014, 9, 1)),
        ("1 сентября 2014 года", date(2014, 9, 1)),
        ("«01» Сентября 2014 г.", date(2014, 9, 1)),
        ("1 сент. 2014", date(2014, 9, 1)),
        ("1 сурка 2014", None),
        ("01.09.14", None),
        ("2014", None),
        ("31.02.2014", None),
        ("", None),
    ],
)
def test_dates_as_text(text: str, day: date | None) -> None:
    """Day before month, four-digit year; anything else is no date."""
    assert parse_day(text) == day


@given(DAYS)
def test_every_day_reads_back(day: date) -> None:
    """Any date in the house spelling reads as itself."""
    assert parse_day(f"{day:%d.%m.%Y} г.") == day


@pytest.mark.parametrize(
    ("digits", "valid"),
    [
        ("11223344595", True),
        ("11223344596", False),
        ("08765430300", True),
        ("00100199800", True),
        ("00000000000", False),
        ("1122334459", False),
        ("", False),
    ],
)
def test_snils_check_number(digits: str, valid: bool) -> None:
    """Sum of digits by weight 9..1, modulo 101, 100 as 00; small numbers carry no check (formats.md §12)."""
    assert is_snils(digits) is valid


@given(DAYS)
def test_a_day_reads_back_in_words(day: date) -> None:
    """The month may be written out in the genitive."""
    assert parse_day(f"{day.day} {MONTHS[day.month - 1]} {day.year} года") == day


@given(DAYS)
def test_exchanging_day_and_month_twice_changes_nothing(day: date) -> None:
    """A date that has a twin is its twin's twin; the others have none."""
    twin = swapped(day)
    assert twin is None or (twin != day and swapped(twin) == day)
    assert (twin is None) == (day.day > 12 or day.day == day.month)


@given(st.integers(1_001_999, 999_999_999), st.sampled_from(["", " ", "-"]))
def test_a_snils_is_its_own_house_spelling(number: int, between: str) -> None:
    """However its digits are set apart, the number has one spelling, and any other check number has none."""
    digits, check = f"{number:09d}", check_digits(number)
    written = between.join((digits[:3], digits[3:6], digits[6:])) + f" {check:02d}"
    spelt = parse_snils(written)
    assert spelt == f"{digits[:3]}-{digits[3:6]}-{digits[6:]} {check:02d}" == parse_snils(spelt)
    assert parse_snils(f"{digits}{(check + 1) % 100:02d}") == ""


def test_a_number_without_check_digits_proves_nobody() -> None:
    """Up to 001-001-998 any ending passes, so an equal number may be a slip of the pen."""
    assert is_snils("00100199877")
    assert not is_proven("00100199877")
    assert is_proven("11223344595")


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("8 (903) 123-45-67", ("+79031234567",)),
        ("8 (903) 123-45-67, 8-916-000-11-22", ("+79031234567", "+79160001122")),
        ("8 903 123-45-67 8 916 000-11-22", ("+79031234567", "+79160001122")),
        ("+7 903 1234567; 9031234567", ("+79031234567",)),
        ("89031234567 доб. 12 (мама)", ("+79031234567",)),
        ("8 (42355) 2-34-56", ("+74235523456",)),
        ("+375 29 123-45-67 / 8 903 123 45 67", ("+375291234567", "+79031234567")),
        ("2-34-56", ()),
        ("112-233-445 95", ()),
        ("нет", ()),
        ("", ()),
    ],
)
def test_telephones_of_a_cell(written: str, numbers: tuple[str, ...]) -> None:
    """Each number once, in order; a local number, an extension and a СНИЛС are none."""
    assert phones(written) == numbers


@given(st.text(max_size=40) | st.text(alphabet="0123456789+78 ()-,;доб.", max_size=40))
def test_a_telephone_is_its_own_house_spelling(text: str) -> None:
    """Whatever the text: no crash, and each number found reads as itself."""
    found = phones(text)
    assert [phones(number) for number in found] == [(number,) for number in found]
