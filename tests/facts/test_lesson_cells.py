"""The grammar of one cell of a school's own timetable: several dozen ways in which schools write it."""

from __future__ import annotations

import pytest

from mappings.sources.lesson_brackets import Brackets, key
from mappings.sources.lesson_cells import Share, items, joined_lines, names_of, split
from mappings.sources.lesson_teachers import Taught, is_name, shared_out, taught
from mappings.sources.weekdays import find_week, find_weekday

WEEK = (
    ["Английский язык (110)"],
    ["Информатика (305)"],
    ["Физика (215)"],
    ["Химия (216)"],
    ["Труд (технология)"],
    ["Русский язык (203)"],
    ["Литература (203)"],
    ["Ритмика (спорт.зал)"],
    ["История (Кванторий)"],
    ["Биология (Кванторий)"],
    ["География (Кванторий)"],
)
"""Other cells of the same sheet: they tell which names stand alone, and what hosts several subjects."""

CELLS = [
    # one subject, one room
    ("Алгебра (215)", [("Алгебра", "215")]),
    ("Алгебра(215)", [("Алгебра", "215")]),
    ("Алгебра ( 215 )", [("Алгебра", "215")]),
    ("Алгебра (215а)", [("Алгебра", "215а")]),
    ("Алгебра (каб. 215)", [("Алгебра", "каб. 215")]),
    ("Алгебра (№12)", [("Алгебра", "№12")]),
    ("Алгебра (2-15)", [("Алгебра", "2-15")]),
    ("Алгебра (2/15)", [("Алгебра", "2/15")]),
    ("Алгебра (А215)", [("Алгебра", "А215")]),
    # a room in words
    ("Физкультура (спорт.зал)", [("Физкультура", "спорт.зал")]),
    ("Физкультура (Спортзал)", [("Физкультура", "Спортзал")]),
    ("Физкультура (с/з)", [("Физкультура", "с/з")]),
    ("Физкультура (БАС)", [("Физкультура", "БАС")]),
    ("Труд (маст.)", [("Труд", "маст.")]),
    ("Хор (акт.зал)", [("Хор", "акт.зал")]),
    ("Экология (Кванторий)", [("Экология", "Кванторий")]),
    # no room
    ("Алгебра", [("Алгебра", "")]),
    ("Разговоры о важном", [("Разговоры о важном", "")]),
    # brackets of the name
    ("Труд (технология)", [("Труд (технология)", "")]),
    ("Труд(технология)", [("Труд (технология)", "")]),
    ("Труд (технология) (12)", [("Труд (технология)", "12")]),
    ("Труд (технология)(мастерская)", [("Труд (технология)", "мастерская")]),
    ("Математика (база) (215)", [("Математика (база)", "215")]),
    ("Математика (проф.) (спорт.зал)", [("Математика (проф.)", "спорт.зал")]),
    ("Математика (алгебра)", [("Математика (алгебра)", "")]),
    ("Ин.яз. (нем.) (110)", [("Ин.яз. (нем.)", "110")]),
    ("ОБЗР (основы (ВП)) (12)", [("ОБЗР (основы (ВП))", "12")]),
    # two groups of one subject
    ("Английский язык (110,111)", [("Английский язык", "110"), ("Английский язык", "111")]),
    ("Английский язык (110, 111)", [("Английский язык", "110"), ("Английский язык", "111")]),
    ("Английский язык (110;111)", [("Английский язык", "110"), ("Английский язык", "111")]),
    ("Физкультура (спорт.зал, БАС)", [("Физкультура", "спорт.зал"), ("Физкультура", "БАС")]),
    ("Английский язык (110,111,112)", [("Английский язык", room) for room in ("110", "111", "112")]),
    ("Труд (технология) (12,маст.)", [("Труд (технология)", "12"), ("Труд (технология)", "маст.")]),
    # halves with different subjects
    ("Английский язык, Информатика (110,305)", [("Английский язык", "110"), ("Информатика", "305")]),
    ("Информатика,Английский язык (305, 110)", [("Информатика", "305"), ("Английский язык", "110")]),
    ("Английский язык (110), Информатика (305)", [("Английский язык", "110"), ("Информатика", "305")]),
    ("Английский язык (110) Информатика (305)", [("Английский язык", "110"), ("Информатика", "305")]),
    ("Родной язык/литература (203)", [("Родной язык/литература", "203")]),
    ("Английский язык (110); Информатика (305)", [("Английский язык", "110"), ("Информатика", "305")]),
    ("Физика, Химия", [("Физика", ""), ("Химия", "")]),
    ("Труд (технология), Информатика (12,305)", [("Труд (технология)", "12"), ("Информатика", "305")]),
    # several lines
    ("Английский язык (110)\nИнформатика (305)", [("Английский язык", "110"), ("Информатика", "305")]),
    ("Английский язык (110)\nАнглийский язык (111)", [("Английский язык", "110"), ("Английский язык", "111")]),
    ("Английский\nязык (110)", [("Английский язык", "110")]),
    ("Английский язык\n(110)", [("Английский язык", "110")]),
    ("Физ-\nкультура (с/з)", [("Физ-культура", "с/з")]),
    ("Английский язык,\nИнформатика\n(110,305)", [("Английский язык", "110"), ("Информатика", "305")]),
    ("Английский язык (110,\n111)", [("Английский язык", "110"), ("Английский язык", "111")]),
    ("Физика\nХимия", [("Физика", ""), ("Химия", "")]),
]
DOUBTS = [
    ("Физкультура, Ритмика (спорт.зал)", "GRID_COMMA_UNCLEAR", [("Физкультура, Ритмика", "спорт.зал")]),
    ("Физика, Химия (215)", "GRID_ROOMS_DIFFER", [("Физика", ""), ("Химия", "")]),
    ("Физика, Химия (215,216,217)", "GRID_ROOMS_DIFFER", [("Физика", ""), ("Химия", "")]),
    ("Искусство, музыка, театр (12)", "GRID_COMMA_UNCLEAR", [("Искусство, музыка, театр", "12")]),
    ("(215)", "GRID_CELL_UNCLEAR", []),
]


def read(text: str, rooms: tuple[str, ...] = ()) -> tuple[list[tuple[str, str]], str, Brackets]:
    """(subject, room) of each group, the doubt, and what the brackets of the sheet mean."""
    lines = tuple(text.split("\n"))
    brackets = Brackets([*WEEK, lines], rooms)
    alone = {
        key(name) for cell in WEEK for item in items(cell[0], brackets.is_room) or () for name in names_of(item.name)
    }
    brackets.doubtful.clear()
    found = [items(line, brackets.is_room) for line in joined_lines(lines)]
    if None in found:
        return [], "GRID_CELL_UNCLEAR", brackets
    told = split([item for part in found if part for item in part], lambda name: key(name) in alone)
    return [(share.name, share.room) for share in told.shares], told.doubt, brackets


@pytest.mark.parametrize(("text", "expected"), CELLS, ids=[text for text, _ in CELLS])
def test_a_cell_is_taken_apart(text: str, expected: list[tuple[str, str]]) -> None:
    """Subjects with their rooms, in order; one of them is the whole form, several are its groups."""
    shares, doubt, brackets = read(text)
    assert (shares, doubt, brackets.doubtful) == (expected, "", set())


@pytest.mark.parametrize(("text", "code", "expected"), DOUBTS, ids=[text for text, _, _ in DOUBTS])
def test_a_doubt_is_told(text: str, code: str, expected: list[tuple[str, str]]) -> None:
    """Names that never stand alone are not parted at a comma, and a room nobody can place is not placed."""
    shares, doubt, _ = read(text)
    assert (shares, doubt) == (expected, code)


@pytest.mark.parametrize(
    "text",
    [
        "Алгебра (215",
        "Алгебра 215)",
        "Алгебра (215) ч/н",
        "Английский (110) Химия",
        "Физика (215) / Химия (216)",
        "Физика / Химия",
        "Физика (215/216)",
    ],
)
def test_what_cannot_be_taken_apart_is_not_guessed(text: str) -> None:
    """A bracket that is open, something behind the room without one of its own, a slash: groups or weeks?"""
    assert read(text)[:2] == ([], "GRID_CELL_UNCLEAR")


def test_an_unknown_bracket_stays_in_the_name_and_is_told() -> None:
    """Neither a number nor a word of the table, and only here: a room «Альфа», or a course «Альфа»?"""
    shares, _, brackets = read("Физика (Альфа)")
    assert shares == [("Физика (Альфа)", "")]
    assert brackets.doubtful == {("Физика", "Альфа")}


def test_the_sheet_of_teachers_decides_about_brackets() -> None:
    """What it has for a room is one; what it has not, is none."""
    shares, _, brackets = read("Физика (Альфа)", ("Альфа", "110"))
    assert (shares, brackets.doubtful) == ([("Физика", "Альфа")], set())
    shares, _, brackets = read("Физика (Бета)", ("Альфа", "110"))
    assert (shares, brackets.doubtful) == ([("Физика (Бета)", "")], set())
    assert read("Физика (технология)", ("технология",))[0] == [("Физика", "технология")]


# --- teachers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Козлова О.В.",
        "Козлова О. В.",
        "Козлова О.Вл.",
        "Сидорова Е..С.",
        "О.В. Козлова",
        "Ли Я.",
        "Салтыков-Щедрин М.Е.",
        "Козлова Ольга Васильевна",
        "Алиев Г.А",
        "Д'Артаньян Ш.",
        "Мамедов Вахтан Кызы",
    ],
)
def test_a_name_is_known(text: str) -> None:
    """As schedules spell them, traps included (formats.md §2b)."""
    assert is_name(text)


@pytest.mark.parametrize("text", ["классный час", "Разговоры о важном", "215", "-", "козлова о.в.", "ИЗО (12)", ""])
def test_other_words_are_no_name(text: str) -> None:
    """What is no name never becomes a person."""
    assert not is_name(text)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Козлова О.В. (215)", [("Козлова О.В.", ("215",))]),
        ("Козлова О.В.", [("Козлова О.В.", ())]),
        ("Козлова О.В., Ли Я.А. (215,110)", [("Козлова О.В.", ("215",)), ("Ли Я.А.", ("110",))]),
        ("Козлова О.В. (215)\nЛи Я.А. (110)", [("Козлова О.В.", ("215",)), ("Ли Я.А.", ("110",))]),
        ("Козлова О.В., Ли Я.А. (215)", [("Козлова О.В.", ("215",)), ("Ли Я.А.", ("215",))]),
        ("Козлова О.В. (215,110)", [("Козлова О.В.", ("215", "110"))]),
        ("Вакансия (215)", []),
        ("Козлова О.В., вакансия (215,110)", [("Козлова О.В.", ("215",))]),
    ],
)
def test_a_cell_of_teachers_is_taken_apart(cell: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    """Brackets hold nothing but rooms here; a vacancy is nobody."""
    found = taught(tuple(cell.split("\n")))
    assert found is not None
    assert [tuple(one) for one in found] == expected


@pytest.mark.parametrize(
    ("rooms", "found", "expected", "doubt"),
    [
        (["215"], [("A", ["215"])], [("A",)], ""),
        (["215"], [("A", ["215"]), ("B", ["215"])], [("A", "B")], ""),
        ([""], [("A", [])], [("A",)], ""),
        (["215"], [("A", ["216"])], [("A",)], "GRID_ROOMS_DISAGREE"),
        (["215", "110"], [("A", ["215"]), ("B", ["110"])], [("A",), ("B",)], ""),
        (["215", "110"], [("A", ["110"]), ("B", ["215"])], [("B",), ("A",)], ""),
        (["с/з", "с/з"], [("A", ["с/з"]), ("B", ["с/з"])], [("A",), ("B",)], ""),
        (["215", "110"], [("A", ["215"]), ("B", ["111"])], [(), ()], "GRID_ROOMS_DISAGREE"),
        (["215", "110"], [("A", []), ("B", [])], [("A",), ("B",)], ""),
        (["", ""], [("A", []), ("B", []), ("C", [])], [(), ()], "GRID_TEACHERS_DIFFER"),
        (["215", "110"], [("A", ["215"]), ("C", ["215"]), ("B", ["110"])], [("A", "C"), ("B",)], ""),
    ],
)
def test_a_room_tells_which_half_is_whose(
    rooms: list[str], found: list[tuple[str, list[str]]], expected: list[tuple[str, ...]], doubt: str
) -> None:
    """By the room where rooms differ, by the order where they do not; who disagrees teaches nobody's half."""
    shares, _, _ = read(", ".join(["Физика", "Химия"][: len(rooms)]))
    given = [Share(name, room) for (name, _), room in zip(shares, rooms, strict=True)]
    people = [Taught(name, tuple(places)) for name, places in found]
    assert shared_out(given, people) == (expected, doubt)


# --- weekdays and weeks ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "weekday"),
    [
        ("Понедельник", 1),
        ("ВТОРНИК", 2),
        ("ср", 3),
        ("Чт.", 4),
        ("П Я Т Н И Ц А", 5),
        ("Сб 12.09", 6),
        ("5-9 классы", None),
    ],
)
def test_a_weekday_is_found(text: str, weekday: int | None) -> None:
    """In full, in short, letter under letter, with a date beside it."""
    found = find_weekday(text)
    assert (found[0] if found else None) == weekday


@pytest.mark.parametrize(
    ("text", "week"),
    [
        ("чётная", 1),
        ("нечётная неделя", 0),
        ("нечет", 0),
        ("1 неделя", 0),
        ("2-я неделя", 1),
        ("неделя 2", 1),
        ("Неделя А", 0),
        ("неделя Б", 1),
        ("числитель", 0),
        ("знаменатель", 1),
        ("первая неделя", 0),
        ("5-9 классы", None),
        ("Лист1", None),
        ("2 смена", None),
        ("недельная нагрузка", None),
        ("на 11 неделю", None),
    ],
)
def test_a_week_is_found(text: str, week: int | None) -> None:
    """Names of sheets and titles; other numbers and words say nothing of a week."""
    assert find_week(text) == week
