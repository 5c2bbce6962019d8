"""Differences planted into a made-up register, each with what must be found of it: code, level, gravity, place.

Plants keep apart: a place carries one, so that the truth is known. Where one swallows another that is planted on
purpose (a lesson at another date with a wrong mark inside, a pupil off the list with wrong marks) it says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from planted_model import ENDS, HALVES, Column, Group, Sheet, Spread, World, day_of

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator


class Truth(NamedTuple):
    """One finding that must come out."""

    code: str
    level: str
    severity: str
    group: str
    subject: str
    day: str
    nth: int
    person: int


Planted = tuple[Truth, Truth]
"""What must be found, and what must be found with the sides swapped."""
if TYPE_CHECKING:
    Plant = Callable[[World, Group, random.Random], list[Planted]]

OTHER_SIDE = {
    "MARK_ONLY_PAPER": "MARK_ONLY_DIARY",
    "MARK_ONLY_DIARY": "MARK_ONLY_PAPER",
    "DATE_ONLY_PAPER": "DATE_ONLY_DIARY",
    "DATE_ONLY_DIARY": "DATE_ONLY_PAPER",
}


def both_ways(truth: Truth, **mirrored: Any) -> Planted:
    return truth, truth._replace(code=OTHER_SIDE.get(truth.code, truth.code), **mirrored)


def _cell(spread: Spread, place: tuple[int, int], person: int, code: str, severity: str = "high") -> Planted:
    return both_ways(Truth(code, "cell", severity, spread.group, spread.subject, day_of(place), place[1], person))


def _lesson(spread: Spread, place: tuple[int, int], code: str, other: tuple[int, int] | None = None) -> Planted:
    there = other or place
    truth = Truth(code, "lesson", "high", spread.group, spread.subject, day_of(place), place[1], 0)
    return both_ways(truth, day=day_of(there), nth=there[1])


def _sides(spread: Spread, draw: random.Random) -> tuple[Sheet, Sheet, bool]:
    """The sheet that has it, the one that has not, and whether the first is paper."""
    if draw.random() < 0.5:
        return spread.paper, spread.diary, True
    return spread.diary, spread.paper, False


# --- cells ------------------------------------------------------------------------------------------------------------


def free_cells(group: Group, draw: random.Random) -> Iterator[tuple[Spread, tuple[int, int], int]]:
    """Places nobody has touched; of a column only one cell, so that no two make a vector of marks."""
    spreads = [one for one in group.spreads if not one.closed]
    for spread in draw.sample(spreads, len(spreads)):
        for place in draw.sample(sorted(spread.paper.columns), len(spread.paper.columns)):
            pupils = sorted(spread.paper.members & spread.diary.members - group.taken)
            if place not in spread.taken and place in spread.diary.columns and pupils:
                yield spread, place, draw.choice(pupils)


def cell_plant(paper: tuple[str, str], diary: tuple[str, str], code: str, severity: str) -> Plant:
    """A plant that writes these (value, as written) into a cell."""

    def plant(_world: World, group: Group, draw: random.Random) -> list[Planted]:
        if group.grade == 1:
            return []
        for spread, place, person in free_cells(group, draw):
            spread.taken.add(place)
            for sheet, said in ((spread.paper, paper), (spread.diary, diary)):
                sheet.columns[place].marks.pop(person, None)
                if any(said):
                    sheet.columns[place].marks[person] = said
            return [_cell(spread, place, person, code, severity)] if code else []
        return []

    return plant


def grade1_mark(_world: World, group: Group, draw: random.Random) -> list[Planted]:
    if group.grade != 1:
        return []
    for spread, place, person in free_cells(group, draw):
        spread.taken.add(place)
        for sheet in draw.choice(((spread.paper,), (spread.diary,), (spread.paper, spread.diary))):
            sheet.columns[place].marks[person] = ("5", "")
        return [_cell(spread, place, person, "GRADE1_MARK")]
    return []


def final_plant(paper: str, diary: str, code: str, severity: str) -> Plant:
    def plant(_world: World, group: Group, draw: random.Random) -> list[Planted]:
        open_ones = [one for one in group.spreads if not one.closed and one.paper.finals]
        for spread in draw.sample(open_ones, len(open_ones)):
            for person in sorted(spread.paper.finals.keys() & spread.diary.finals.keys() - group.taken):
                if ("final", person) not in spread.taken:
                    spread.taken.add(("final", person))
                    for sheet, said in ((spread.paper, paper), (spread.diary, diary)):
                        sheet.finals.pop(person)
                        if said:
                            sheet.finals[person] = (said, "")
                    place = spread.group, spread.subject, ENDS.isoformat(), 0, person
                    return [both_ways(Truth(code, "cell", severity, *place))]
        return []

    return plant


# --- texts ------------------------------------------------------------------------------------------------------------


def text_plant(name: str, paper: str, diary: str, code: str, severity: str) -> Plant:
    def plant(_world: World, group: Group, draw: random.Random) -> list[Planted]:
        if group.grade == 1:
            return []
        for spread, place, _person in free_cells(group, draw):
            spread.taken.add(place)
            for sheet, said in ((spread.paper, paper), (spread.diary, diary)):
                setattr(sheet.columns[place], name, said)
            return [_cell(spread, place, 0, code, severity)] if code else []
        return []

    return plant


# --- lessons ----------------------------------------------------------------------------------------------------------


def date_only(_world: World, group: Group, draw: random.Random) -> list[Planted]:
    """One side has no such lesson, or has it and wrote nothing there."""
    for spread, place, _person in free_cells(group, draw):
        spread.taken.add(place)
        has, lacks, on_paper = _sides(spread, draw)
        if draw.random() < 0.5 or len(has.columns[place].marks.keys() - group.taken) < 2:
            del lacks.columns[place]  # a date with a single entry under it tells of that entry, not of the lesson
        else:
            lacks.columns[place] = Column()
        return [_lesson(spread, place, "DATE_ONLY_PAPER" if on_paper else "DATE_ONLY_DIARY")]
    return []


def _move(group: Group, draw: random.Random) -> tuple[Spread, tuple[int, int], tuple[int, int]] | None:
    """The diary has a lesson one to three days later, where the page has none."""
    for spread, place, _person in free_cells(group, draw):
        there = place[0] + draw.randint(1, 3), 1
        if place[1] == 1 and there not in spread.diary.columns and there not in spread.paper.columns:
            spread.taken |= {place, there}
            spread.diary.columns[there] = spread.diary.columns.pop(place)
            return spread, place, there
    return None


def shifted(_world: World, group: Group, draw: random.Random) -> list[Planted]:
    """Known by its topic, by its marks, or by both."""
    moved = _move(group, draw)
    if moved is None:
        return []
    spread, place, there = moved
    marks = spread.paper.columns[place].marks
    change = draw.choice(("nothing", "topic", "marks"))
    found = [_lesson(spread, place, "DATE_SHIFTED", there)]
    counted = marks.keys() - group.taken
    if change == "topic" and len(counted) > 1:
        spread.diary.columns[there].topic = "Повторение пройденного"
        truth = Truth("TOPIC_DIFF", "cell", "medium", spread.group, spread.subject, day_of(place), place[1], 0)
        found.append(both_ways(truth, day=day_of(there), nth=there[1]))
    marked = sorted(pupil for pupil in counted if marks[pupil][0] in set("2345"))
    if change == "marks" and marked and len(counted) > 3:
        person = draw.choice(marked)
        spread.diary.columns[there].marks[person] = ({"5": "4"}.get(marks[person][0], "5"), "")
        truth = Truth("MARK_DIFF", "cell", "high", spread.group, spread.subject, day_of(place), place[1], person)
        found.append(both_ways(truth, day=day_of(there), nth=there[1]))
    return found


def marks_shifted(_world: World, group: Group, draw: random.Random) -> list[Planted]:
    """Both sides keep both lessons; three marks stand under one date on paper and under the next in the diary."""
    if group.grade == 1:
        return []
    for spread, place, _person in free_cells(group, draw):
        there = place[0] + 4, 1
        both = {place, there} - spread.taken
        if place[1] == 1 and len(both) == 2 and all(there in one.columns for one in (spread.paper, spread.diary)):
            spread.taken |= both
            pupils = sorted(spread.paper.members & spread.diary.members - group.taken)
            for pupil in pupils[:3]:
                mark = draw.choice("345"), ""
                for at in both:
                    for sheet in (spread.paper, spread.diary):
                        sheet.columns[at].marks.pop(pupil, None)
                spread.paper.columns[place].marks[pupil] = mark
                spread.diary.columns[there].marks[pupil] = mark
            return [_lesson(spread, place, "DATE_SHIFTED", there)] if len(pupils) > 1 else []
    return []


def unkept_page(_world: World, group: Group, draw: random.Random) -> list[Planted]:
    """One side has not begun a page: not a word about its lessons and cells."""
    fresh = [one for one in group.spreads if not (one.closed or one.taken)]
    if not fresh:
        return []
    spread = draw.choice(fresh)
    _has, lacks, on_paper = _sides(spread, draw)
    lacks.columns = {place: Column() for place in lacks.columns} if draw.random() < 0.5 else {}
    lacks.finals = {}
    spread.closed = True
    code = "DATE_ONLY_PAPER" if on_paper else "DATE_ONLY_DIARY"
    return [both_ways(Truth(code, "page", "high", spread.group, spread.subject, "", 0, 0))]


# --- pupils -----------------------------------------------------------------------------------------------------------


def _free_pupil(group: Group, draw: random.Random) -> int | None:
    """A pupil no cell plant has touched: whole columns do not name anybody."""
    touched = {place[1] for one in group.spreads for place in one.taken if place[0] == "final"}
    free = [pupil for pupil in group.pupils if pupil not in group.taken and pupil not in touched]
    return draw.choice(free) if free and not any(one.taken or one.closed for one in group.spreads) else None


def roster(_world: World, group: Group, draw: random.Random) -> list[Planted]:
    """A pupil of one side's lists only, with whatever the other side still has of him."""
    pupil = _free_pupil(group, draw)
    if pupil is None:
        return []
    group.taken.add(pupil)
    from_paper = draw.random() < 0.5
    for spread in group.spreads:
        sheet = spread.paper if from_paper else spread.diary
        sheet.members.discard(pupil)
        if draw.random() < 0.7:
            for column in sheet.columns.values():
                column.marks.pop(pupil, None)
    if not from_paper:
        for _number, who in group.lists.values():
            who.discard(pupil)
    return [both_ways(Truth("ROSTER_DIFF", "pupil", "high", group.name, "", "", 0, pupil))]


def subgroup(_world: World, group: Group, draw: random.Random) -> list[Planted]:
    """In one subgroup on paper, in the other in the diary: the pupil's marks went along."""
    pupil = _free_pupil(group, draw)
    if pupil is None:
        return []
    group.taken.add(pupil)
    halves = [one for one in group.spreads if one.group != group.name]
    here = next(one for one in halves if pupil in one.paper.members)
    there = next(one for one in halves if one is not here)
    here.diary.members.discard(pupil)
    there.diary.members.add(pupil)
    here.diary.finals.pop(pupil, None)
    for place, column in here.diary.columns.items():
        if mark := column.marks.pop(pupil, None):
            there.diary.columns[place].marks[pupil] = mark
    group.lists[here.group][1].discard(pupil)
    group.lists[there.group][1].add(pupil)
    truth = Truth("SUBGROUP_DIFF", "pupil", "high", here.group, "", "", 0, pupil)
    return [both_ways(truth, group=there.group)]


def two_subgroups(_world: World, group: Group, draw: random.Random) -> list[Planted]:
    """The diary has a pupil in both subgroups of the division."""
    pupil = _free_pupil(group, draw)
    if pupil is None:
        return []
    group.taken.add(pupil)
    there = next(one for one in group.spreads if one.group != group.name and pupil not in one.paper.members)
    there.diary.members.add(pupil)
    group.lists[there.group][1].add(pupil)
    here = next(f"subgroup:{group.name[5:]}:{half}" for half in HALVES if not there.group.endswith(half))
    truth = Truth("SUBGROUP_DIFF", "pupil", "high", here, "", "", 0, pupil)
    return [both_ways(truth, group=there.group)]


def no_consent(world: World, group: Group, draw: random.Random) -> list[Planted]:
    """A pupil without consent: on the diary's list or by right on paper only, with marks that count nowhere."""
    pupil = _free_pupil(group, draw)
    if pupil is None:
        return []
    group.taken.add(pupil)
    world.consentless.add(pupil)
    if draw.random() < 0.5:
        for spread in group.spreads:
            spread.diary.members.discard(pupil)
            for column in spread.diary.columns.values():
                column.marks.pop(pupil, None)
            spread.diary.finals.pop(pupil, None)
        for _number, who in group.lists.values():
            who.discard(pupil)
        return []
    lists = [name for name, (_number, who) in group.lists.items() if pupil in who]
    return [both_ways(Truth("NO_CONSENT_IN_DIARY", "pupil", "critical", one, "", "", 0, pupil)) for one in lists]


PUPILS: dict[str, Plant] = {
    "roster": roster,
    "subgroup": subgroup,
    "two subgroups": two_subgroups,
}
"""Planted before anything touches a page."""
PLANTS: dict[str, Plant] = {
    "unkept page": unkept_page,
    "date only": date_only,
    "shifted": shifted,
    "marks shifted": marks_shifted,
    "mark": cell_plant(("5", ""), ("4", ""), "MARK_DIFF", "high"),
    "fraction": cell_plant(("4 5", "4/5"), ("4", ""), "MARK_DIFF", "high"),
    "order": cell_plant(("4 5", "4/5"), ("5 4", "5/4"), "MARK_DIFF", "low"),
    "only paper": cell_plant(("5", ""), ("", ""), "MARK_ONLY_PAPER", "high"),
    "only diary": cell_plant(("", ""), ("3", ""), "MARK_ONLY_DIARY", "high"),
    "absent": cell_plant(("н", ""), ("", ""), "ABSENCE_DIFF", "high"),
    "absent with mark": cell_plant(("4", ""), ("б", ""), "ABSENCE_DIFF", "high"),
    "reason": cell_plant(("уп", ""), ("б", ""), "ABSENCE_REASON_DIFF", "medium"),
    "mark on absent": cell_plant(("4 н", ""), ("4 н", ""), "MARK_ON_ABSENT", "review"),
    "illegal": cell_plant(("", "5-"), ("5", ""), "ILLEGAL_SYMBOL", "medium"),
    "scale": cell_plant(("1", ""), ("1", ""), "SCALE", "medium"),
    "scale differs": cell_plant(("1", ""), ("2", ""), "SCALE", "medium"),
    "grade 1": grade1_mark,
    "final": final_plant("5", "4", "FINAL_DIFF", "critical"),
    "final missing": final_plant("5", "", "FINAL_DIFF", "critical"),
    "topic": text_plant("topic", "Корень степени n", "Рациональные числа", "TOPIC_DIFF", "medium"),
    "topic near": text_plant("topic", "Квадратный корень", "Квадратные корень", "TOPIC_DIFF", "low"),
    "topic missing": text_plant("topic", "", "Квадратный корень", "TOPIC_MISSING", "medium"),
    "homework": text_plant("homework", "§ 12", "§ 13", "HOMEWORK_DIFF", "medium"),
    "homework missing": text_plant("homework", "§ 12", "", "HOMEWORK_MISSING", "low"),
    "same absence": cell_plant(("нп", ""), ("н", "H"), "", ""),
    "same topic": text_plant("topic", "Контрольная работа. Объём", "к/р: объем", "", ""),
    "same homework": text_plant("homework", "параграф 3, стр. 5", "§3; с.5", "", ""),
}
