"""Russian names: taken apart as written, compared without regard to spelling habits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.names import clean, initials_fit, look_alike, normalise_name, parse_name, same_name
from state.records import PersonName

NAMES = [
    ("Иванова Анна Петровна", ("Иванова", "Анна", "Петровна")),
    ("Иванова А.П.", ("Иванова", "А.", "П.")),
    ("Иванова А. П.", ("Иванова", "А.", "П.")),
    ("А.П. Иванова", ("Иванова", "А.", "П.")),
    ("А.П.Иванова", ("Иванова", "А.", "П.")),
    ("Иванова О.Вл.", ("Иванова", "О.", "Вл.")),
    ("Смирнов Е..С.", ("Смирнов", "Е.", "С.")),
    ("Петров - Водкин Кузьма Сергеевич", ("Петров-Водкин", "Кузьма", "Сергеевич")),
    ("Мамедова Лейла Гасан кызы", ("Мамедова", "Лейла", "Гасан кызы")),
    ("Алиев Тимур Рустам оглы", ("Алиев", "Тимур", "Рустам оглы")),
    ("Ли\u00a0Ян", ("Ли", "Ян", "")),
    ("Иванов_", ("Иванов", "", "")),
    ("", ("", "", "")),
]


@pytest.mark.parametrize(("written", "parts"), NAMES)
def test_a_name_falls_into_its_parts(written: str, parts: tuple[str, str, str]) -> None:
    """Full names, initials on either side, doubled dots, double surnames and kyzy/ogly are understood."""
    name = parse_name(written)
    assert (name.family, name.given, name.patronymic) == parts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Алфёрова Инна", "АЛФЕРОВА  инна"),
        ("Петров–Водкин", "Петров - Водкин"),
        ("Иванова А.П.", "иванова а. п."),
        ("Cоколов Олег", "Соколов Олег"),
        ("Иванов_", "Иванов"),
        ("Мамедова Лейла Гасан-гызы", "Мамедова Лейла Гасан кызы"),
        ("Алиев Тимур Рустам оглу", "Алиев Тимур Рустам оглы"),
        ("О’Коннор Анна", "О'Коннор Анна"),
        ("ИВАНОВА О . Вл .", "Иванова О.Вл."),
    ],
)
def test_spelling_habits_do_not_part_equal_names(one: str, other: str) -> None:
    """Case, ё, dashes, dots and a Latin letter inside a Cyrillic word do not make another person."""
    assert normalise_name(one) == normalise_name(other)


def test_a_latin_name_stays_latin() -> None:
    """A word without Cyrillic letters is not half-translated."""
    assert normalise_name("Cox Петров") == "cox петров"


def test_a_name_wholly_in_look_alikes_is_seen_as_cyrillic() -> None:
    """«CAXAPOBA» typed on a Latin keyboard looks Cyrillic; a word with a letter that has no twin does not."""
    assert look_alike(normalise_name("CAXAPOBA")) == "сахарова"
    assert look_alike(normalise_name("Smith")) == "smith"


FULL = parse_name("Козлова Ольга Владимировна")


@pytest.mark.parametrize("short", ["Козлова О.В.", "Козлова О.Вл.", "О.В. Козлова", "Козлова О.", "Козлова О В"])
def test_initials_fit_the_name_they_abbreviate(short: str) -> None:
    """An initial, a longer abbreviation, or a missing patronymic fits."""
    assert initials_fit(parse_name(short), FULL)


@pytest.mark.parametrize("short", ["Козлова О.Вас.", "Козлова А.В.", "Котова О.В.", "Козлова Оль Владимировна"])
def test_other_initials_do_not_fit(short: str) -> None:
    """Another letter, another family name, or a different full given name does not fit."""
    assert not initials_fit(parse_name(short), FULL)


def test_a_director_and_a_teacher_are_not_merged() -> None:
    """Order 003: «Савина Т.Г.» and «Савина Т.В.» are two people."""
    assert not initials_fit(parse_name("Савина Т.Г."), parse_name("Савина Татьяна Викторовна"))


@given(st.text(max_size=30) | st.text(alphabet="АБЁёабв ABCHхx.-–_ \u00a0", max_size=30))
def test_normalising_and_cleaning_are_idempotent(text: str) -> None:
    """A key is its own key; a cleaned text is clean."""
    key = normalise_name(text)
    assert normalise_name(key) == key
    assert clean(clean(text)) == clean(text)


@given(st.text(max_size=30) | st.text(alphabet="гасновкызуляё -’'", max_size=30))
def test_particles_and_look_alikes_are_idempotent(text: str) -> None:
    """«гасан-гызы» becomes «гасан кызы» once and for all, and what looks Cyrillic is Cyrillic."""
    key = normalise_name(text)
    assert normalise_name(key) == key
    assert look_alike(look_alike(key)) == look_alike(key)


WORDS = st.text(alphabet="абвгдежзиклмнопрстуфхцчшщэюя", min_size=2, max_size=10).map(str.capitalize)


@given(WORDS, WORDS, WORDS)
def test_initials_of_a_name_fit_it_from_either_side(family: str, given_name: str, patronymic: str) -> None:
    """Whatever the name: its own initials fit, before or after the family name, and the full form reads back."""
    full = PersonName(family=family, given=given_name, patronymic=patronymic)
    marks = f"{given_name[0]}.{patronymic[0]}."
    assert initials_fit(parse_name(f"{family} {marks}"), full)
    assert parse_name(f"{marks} {family}") == parse_name(f"{family} {marks}")
    assert same_name(parse_name(full.full.upper()), full)
