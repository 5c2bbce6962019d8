"""Made-up FET files: a school of two forms, and what the program exports of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

DAYS = ("А-Понедельник", "А-Вторник", "Б-Понедельник", "Б-Вторник")
HOURS = ("08:30", "09:25", "10:30")
YEARS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "7А": {
        "7А-англ1": ("7А-а1м", "7А-а1д"),
        "7А-англ2": ("7А-а2м", "7А-а2д"),
        "7А мальчики": ("7А-а1м", "7А-а2м"),
        "7А девочки": ("7А-а1д", "7А-а2д"),
    },
    "7Б": {},
}
"""Two divisions of 7А cross in its four atoms."""
ACTIVITIES: Sequence[Mapping[str, str]] = (
    {"Id": "1", "Subject": "Алгебра", "Teacher": "Козлова О.В.", "Students": "7А", "Duration": "2"},
    {"Id": "2", "Subject": "Английский", "Teacher": "Ли Ян", "Students": "7А-англ1"},
    {"Id": "3", "Subject": "Английский", "Teacher": "Ли Ян", "Students": "7А-англ2"},
    {"Id": "4", "Subject": "Физика", "Teacher": "Козлова О.В.+Ли Ян", "Students": "7А+7Б"},
    {"Id": "5", "Subject": "Труд", "Teacher": "Ли Ян", "Students": "7А мальчики"},
    {"Id": "6", "Subject": "Хор", "Teacher": "", "Students": "7А-а1м"},
    {"Id": "7", "Subject": "Хор", "Teacher": "", "Students": "7Б", "Active": "false"},
    {"Id": "8", "Subject": "Совещание", "Teacher": "Ли Ян", "Students": ""},
)
PLACES: Mapping[str, tuple[str, str, str]] = {
    "1": ("А-Понедельник", "08:30", "215"),
    "2": ("А-Вторник", "10:30", "110"),
    "3": ("Б-Вторник", "10:30", "110"),
    "4": ("Б-Понедельник", "09:25", ""),
    "5": ("А-Вторник", "08:30", "мастерская"),
    "6": ("А-Вторник", "09:25", ""),
    "8": ("А-Вторник", "09:25", ""),
}
"""Of every active activity."""


def plan(
    *,
    days: Sequence[str] = DAYS,
    hours: Sequence[str] = HOURS,
    years: Mapping[str, Mapping[str, Sequence[str]]] = YEARS,
    activities: Sequence[Mapping[str, str]] = ACTIVITIES,
    more: str = "",
) -> str:
    """A `.fet` file; `+` in a teacher or a set parts several."""
    subjects = dict.fromkeys(activity["Subject"] for activity in activities)
    teachers = dict.fromkeys(name for one in activities for name in one.get("Teacher", "").split("+") if name)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<fet version="6.8.5">',
        _list("Days_List", "Day", days),
        _list("Hours_List", "Hour", hours),
        _list("Subjects_List", "Subject", subjects),
        _list("Teachers_List", "Teacher", teachers),
        _list("Rooms_List", "Room", ("215", "110", "мастерская")),
        "<Students_List>",
        *(_year(name, groups) for name, groups in years.items()),
        "</Students_List>",
        "<Activities_List>",
        *(_activity(activity) for activity in activities),
        "</Activities_List>",
        more,
        "</fet>",
    ]
    return "\n".join(lines)


def _list(table: str, tag: str, names: Sequence[str] | Mapping[str, object]) -> str:
    rows = "\n".join(f"<{tag}><Name>{name}</Name></{tag}>" for name in names)
    return f"<{table}>\n<Number>{len(names)}</Number>\n{rows}\n</{table}>".replace(
        "<Number>", "<Number_of_Items>"
    ).replace("</Number>", "</Number_of_Items>")


def _year(name: str, groups: Mapping[str, Sequence[str]]) -> str:
    inside = "\n".join(
        f"<Group><Name>{group}</Name>"
        + "".join(f"<Subgroup><Name>{atom}</Name></Subgroup>" for atom in atoms)
        + "</Group>"
        for group, atoms in groups.items()
    )
    return f"<Year><Name>{name}</Name>\n{inside}</Year>"


def _activity(fields: Mapping[str, str]) -> str:
    full = {"Duration": "1", "Active": "true", **fields}
    parts = "".join(
        f"<{tag}>{value}</{tag}>"
        for tag, text in full.items()
        for value in (text.split("+") if tag in {"Teacher", "Students"} else (text,))
        if value
    )
    return f"<Activity>{parts}</Activity>"


def result(places: Mapping[str, tuple[str, str, str]] = PLACES) -> str:
    """`*_activities.xml`."""
    rows = "\n".join(
        f"<Activity><Id>{key}</Id><Day>{day}</Day><Hour>{hour}</Hour><Room>{room}</Room></Activity>"
        for key, (day, hour, room) in places.items()
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Activities_Timetable>\n{rows}\n</Activities_Timetable>'


def table(places: Mapping[str, tuple[str, str, str]] = PLACES, hours: Sequence[str] = HOURS) -> str:
    """`*_timetable.csv`: a row for every hour, with a byte order mark, all quoted."""
    head = ("Activity Id", "Day", "Hour", "Students Sets", "Subject", "Teachers", "Activity Tags", "Room", "Comments")
    rows: list[tuple[str, ...]] = [head]
    for activity in ACTIVITIES:
        if activity["Id"] not in places:
            continue
        day, hour, room = places[activity["Id"]]
        first = hours.index(hour)
        for occupied in hours[first : first + int(activity.get("Duration", "1"))]:
            told = (activity["Students"], activity["Subject"], activity.get("Teacher", ""), "", room, "")
            rows.append((activity["Id"], day, occupied, *told))
    return "\ufeff" + "\n".join(",".join(f'"{value}"' for value in row) for row in rows) + "\n"


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """The folder with these files in it."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder
