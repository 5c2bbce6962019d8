"""What a token may be used for: the names people and clients spell, and what each resource asks (endpoints.md)."""

from __future__ import annotations

import re

COMMON, CONTACT, RELATIVES, EDUCATION = "CommonInfo", "ContactInfo", "FriendsAndRelatives", "EducationalInfo"
SOCIAL, FILES, WALL, MESSAGES = "SocialInfo", "Files", "Wall", "Messages"
ALL = (COMMON, CONTACT, RELATIVES, EDUCATION, SOCIAL, FILES, WALL, MESSAGES)

_OLD = {
    **dict.fromkeys(("Avatar", "FullName", "Birthday", "Age", "Roles", "Sex"), COMMON),
    "EmailAddress": CONTACT,
    **dict.fromkeys(("Schools", "EduGroups", "Lessons", "Marks", "EduWorks"), EDUCATION),
    **dict.fromkeys(("Relatives", "Friends"), RELATIVES),
}
"""The fine-grained names of v1, each as a part of a current one: that they are those parts is ASSUMED."""
_KNOWN = {name.casefold(): scope for name, scope in (*((one, one) for one in ALL), *_OLD.items())}

_BY_SCOPES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    ((COMMON,), ("/users/{user}", "/users/many", "/users", "/users/me/roles", "/users/{user}/roles")),
    ((COMMON, RELATIVES, EDUCATION), ("/users/me/context", "/users/{user}/context")),
    ((RELATIVES,), ("/users/me/relatives", "/users/{user}/relatives", "/users/me/childrenrelatives")),
    ((RELATIVES,), ("/users/me/children", "/users/me/friends", "/users/{user}/friends")),
    ((SOCIAL,), ("/users/{user}/groups",)),
    ((), ("/users/me", "/marks/values", "/marks/values/type/{type}", "/lesson-log-entries/statuses")),
    ((), ("/schools", "/schools/{school}", "/schools/person-schools", "/schools/cities")),
    ((), ("/schools/{school}/parameters", "/schools/search/by-oktmo")),
)
_NEEDS = {pattern: frozenset(needs) for needs, patterns in _BY_SCOPES for pattern in patterns}
_EDUCATIONAL = frozenset({EDUCATION})


def granted(text: str) -> frozenset[str]:
    """The known scopes of a comma list; case does not matter (behaviour.md §1), unknown names grant nothing.

    A blank text grants CommonInfo alone: ASSUMED.
    """
    asked = [name for name in re.split(r"[,\s]+", text) if name]
    if not asked:
        return frozenset({COMMON})
    return frozenset(_KNOWN[name.casefold()] for name in asked if name.casefold() in _KNOWN)


def listed(scopes: frozenset[str]) -> str:
    """As the wire spells them."""
    return ",".join(name for name in ALL if name in scopes)


def needed(pattern: str) -> frozenset[str]:
    """Every scope that the resource of this route asks; almost everything is educational."""
    return _NEEDS.get(pattern, _EDUCATIONAL)
