"""Russian names put together from tables: sex agrees, ё is kept, «оглы/кызы», double and undeclined surnames occur."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from connectors.sandbox.school.values import FEMALE, MALE, DemoName

if TYPE_CHECKING:
    from connectors.sandbox.school.draw import Draw

_FEMININE = (("ский", "ская"), ("цкий", "цкая"), ("ный", "ная"), ("ой", "ая"))
_ADDS_A = ("ов", "ев", "ёв", "ин", "ын")


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What the members of one family share."""

    family: str
    """The masculine form."""
    father: str
    """The given name from which the children's patronymic is made."""
    style: str
    """`russian`, `turkic` or `plain`."""


@cache
def tables() -> dict[str, Any]:
    """The parsed `names.toml`."""
    return tomllib.loads(resources.files(__package__).joinpath("names.toml").read_text("utf-8"))


def feminine(family: str) -> str:
    """The surname a woman bears: «Королёва», «Луговая», «Раевская-Котова»; «Мельник» stays."""
    if "-" in family:
        return "-".join(feminine(part) for part in family.split("-"))
    if family.endswith(_ADDS_A):
        return family + "а"
    for masculine, ending in _FEMININE:
        if family.endswith(masculine):
            return family.removesuffix(masculine) + ending
    return family


def patronymic(father: str, sex: str) -> str:
    """The patronymic from the father's name: «Андреевич», «Юрьевна», «Игоревич»."""
    irregular = tables()["patronymics"].get(father)
    if irregular:
        return str(irregular[0 if sex == MALE else 1])
    if father.endswith("ий"):
        stem, vowel = father[:-2] + "ь", "е"
    elif father.endswith(("й", "ь")):
        stem, vowel = father[:-1], "е"
    else:
        stem, vowel = father, "о"
    return f"{stem}{vowel}{'вич' if sex == MALE else 'вна'}"


def draw_house(draw: Draw) -> House:
    """A family: mostly Russian, about 3 % «оглы/кызы», 3 % without patronymics, 3 % with a double surname."""
    names = tables()
    lot = draw.below(100)
    if lot < 3:
        return House(
            family=draw.pick(names["turkic"]["families"]), father=draw.pick(names["turkic"]["boys"]), style="turkic"
        )
    if lot < 6:
        return House(family=draw.pick(names["plain"]["families"]), father="", style="plain")
    family = draw.pick(names["families"])
    if lot < 9:
        family = f"{family}-{draw.pick([other for other in names['families'] if other != family])}"
    return House(family=family, father=draw.pick(names["boys"]), style="russian")


def child_of(house: House, sex: str, draw: Draw) -> DemoName:
    """A child of the house."""
    return DemoName(
        family=house.family if sex == MALE else feminine(house.family),
        given=draw_given(house, sex, draw),
        patronymic=_child_patronymic(house, sex),
    )


def father_of(house: House, draw: Draw) -> DemoName:
    """The man whose name the children's patronymic is made from."""
    given = house.father or draw_given(house, MALE, draw)
    return DemoName(family=house.family, given=given, patronymic=_elder_patronymic(house, MALE, draw))


def woman_of(house: House, draw: Draw) -> DemoName:
    """A grown woman of the house; her patronymic comes from another man."""
    return DemoName(
        family=feminine(house.family),
        given=draw_given(house, FEMALE, draw),
        patronymic=_elder_patronymic(house, FEMALE, draw),
    )


def draw_given(house: House, sex: str, draw: Draw) -> str:
    table = tables()["turkic"] if house.style == "turkic" else tables()
    return str(draw.pick(table["boys" if sex == MALE else "girls"]))


def _child_patronymic(house: House, sex: str) -> str:
    if house.style == "plain":
        return ""
    if house.style == "turkic":
        return f"{house.father} {'оглы' if sex == MALE else 'кызы'}"
    return patronymic(house.father, sex)


def _elder_patronymic(house: House, sex: str, draw: Draw) -> str:
    elder = House(family=house.family, father=draw_given(house, MALE, draw), style=house.style)
    return _child_patronymic(elder, sex)
