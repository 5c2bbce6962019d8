"""Who is who: our own durable ids, and the links from them to the diary's ids.

A `SourcedId` (the OneRoster word) is made from what a school never re-issues (a personal file number, a form's name
in a school year), because the ids inside timetable exports change from one export to the next (formats.md, fact 2).
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from datetime import date, datetime

SourcedId = NewType("SourcedId", str)
RemoteId = NewType("RemoteId", str)
"""An id the diary issued: an opaque string, because the numbers exceed 2^53 (design §7.9)."""

_SPACE = re.compile(r"\s+")


def _slug(text: str) -> str:
    return _SPACE.sub(" ", text.strip()).casefold()


def pupil_id(personal_file: str) -> SourcedId:
    """A pupil, by the personal file number: unique within one school (formats.md §4)."""
    return SourcedId(f"pupil:{_slug(personal_file)}")


def staff_id(full_name: str, birth_date: date | None = None) -> SourcedId:
    """A staff member; namesakes are told apart by the birth date, which the caller passes only where it is needed."""
    tail = f":{birth_date.isoformat()}" if birth_date else ""
    return SourcedId(f"staff:{_slug(full_name)}{tail}")


def guardian_id(pupil: SourcedId, full_name: str) -> SourcedId:
    """A guardian of one pupil; the same human may stand behind several of these."""
    return SourcedId(f"guardian:{pupil.removeprefix('pupil:')}:{_slug(full_name)}")


def form_id(school_year: int, name: str) -> SourcedId:
    """A form of one school year, `name` already normalised («7Б»)."""
    return SourcedId(f"form:{school_year}:{_slug(name)}")


def subgroup_id(form: SourcedId, division: str, name: str) -> SourcedId:
    """A subgroup: a form's division and the subgroup's own label."""
    return SourcedId(f"subgroup:{form.removeprefix('form:')}:{_slug(division)}:{_slug(name)}")


def subject_id(name: str) -> SourcedId:
    return SourcedId(f"subject:{_slug(name)}")


def bell_schedule_id(name: str) -> SourcedId:
    return SourcedId(f"bells:{_slug(name)}")


def calendar_id(school_year: int, kind: str) -> SourcedId:
    return SourcedId(f"calendar:{school_year}:{_slug(kind)}")


def period_id(calendar: SourcedId, number: int) -> SourcedId:
    return SourcedId(f"period:{calendar.removeprefix('calendar:')}:{number}")


def membership_id(person: SourcedId, group: SourcedId) -> SourcedId:
    return SourcedId(f"member:{person}@{group}")


def lesson_id(group: SourcedId, day: date, number: int, subject: SourcedId, ordinal: int) -> SourcedId:
    """A placed lesson; `ordinal` tells apart equal (group, day, number, subject), which real timetables repeat."""
    return SourcedId(f"lesson:{group}|{day.isoformat()}|{number}|{subject}|{ordinal}")


def lesson_place(lesson: SourcedId) -> str:
    """What the lessons of one group, day, number and subject have in common: the id without its ordinal."""
    return lesson.rpartition("|")[0]


def group_year(group: str) -> int | None:
    """The school year of a form or subgroup; None for an id that tells none."""
    kind, _colon, rest = group.partition(":")
    year = rest.partition(":")[0]
    return int(year) if kind in {"form", "subgroup"} and year.isdigit() else None


def form_of(group: str) -> tuple[str, str] | None:
    """(name of the form as the id spells it, division) of a form's or subgroup's id; a form's division is blank."""
    kind, *parts = group.split(":", 4)
    if kind == "form" and len(parts) >= 2:
        return ":".join(parts[1:]), ""
    return (parts[1], parts[2]) if kind == "subgroup" and len(parts) == 4 else None


@lru_cache(maxsize=1 << 14)
def guid(school_key: str, sourced_id: SourcedId) -> str:
    """The caller-supplied GUID of the import service: UUIDv5 of our id, so a repeated write names the same object."""
    school = uuid.uuid5(uuid.NAMESPACE_URL, f"urn:sverka:{school_key}")
    return str(uuid.uuid5(school, sourced_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityLink:
    """One of our records is that object of the diary; how we know, since when, and whether we made it."""

    record_type: str
    sourced_id: SourcedId
    remote_id: RemoteId
    rule: str
    """`created` (we made it), `read-back` (made by a write whose answer was lost), else the correlation rule's name."""
    evidence: str
    ours: bool
    """True when Sverka created the object: only then may it ever be deleted."""
    since: datetime | None = None
    user_id: str = ""
    """The diary's account id of a person, where known (person ≠ user)."""
    by: str = ""
    """Who made it so: the person who decided, or in whose run it was recognised."""
