"""The diary's shapes: ids as text, disagreements between clients, and what does not fit."""

from __future__ import annotations

import gc
import json
from datetime import UTC, date, datetime, time

import pytest

from connectors import faults
from connectors.dnevnik import decode, wire

LONG = 2260325488551003872


def test_the_text_twin_is_the_key_and_the_number_stands_in() -> None:
    """`id_str` wins; an exact integer above 2^53 keeps every digit where there is no twin."""
    both = wire.Subject.model_validate_json(f'{{"id": {LONG - 872}, "id_str": "{LONG}", "name": "x"}}')
    bare = wire.Subject.model_validate_json(f'{{"id": {LONG}, "name": "x"}}')
    assert both.key == bare.key == str(LONG)


@pytest.mark.parametrize("parents", ["null", "[]"])
def test_a_class_has_no_parents_as_null_or_as_an_empty_list(parents: str) -> None:
    """Kundelik sends both for the same class (models.md, Nulls vs absence)."""
    text = f'{{"id": 1, "type": "Group", "name": "7Б", "parentIds": {parents}, "parentIds_str": {parents}}}'
    assert wire.EduGroup.model_validate_json(text).parents == ()


def test_a_subgroup_names_its_classes() -> None:
    """A list, so that a stream over several classes is representable."""
    text = '{"id": 1, "type": "Subgroup", "name": "x", "parentIds": [5, 6], "timetable": 0}'
    group = wire.EduGroup.model_validate_json(text)
    assert (group.is_subgroup, group.parents, group.timetable_key) == (True, ("5", "6"), "")


def test_bell_schedules_come_as_an_object_or_as_a_list() -> None:
    """Two clients read an object, two a list."""
    table = {"Id": 5, "Name": "x", "Items": [{"Start": "2000-01-01T08:30:00", "LessonNumber": 1}]}
    decoder = decode.many(wire.Timetable, "place", or_one=True)
    one, listed = decoder(json.dumps(table).encode()), decoder(json.dumps([table]).encode())
    assert one == listed
    assert one[0].key == "5"
    assert isinstance(one[0].items[0].start, datetime)


def test_bells_may_be_plain_times() -> None:
    """A time without a day is as good."""
    item = wire.TimetableItem.model_validate_json('{"Start": "08:30:00", "Finish": null, "LessonNumber": 1}')
    assert (item.start, item.finish) == (time(8, 30), None)


def test_pascal_case_of_teachers_is_read() -> None:
    """The teachers' list spells its fields unlike every other list."""
    text = '[{"Id": 7, "IdStr": "7", "FirstName": "Анна", "DateBirth": "1980-02-01T00:00:00", "UserIdStr": null}]'
    (teacher,) = decode.many(wire.SchoolTeacher, "place")(text.encode())
    assert (teacher.key, teacher.user_key, teacher.first_name, teacher.last_name) == ("7", "", "Анна", "")


def test_unknown_fields_and_absent_names_are_no_fault() -> None:
    """A parent's view omits names; a newer server adds fields."""
    person = wire.Person.model_validate_json('{"id": 1, "shortName": "Иванов И.", "espFuture": {"a": [1]}}')
    assert (person.key, person.last_name, person.short_name) == ("1", "", "Иванов И.")


def test_moments_of_entry_are_utc() -> None:
    """No zone means UTC; a zone is converted; seven digits of a second do not matter."""
    mark = wire.Mark.model_validate_json('{"id": 1, "value": "5", "date": "2026-09-15T16:35:53.8532179"}')
    assert mark.entered is not None
    assert wire.utc(mark.entered) == datetime(2026, 9, 15, 16, 35, 53, 853217, tzinfo=UTC)
    zoned = datetime.fromisoformat("2026-09-15T16:00:00+03:00")
    assert wire.utc(zoned) == datetime(2026, 9, 15, 13, tzinfo=UTC)


def test_a_lessons_day_is_the_schools_own() -> None:
    """Lesson dates are local midnights, whatever zone a server hangs on them."""
    for text in ("2026-09-01T00:00:00", "2026-09-01T00:00:00Z", "2026-09-01T00:00:00+05:00"):
        assert wire.Lesson.model_validate_json(f'{{"id": 1, "date": "{text}"}}').day == date(2026, 9, 1)


def test_a_strange_shape_names_the_field_and_never_the_value() -> None:
    """Drift is reported by place; the value may be a person."""
    body = '[{"id": 1, "date": "2026-09-01T00:00:00", "works": [{"sentDate": "Петров"}]}]'.encode()
    with pytest.raises(faults.SchemaDrift) as caught:
        decode.many(wire.Lesson, "edu-groups/{group}/lessons")(body)
    assert "works.sentDate" in caught.value.what
    assert "Петров" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_body_cut_inside_is_unavailable() -> None:
    """A cut that happens to end in a bracket is no drift: it is worth another attempt."""
    with pytest.raises(faults.Unavailable):
        decode.many(wire.Subject, "place")(b'[{"id": 1, "name": ["a"]')
    with pytest.raises(faults.Unavailable):
        decode.keys("place")(b"[1, 2, [3]")


def test_a_big_batch_leaves_the_collector_as_it_was() -> None:
    """The collector rests while a big list is built, and works again afterwards."""
    rows = [{"id": number, "value": "5", "textValue": "5" * 30} for number in range(6_000)]
    body = json.dumps(rows).encode()
    assert len(body) > decode.BIG
    assert gc.isenabled()
    assert len(decode.many(wire.Mark, "place")(body)) == 6_000
    assert gc.isenabled()
