"""Facts of the demo school's Russian names."""

from __future__ import annotations

import pytest

from connectors.sandbox.school.draw import Draw
from connectors.sandbox.school.families import _Register
from connectors.sandbox.school.names import House, child_of, feminine, patronymic, tables
from connectors.sandbox.school.staff import _new_name
from connectors.sandbox.school.values import FEMALE, MALE, DemoName


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        ("Королёв", "Королёва"),
        ("Никитин", "Никитина"),
        ("Раевский", "Раевская"),
        ("Луговой", "Луговая"),
        ("Заречный", "Заречная"),
        ("Мельник", "Мельник"),
        ("Черных", "Черных"),
        ("Коваленко", "Коваленко"),
        ("Котов-Луговой", "Котова-Луговая"),
    ],
)
def test_a_womans_surname_agrees(family: str, expected: str) -> None:
    """Both parts of a double surname decline; undeclinable ones stay."""
    assert feminine(family) == expected


@pytest.mark.parametrize(
    ("father", "son", "daughter"),
    [
        ("Иван", "Иванович", "Ивановна"),
        ("Андрей", "Андреевич", "Андреевна"),
        ("Юрий", "Юрьевич", "Юрьевна"),
        ("Дмитрий", "Дмитриевич", "Дмитриевна"),
        ("Игорь", "Игоревич", "Игоревна"),
        ("Илья", "Ильич", "Ильинична"),
        ("Пётр", "Петрович", "Петровна"),
        ("Фёдор", "Фёдорович", "Фёдоровна"),
        ("Никита", "Никитич", "Никитична"),
    ],
)
def test_a_patronymic_follows_the_fathers_name(father: str, son: str, daughter: str) -> None:
    """Rule and exceptions give what a birth certificate says."""
    assert (patronymic(father, MALE), patronymic(father, FEMALE)) == (son, daughter)


def test_the_tables_are_large_and_hold_nothing_twice() -> None:
    """About 100 surnames and 60 given names of each sex; no fathers' name without a sound patronymic."""
    table = tables()
    assert len(table["families"]) >= 100
    assert len(table["boys"]) == len(table["girls"]) == 60
    for key in ("families", "boys", "girls"):
        assert len(set(table[key])) == len(table[key])
    assert all(patronymic(name, MALE).endswith("ич") for name in table["boys"])


def test_a_child_of_a_turkic_house_has_ogly_or_kyzy() -> None:
    """The father's name is followed by the word, not by a Russian suffix."""
    house = House(family="Алиев", father="Рашид", style="turkic")
    assert child_of(house, MALE, Draw(1, "t")).patronymic == "Рашид оглы"
    daughter = child_of(house, FEMALE, Draw(1, "t"))
    assert (daughter.family, daughter.patronymic) == ("Алиева", "Рашид кызы")


def test_namesakes_are_never_born_on_one_day() -> None:
    """A hundred bearers of one name have a hundred birth dates, all of the age of their grade."""
    register = _Register(Draw(1, "births"))
    days = {register.born(DemoName(family="Котов", given="Олег"), 5) for _ in range(100)}
    assert len(days) == 100
    assert {day.year for day in days} == {2014, 2015}


def test_names_of_the_staff_differ_even_when_shortened() -> None:
    """«Фамилия И.О.» stays unambiguous however many are hired."""
    taken: set[str] = set()
    draw = Draw(1, "hired")
    initials = [_new_name(FEMALE, taken, draw).initials for _ in range(600)]
    assert len(set(initials)) == 600


def test_draws_are_pinned() -> None:
    """The stream of a seed is what it was on every Python: a school shown today is the school shown next year."""
    draw = Draw(7, "pinned")
    assert [draw.below(1000) for _ in range(5)] == [195, 757, 662, 853, 575]
    assert sorted(draw.shuffled(range(10))) == list(range(10))
