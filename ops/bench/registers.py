"""Made-up registers of any size for the benches: a paper and a diary that differ in one cell of a thousand."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import polars as pl

from gateway.register.context import Context
from state.identity import SourcedId, calendar_id, form_id, period_id, pupil_id, staff_id, subject_id
from state.records import GradingPeriod
from state.register import EPOCH, PAGE_SHIFT, PERSON_BITS, CellKind, Page, RegisterCell, pack, unpack

PUPILS, LESSONS, SUBJECTS = 25, 34, 12
STARTS, ENDS = date(2026, 9, 1), date(2026, 10, 25)
CALENDAR = calendar_id(2026, "quarter")
PERIOD = GradingPeriod(
    sourced_id=period_id(CALENDAR, 1), calendar=CALENDAR, name="1 четверть", number=1, starts=STARTS, ends=ENDS
)
TEACHER = staff_id("Образцова Анна Ивановна")
_MARKS = ("2", "3", "4", "5", "4 5", "н", "осв")
_WEIGHTS = (5, 20, 40, 25, 3, 6, 1)
_ENTERED = datetime(2026, 10, 1, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Registers:
    """Two sides of one school as the check takes them."""

    paper: pl.DataFrame
    diary: pl.DataFrame
    context: Context


def registers(cells: int, seed: int = 1) -> Registers:
    """About that many cells on each side: pages of 25 pupils and 34 lessons, every cell filled, 12 subjects a form."""
    chance, template = random.Random(seed), _page()
    count = max(1, round(cells / len(template)))
    keys = pl.Series("key", [key for key, _value in template], dtype=pl.Int64)
    people = (keys % (1 << PERSON_BITS)) > 0
    sides = []
    for page in range(count):
        step = ((page + 1) << PAGE_SHIFT) + people.cast(pl.Int64) * (page // SUBJECTS * PUPILS)
        sides.append(keys + step)
    key = pl.concat(sides)
    values = [value or chance.choices(_MARKS, _WEIGHTS)[0] for value in [value for _key, value in template] * count]
    paper = pl.DataFrame({"key": key, "value": values, "raw": ""}).sort("key")
    differing = chance.sample(range(len(paper)), len(paper) // 1000)
    told = {"author": pl.lit(TEACHER), "set_at": pl.lit(_ENTERED, dtype=pl.Datetime("us", "UTC"))}
    diary = changed(paper, differing).with_columns(**told, remote_id=pl.lit("2160000000000000001"))
    return Registers(paper, diary, _context(count))


def changed(side: pl.DataFrame, rows: list[int]) -> pl.DataFrame:
    """The side with another mark in each of these rows that is a mark; the other rows stay."""
    touched = pl.Series("row", rows, dtype=pl.UInt32).implode()
    is_mark = (pl.col("key") // (1 << PERSON_BITS) % 8) == int(CellKind.MARKS)
    other = pl.when(pl.col("value") == "5").then(pl.lit("3")).otherwise(pl.lit("5"))
    hit = pl.col("row").is_in(touched) & is_mark
    return side.with_row_index("row").with_columns(value=pl.when(hit).then(other).otherwise("value")).drop("row")


def register_cells(side: pl.DataFrame, context: Context) -> list[RegisterCell]:
    """The same cells as the diary or a paper page brings them."""
    cells = []
    for key, value, *rest in side.iter_rows():
        page, day, nth, kind, person = unpack(key)
        more = {"author": rest[1], "set_at": rest[2].astimezone(UTC), "remote_id": rest[3]} if len(rest) > 1 else {}
        who = context.persons[person] if person else None
        cells.append(
            RegisterCell(page=context.pages[page], day=day, nth=nth, kind=kind, person=who, value=value, **more)
        )
    return cells


def _page() -> list[tuple[int, str]]:
    """(key on page 0 with pupils 1.., value; blank: a mark to draw) of one page."""
    rows = [(pack(0, EPOCH, 0, CellKind.MEMBER, person), "1") for person in range(1, PUPILS + 1)]
    rows += [(pack(0, ENDS, 0, CellKind.FINAL, person), "4") for person in range(1, PUPILS + 1)]
    for lesson in range(LESSONS):
        day = STARTS + timedelta(days=lesson)
        rows.append((pack(0, day, 1, CellKind.LESSON, 0), f"3|{TEACHER}"))
        rows.append((pack(0, day, 1, CellKind.TOPIC, 0), f"Тема {lesson}. Степень числа и её свойства"))
        rows.append((pack(0, day, 1, CellKind.HOMEWORK, 0), f"§ {lesson}, № 12-14"))
        rows += [(pack(0, day, 1, CellKind.MARKS, person), "") for person in range(1, PUPILS + 1)]
    return rows


def _context(count: int) -> Context:
    forms = -(-count // SUBJECTS)
    groups = [form_id(2026, f"{5 + number % 7}Ф{number}") for number in range(forms)]
    pages = {
        page + 1: Page(group=groups[page // SUBJECTS], subject=subject_id(f"Предмет {page % SUBJECTS}"))
        for page in range(count)
    }
    persons: dict[int, SourcedId] = {number: pupil_id(f"А-{number}") for number in range(1, forms * PUPILS + 1)}
    return Context(pages=pages, persons=persons, grades=dict.fromkeys(groups, 7))
