"""Which scopes of a token a call asks for (endpoints.md, column «scope»)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMON, CONTACT = "CommonInfo", "ContactInfo"
FAMILY, EDUCATION = "FriendsAndRelatives", "EducationalInfo"
_OTHERS: Mapping[str, tuple[str, ...]] = {
    "users/me": (COMMON,),
    "users/me/context": (COMMON, FAMILY, EDUCATION),
    "users/{user}/relatives": (FAMILY,),
}


def scopes_of(place: str) -> tuple[str, ...]:
    """The scopes of that call; almost everything about a school is EducationalInfo."""
    return _OTHERS.get(place, (EDUCATION,))
