"""The workbook of subgroups: a sheet per form, pupils down, divisions across, and who agreed below (R090).

The hidden sheet says which form a sheet is of and which groups a column has, so that no heading is ever guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from connectors.sources.formats import SUBGROUP_BOOK, Detected
from connectors.sources.grid import header_key
from connectors.sources.wire import Cell, Flaw, UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from connectors.sources.grid import Grid
    from connectors.sources.material import Material
    from connectors.sources.sheets import Book
    from connectors.sources.wire import Content

KEYS_SHEET, GUIDE_SHEET = "_sverka_groups", "Как заполнить"
MARK, VERSION = "sverka-subgroups", "1"
FORM, DIVISION = "form", "division"
NAME_HEADERS = ("Фамилия", "Имя", "Отчество")
FILE_HEADER = "№ личного дела"
TEACHER_AGREES = "Учитель согласовал (ФИО)"
TEACHER_DAY = "Дата согласования учителем"
TUTOR_AGREES = "Классный руководитель согласовал (ФИО)"
TUTOR_DAY = "Дата согласования классным руководителем"
_LABELS = (TEACHER_AGREES, TEACHER_DAY, TUTOR_AGREES, TUTOR_DAY)
_SECTION = "Согласование"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookDivision:
    """One way to split a form: the timetable's tag, the heading people see, and the names of the groups."""

    tag: str
    title: str
    groups: tuple[str, ...]


def division_title(subjects: Sequence[str], tag: str) -> str:
    """«Английский язык (деление 1)»: no two divisions of a form have the same."""
    return f"{', '.join(subjects)} (деление {tag})" if subjects else f"Деление {tag}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookPupil:
    family: str
    given: str
    patronymic: str
    file: str
    seats: Mapping[str, str] = field(default_factory=dict)
    """Division tag → group, where one is known already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookForm:
    """One form as it is handed out."""

    name: str
    pupils: tuple[BookPupil, ...]
    divisions: tuple[BookDivision, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatRow:
    """One pupil's line: the name, the personal file and a cell for each division by its tag."""

    where: str
    name: str
    file: str
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledForm:
    """One form as it came back. `tutor` and `teachers` (by division tag) hold the name's cell and the date's cell."""

    form: str
    divisions: tuple[BookDivision, ...]
    rows: tuple[SeatRow, ...]
    tutor: tuple[Cell, Cell]
    teachers: Mapping[str, tuple[Cell, Cell]]
    flaws: tuple[Flaw, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledBook:
    source: Content
    school_year: int
    forms: tuple[FilledForm, ...]


def recognise(material: Material) -> Detected | None:
    grid = material.workbook
    return Detected(SUBGROUP_BOOK, VERSION) if grid and KEYS_SHEET in grid.sheets else None


def read_subgroup_book(material: Material) -> FilledBook:
    """Every form's sheet. Raises UnreadableFile (SUBGROUP_BOOK_BROKEN) where the hidden sheet says nothing clear."""
    book = material.book
    if book is None:
        raise UnreadableFile("это не книга подгрупп", material.name, code="SUBGROUP_BOOK_BROKEN")
    year, forms = _keys(book, material.name)
    filled = tuple(_filled(book, sheet, name, divisions) for sheet, (name, divisions) in forms.items())
    aside = book.aside(KEYS_SHEET, GUIDE_SHEET, *forms)
    first = replace(filled[0], flaws=(*filled[0].flaws, *aside))
    return FilledBook(source=material.source, school_year=year, forms=(first, *filled[1:]))


def _keys(book: Book, name: str) -> tuple[int, dict[str, tuple[str, list[BookDivision]]]]:
    rows = [[cell.text for cell in row] for row in book.grid(KEYS_SHEET).rows]
    mark, version, year = (*rows[0], "", "", "")[:3] if rows else ("", "", "")
    if (mark, version) != (MARK, VERSION) or not (year.isdigit() and len(year) == 4):
        raise UnreadableFile("служебный лист повреждён", name, code="SUBGROUP_BOOK_BROKEN")
    forms: dict[str, tuple[str, list[BookDivision]]] = {}
    for row in rows[1:]:
        kind, sheet, told, title, *groups = (*row, "", "", "", "")
        if kind == FORM and sheet and told:
            forms[sheet] = (told, [])
        elif kind == DIVISION and sheet in forms and title and any(groups):
            named = tuple(group for group in groups if group)
            forms[sheet][1].append(BookDivision(tag=told, title=title, groups=named))
    names = [told for told, _ in forms.values()]
    if not names or len(set(names)) < len(names):
        raise UnreadableFile("служебный лист повреждён", name, code="SUBGROUP_BOOK_BROKEN")
    return int(year), forms


def _filled(book: Book, sheet: str, form: str, divisions: Sequence[BookDivision]) -> FilledForm:
    place = f"{book.content.name}!{sheet}"
    nothing = Cell("", place)
    empty = FilledForm(form=form, divisions=tuple(divisions), rows=(), tutor=(nothing, nothing), teachers={})
    if sheet not in book.visible:
        return _with(empty, Flaw(code="SUBGROUP_SHEET_CHANGED", where=place, raw=sheet, blocks=True))
    grid = book.grid(sheet)
    head = _header(grid)
    if head is None:
        return _with(empty, Flaw(code="SUBGROUP_SHEET_CHANGED", where=place, raw=sheet, blocks=True))
    columns: dict[str, int] = {}
    for column, cell in enumerate(grid.rows[head]):
        if cell.text:
            columns.setdefault(header_key(cell.text), column)
    lost = [one for one in divisions if header_key(one.title) not in columns]
    seats = {one.tag: columns[header_key(one.title)] for one in divisions if one not in lost}
    signed = _signatures(grid, head)
    return FilledForm(
        form=form,
        divisions=tuple(one for one in divisions if one not in lost),
        rows=tuple(_rows(grid, head, columns, seats)),
        tutor=(_first(signed.get(TUTOR_AGREES), nothing), _first(signed.get(TUTOR_DAY), nothing)),
        teachers={
            tag: (_at(signed.get(TEACHER_AGREES), column, nothing), _at(signed.get(TEACHER_DAY), column, nothing))
            for tag, column in seats.items()
        },
        flaws=(
            *(Flaw(code="SUBGROUP_SHEET_CHANGED", where=place, raw=one.title, blocks=True) for one in lost),
            *_formulas(grid),
            *_strays(grid, head, set(columns.values()), set(seats.values())),
        ),
    )


def _formulas(grid: Grid) -> Iterator[Flaw]:
    for row, column in sorted(grid.formulas):
        if row < len(grid.values) and column < len(grid.values[row]):
            yield Flaw(code="FORMULA", where=grid.cell(row, column).where)


def _strays(grid: Grid, head: int, columns: set[int], seats: set[int]) -> Iterator[Flaw]:
    """What stands below the headings where nothing is read: notes beside the list, a second signature."""
    labels = {header_key(label): label for label in _LABELS}
    for row in grid.rows[head + 1 :]:
        keys = [header_key(cell.text) for cell in row]
        label = next((labels[key] for key in keys if key in labels), "")
        if header_key(_SECTION) in keys:
            read = {keys.index(header_key(_SECTION))}
        elif label in {TEACHER_AGREES, TEACHER_DAY}:
            read = seats | {keys.index(header_key(label))}
        elif label:
            place = keys.index(header_key(label))
            read = {place, next((column for column in range(place + 1, len(row)) if keys[column]), place)}
        else:
            read = columns
        for column, cell in enumerate(row):
            if cell.text and column not in read:
                yield Flaw(code="SUBGROUP_CELL_STRAY", where=cell.where, raw=cell.text)


def _with(form: FilledForm, flaw: Flaw) -> FilledForm:
    return FilledForm(
        form=form.form, divisions=form.divisions, rows=(), tutor=form.tutor, teachers={}, flaws=(*form.flaws, flaw)
    )


def _header(grid: Grid) -> int | None:
    wanted = {header_key(FILE_HEADER), *map(header_key, NAME_HEADERS)}
    return next((number for number, keys in enumerate(grid.heads) if wanted <= set(keys)), None)


def _rows(grid: Grid, head: int, columns: Mapping[str, int], seats: Mapping[str, int]) -> Iterator[SeatRow]:
    labels = {*map(header_key, _LABELS), header_key(_SECTION)}
    for number in range(head + 1, len(grid.rows)):
        row = grid.rows[number]
        if labels.intersection(header_key(cell.text) for cell in row):
            continue
        names = [row[columns[header_key(header)]].text for header in NAME_HEADERS]
        file = row[columns[header_key(FILE_HEADER)]].text
        cells = {tag: row[column] for tag, column in seats.items()}
        if file or any(names) or any(cell.text for cell in cells.values()):
            yield SeatRow(where=grid.line(number), name=" ".join(filter(None, names)), file=file, cells=cells)


def _signatures(grid: Grid, head: int) -> dict[str, tuple[int, tuple[Cell, ...]]]:
    """Label → its column and its row."""
    keys = {header_key(label): label for label in _LABELS}
    found: dict[str, tuple[int, tuple[Cell, ...]]] = {}
    for row in grid.rows[head + 1 :]:
        for column, cell in enumerate(row):
            if label := keys.get(header_key(cell.text)):
                found.setdefault(label, (column, row))
    return found


def _first(found: tuple[int, tuple[Cell, ...]] | None, nothing: Cell) -> Cell:
    """The first filled cell right of the label."""
    column, row = found or (0, ())
    return next((cell for cell in row[column + 1 :] if cell.text), nothing)


def _at(found: tuple[int, tuple[Cell, ...]] | None, column: int, nothing: Cell) -> Cell:
    return found[1][column] if found else nothing
