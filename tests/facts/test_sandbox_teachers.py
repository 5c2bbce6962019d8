"""The sandbox's teachers: two registers equal in meaning but for the planted mistakes, the same for the same seed."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sandbox_school import MONDAY, SmallSchool, Wire

from connectors.sandbox.entries import keep_register
from connectors.sandbox.server import RunningSandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

STARTS, ENDS = "2026-09-07", "2026-10-04"
CODES = {
    *("MARK_DIFF", "MARK_ONLY_PAPER", "MARK_ONLY_DIARY", "ABSENCE_DIFF", "DATE_ONLY_PAPER", "DATE_ONLY_DIARY"),
    *("TOPIC_DIFF", "HOMEWORK_DIFF", "FINAL_DIFF", "MARK_ON_ABSENT", "ILLEGAL_SYMBOL"),
}
SIGNS = {"Absent": "н", "Ill": "Б", "Pass": "УП", "Late": "ОП", "Attend": ""}


class Played:
    """A school whose teachers have kept both registers, with mistakes in 7А and its subgroup."""

    def __init__(self, sandbox: RunningSandbox, wire: Wire, each: int = 2) -> None:
        self.sandbox, self.wire, self.school = sandbox, wire, SmallSchool(wire)
        self.groups = [self.school.groups["7А"], self.school.groups["7А/1"]]
        self.wishes = {"from": STARTS, "to": ENDS, "mistakes": {"groups": self.groups, "each": each}}
        self.answer = wire.control("teachers/play", self.wishes)


@pytest.fixture(scope="module")
def played() -> Iterator[Played]:
    with RunningSandbox(7) as sandbox, Wire(sandbox) as wire:
        yield Played(sandbox, wire)


Cell = tuple[str, str, str, int, str]
"""(kind, subject, day, nth, person)"""


def diary_side(wire: Wire, group: str) -> dict[Cell, str]:
    """The diary's register as a person would read it over REST: columns, topics, homework, cells, finals."""
    found: dict[Cell, str] = {}
    keys: dict[int, tuple[str, str, int]] = {}
    seen: Counter[tuple[str, str]] = Counter()
    for row in wire.get(f"edu-groups/{group}/lessons/{STARTS}/{ENDS}"):
        place = row["subject"]["id_str"], row["date"][:10]
        seen[place] += 1
        keys[row["id"]] = key = (*place, seen[place])
        found["topic", *key, ""] = row["title"] or ""
        found["homework", *key, ""] = "".join(work["text"] for work in row["works"] if work["type"] == "Homework")
    marks = wire.get(f"edu-groups/{group}/marks/{STARTS}/{ENDS}")
    for mark in sorted(marks, key=lambda one: (one["work"], one["number"])):
        cell = ("cell", *keys[mark["lesson"]], mark["person_str"])
        found[cell] = f"{found[cell]}/{mark['textValue']}" if cell in found else mark["textValue"]
    for entry in wire.get("lesson-log-entries", lessons=list(keys)):
        cell = ("cell", *keys[entry["lesson"]], entry["person_str"])
        found[cell] = " ".join(filter(None, (SIGNS[entry["status"]], found.get(cell, ""))))
    for row in wire.get(f"edu-groups/{group}/final-marks"):
        for mark in row["per-subject-final-marks"]:
            found["final", mark["subject_str"], "2026-10-25", 0, row["person_str"]] = mark["final-mark"]["textValue"]
    return {cell: text for cell, text in found.items() if text or cell[0] == "topic"}


def paper_side(wire: Wire, group: str) -> dict[Cell, str]:
    found: dict[Cell, str] = {}
    for page in wire.control(f"paper?groups={group}"):
        for column in page["columns"]:
            key = (page["subject_id"], column["day"], column["nth"])
            found["topic", *key, ""] = column["topic"]
            found["homework", *key, ""] = column["homework"]
        for cell in page["cells"]:
            found["cell", page["subject_id"], cell["day"], cell["nth"], cell["person_id"]] = cell["text"]
        for final in page["finals"]:
            found["final", page["subject_id"], "2026-10-25", 0, final["person_id"]] = final["text"]
    return {cell: text for cell, text in found.items() if text or cell[0] == "topic"}


def differences(wire: Wire, group: str) -> dict[tuple[str, str, int, str], tuple[str, str]]:
    """(subject, day, nth, person) → (paper, diary), a missing column as one difference."""
    paper, diary = paper_side(wire, group), diary_side(wire, group)
    one_sided = {cell[1:4] for cell in paper.keys() ^ diary.keys() if cell[0] == "topic"}
    differ = {cell for cell in paper.keys() | diary.keys() if paper.get(cell) != diary.get(cell)}
    kept = (cell for cell in differ if cell[1:4] not in one_sided or cell[0] == "topic")
    return {cell[1:]: (paper.get(cell, ""), diary.get(cell, "")) for cell in kept}


def test_every_kind_of_mistake_is_planted_as_often_as_asked(played: Played) -> None:
    """Two of each code, only on the pages of the given groups."""
    mistakes = played.answer["mistakes"]
    assert Counter(row["code"] for row in mistakes) == dict.fromkeys(CODES, 2)
    assert {row["group_id"] for row in mistakes} <= set(played.groups)


def test_the_truth_is_the_whole_difference_between_paper_and_diary(played: Played) -> None:
    """Read over the wire, the two sides differ exactly where the truth says, by exactly those texts."""
    check_truth(played)


def check_truth(played: Played) -> None:
    for group in played.groups:
        truth = {
            (row["subject_id"], row["day"], row["nth"], row["person_id"] or ""): (row["paper"], row["diary"])
            for row in played.answer["mistakes"]
            if row["group_id"] == group and row["code"] != "MARK_ON_ABSENT"
        }
        assert differences(played.wire, group) == truth


def test_pages_without_planted_mistakes_are_equal(played: Played) -> None:
    """Grade 1 was not asked for: its two sides agree to the last cell, and hold no mark."""
    group = played.school.groups["1Б"]
    assert differences(played.wire, group) == {}
    texts = {text for cell, text in paper_side(played.wire, group).items() if cell[0] == "cell"}
    assert texts
    assert not re.search(r"\d", " ".join(texts))
    assert not [cell for cell in diary_side(played.wire, group) if cell[0] in ("homework", "final")]


def test_no_column_with_a_missing_date_and_no_cell_carries_two_mistakes(played: Played) -> None:
    """Mistakes do not overlap, so each is one finding."""
    check_overlaps(played)


def check_overlaps(played: Played) -> None:
    rows = [row for row in played.answer["mistakes"] if row["code"] != "FINAL_DIFF"]
    cells = Counter((row["group_id"], row["subject_id"], row["day"], row["nth"], row["person_id"]) for row in rows)
    assert set(cells.values()) == {1}
    whole = {cell[:4] for cell in cells if cell[4] is None}
    assert not [cell for cell in cells if cell[4] is not None and cell[:4] in whole]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_on_crowded_pages_the_truth_is_still_the_whole_difference(seed: int) -> None:
    """Asked for much, in two goes: columns of a day keep their numbers, no cell has two mistakes."""
    with RunningSandbox(seed) as sandbox, Wire(sandbox) as wire:
        played = Played(sandbox, wire, each=4)
        played.wishes["mistakes"]["each"] = 9
        played.answer = wire.control("teachers/play", played.wishes)
        assert len(played.answer["mistakes"]) > 70
        check_truth(played)
        check_overlaps(played)


def test_a_mark_on_an_absent_pupil_stands_on_both_sides(played: Played) -> None:
    """Nothing differs there, yet both registers show «н 4»."""
    for row in played.answer["mistakes"]:
        if row["code"] == "MARK_ON_ABSENT":
            cell = ("cell", row["subject_id"], row["day"], row["nth"], row["person_id"])
            assert diary_side(played.wire, row["group_id"])[cell] == "н 4"
            assert paper_side(played.wire, row["group_id"])[cell] == row["paper"] == row["diary"] == "н 4"


def test_a_column_only_on_paper_stands_on_a_school_day_without_that_lesson(played: Played) -> None:
    """Inside the periods, Monday to Friday, where the diary has no lesson of the subject."""
    for row in played.answer["mistakes"]:
        if row["code"] == "DATE_ONLY_PAPER":
            path = f"edu-groups/{row['group_id']}/subjects/{row['subject_id']}/lessons/{row['day']}/{row['day']}"
            assert played.wire.get(path) == []
            assert date.fromisoformat(row["day"]).isoweekday() < 6


def test_playing_again_enters_nothing_and_plants_nothing(played: Played) -> None:
    """Lessons already kept are left alone; the truth stays whole."""
    digest = played.wire.control("state-digest")
    paper = played.wire.control(f"paper?groups={','.join(played.groups)}")
    again = played.wire.control("teachers/play", played.wishes)
    assert again == {"marks": 0, "absences": 0, "mistakes": played.answer["mistakes"]}
    assert played.wire.control("state-digest") == digest
    assert played.wire.control(f"paper?groups={','.join(played.groups)}") == paper


def test_teachers_write_no_marks_through_the_api(played: Played) -> None:
    """Their entries are the diary's own web pages: mark_writes stays zero."""
    assert played.answer["marks"] > 50
    assert played.wire.control("counters")["mark_writes"] == 0


def test_a_register_looks_like_a_register() -> None:
    """About a fifth of the cells are marked, a few with two marks; most entries are of the same day."""
    days = [MONDAY + timedelta(days=n) for n in range(400)]
    kept = [keep_register(7, ("7А", "Алгебра", day), "Алгебра", 7, day, 25) for day in days]
    cells = [values for one in kept if not one.test for values in one.marks.values()]
    share = len(cells) / (25 * sum(not one.test for one in kept))
    assert 0.17 < share < 0.21
    assert 0.02 < sum(len(values) == 2 for values in cells) / len(cells) < 0.06
    assert {value for values in cells for value in values} == {"5", "4", "3", "2"}
    statuses = Counter(status for one in kept for status in one.attendance.values())
    assert set(statuses) == set(SIGNS)
    assert 0.05 < sum(statuses.values()) / (400 * 25) < 0.09
    late = [one for one, day in zip(kept, days, strict=True) if one.entered.date() > day]
    assert 0.05 < len(late) / 400 < 0.20
    assert all(one.entered.date() >= day for one, day in zip(kept, days, strict=True))
    assert not [place for one in kept for place in one.marks if place in one.attendance]


def test_a_double_mark_is_two_marks_of_one_work(played: Played) -> None:
    """«4/5» on paper stands in the diary as numbers 1 and 2 of a work with markCount 2, by the lesson's teacher."""
    group = played.school.groups["7А"]
    lessons = played.wire.get(f"edu-groups/{group}/lessons/{STARTS}/{ENDS}")
    works = {work["id"]: (lesson, work) for lesson in lessons for work in lesson["works"]}
    pairs = [row for row in played.wire.get(f"edu-groups/{group}/marks/{STARTS}/{ENDS}") if row["number"] == 2]
    assert pairs
    for row in pairs:
        lesson, work = works[row["work"]]
        assert work["markCount"] == 2
        assert [work["createdBy"]] == lesson["teachers"]
    texts = {text for cell, text in paper_side(played.wire, group).items() if cell[0] == "cell"}
    assert any(re.fullmatch(r"[2-5]/[2-5]", text) for text in texts)


def everything(seed: int, backwards: bool) -> tuple[Any, Any, Any]:
    """The digest and, by names instead of ids, the paper and the mistakes of a played school."""
    with RunningSandbox(seed) as sandbox, Wire(sandbox) as wire:
        school = SmallSchool(wire, backwards=backwards, weeks=2)
        groups = [school.groups["7А"]]
        wishes = {"from": STARTS, "to": "2026-09-20", "mistakes": {"groups": groups, "each": 1}}
        answer = wire.control("teachers/play", wishes)
        wire.control("teachers/correct", {"mark_ids": 3})
        subjects = {key: name for name, key in school.subjects.items()}
        pages = wire.control(f"paper?groups={groups[0]}")
        paper = {subjects[page["subject_id"]]: page["columns"] for page in pages}
        names = {str(one.id): one.full for one in sandbox.world.persons.values()}
        mistakes = [
            (
                row["code"],
                subjects[row["subject_id"]],
                row["day"],
                row["nth"],
                names.get(row["person_id"]),
                row["paper"],
            )
            for row in answer["mistakes"]
        ]
        return wire.control("state-digest"), paper, mistakes


def test_the_same_school_built_in_another_order_gets_the_same_register() -> None:
    """Entries depend on the seed and on natural keys, never on ids: digest, paper and mistakes are equal."""
    assert everything(7, backwards=False) == everything(7, backwards=True)


def test_another_seed_writes_another_register() -> None:
    """The digest sees the difference."""
    assert everything(7, backwards=False)[0] != everything(8, backwards=False)[0]


def test_corrections_change_the_diary_on_other_pages_and_paper_follows() -> None:
    """Marks change, vanish and come late; both registers stay equal; pages with planted mistakes are not touched."""
    with RunningSandbox(7) as sandbox, Wire(sandbox) as wire:
        school = SmallSchool(wire, weeks=2)
        form, sub = school.groups["7А"], school.groups["7А/1"]
        wishes = {"from": STARTS, "to": "2026-09-20", "mistakes": {"groups": [sub], "each": 1}}
        wire.control("teachers/play", wishes)
        before = {row["id"]: row for row in wire.get(f"edu-groups/{form}/marks/{STARTS}/{ENDS}")}
        subgroup = wire.get(f"edu-groups/{sub}/marks/{STARTS}/{ENDS}")
        answer = wire.control("teachers/correct", {"mark_ids": 6})
        assert (answer["changed"], answer["deleted"], answer["late"]) == (2, 2, 2)
        after = {row["id"]: row for row in wire.get(f"edu-groups/{form}/marks/{STARTS}/{ENDS}")}
        assert len(before.keys() - after.keys()) == len(after.keys() - before.keys()) == 2
        changed = [key for key in before.keys() & after.keys() if before[key] != after[key]]
        assert len(changed) == 2
        assert all(before[key]["date"] < after[key]["date"] for key in changed)
        assert wire.get(f"edu-groups/{sub}/marks/{STARTS}/{ENDS}") == subgroup
        assert differences(wire, form) == {}
        assert wire.control("teachers/correct", {"mark_ids": 3})["items"] != answer["items"][:3]


def test_lessons_moved_after_the_fact_stay_where_they_were_on_paper() -> None:
    """Paper is written once: a deleted lesson keeps its column, and corrections still work."""
    with RunningSandbox(7) as sandbox, Wire(sandbox) as wire:
        school = SmallSchool(wire, weeks=1)
        wire.control("teachers/play", {"from": STARTS, "to": "2026-09-13"})
        before = wire.control(f"paper?groups={school.groups['7А']}")
        wire.done("deleteLesson", ID=school.lessons["7А", "Алгебра", MONDAY, 1])
        assert wire.control(f"paper?groups={school.groups['7А']}") == before
        wire.done("deleteGroup", guid=school.form("7А")["guid"])
        assert wire.control("teachers/correct", {"mark_ids": 3})["items"] == []
        wire.control("teachers/play", {"from": STARTS, "to": "2026-09-13"})
