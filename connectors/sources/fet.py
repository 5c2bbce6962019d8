"""FET: the timetable's own file, with what the program exported beside it, read as they stand.

Two files make one timetable: the plan (`.fet`) and a result (`*_activities.xml` or `*_timetable.csv`). They come in one
folder or archive, or the result alone finds its plan beside it; what belongs together is told by the activities' ids.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple

from connectors.sources.content import load, unpacked
from connectors.sources.delimited import read_delimited
from connectors.sources.fet_elements import read_constraints, read_plan, read_result
from connectors.sources.fet_table import OTHER_TABLES, TIMETABLE, read_rows, table_alone
from connectors.sources.fet_wire import FetFile, PlacedBy
from connectors.sources.formats import FET, Detected
from connectors.sources.sheets import find_header, read_table
from connectors.sources.wire import Content, Flaw, UnreadableFile
from connectors.sources.xml import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lxml.etree import _Element

    from connectors.sources.fet_wire import FetPlacement
    from connectors.sources.grid import Grid
    from connectors.sources.material import Material
    from connectors.sources.wire import Table

_RESULT = "activities_timetable"
_HEAD = 4096
_PLAN = re.compile(rb"<fet\b", re.IGNORECASE)
_RESULT_HEAD = re.compile(rb"<activities_timetable|Activity Id", re.IGNORECASE)
_TABLE = re.compile(rb"Activity Id", re.IGNORECASE)
_OTHER_RESULTS = frozenset({"students_timetable", "teachers_timetable", "rooms_timetable"})
MAX_NEIGHBOURS = 20
"""Plans looked into beside a lone result."""


class _Look(NamedTuple):
    """What a file turned out to be; nothing of both for one that is damaged or of another kind."""

    root: _Element | None = None
    guessed: bool = False
    """The encoding of its XML was."""
    table: Table | None = None


class _Plan(NamedTuple):
    source: Content
    root: _Element
    guessed: bool


class _Result(NamedTuple):
    """With a root it is `*_activities.xml`; else `*_timetable.csv`."""

    source: Content
    root: _Element | None
    guessed: bool
    table: Table | None


class _Found(NamedTuple):
    plans: tuple[_Plan, ...]
    results: tuple[_Result, ...]
    others: tuple[Content, ...]
    """Files of the package that are neither."""


def recognise(material: Material) -> Detected | None:
    """FET by its root element, by the columns of its table, or by a plan inside a package."""
    root = material.xml[0] if material.xml else None
    if root is not None:
        return _by_root(root)
    if material.package:
        roots = (_look(source).root for source in material.package.files.values() if _PLAN.search(source.data[:_HEAD]))
        plan = next((root for root in roots if root is not None and _tag(root) == "fet"), None)
        if plan is None:
            return Detected(FET) if any(map(_is_result, material.package.files.values())) else None
        return Detected(FET, _version(plan))
    return _by_columns(material.table) if material.table else None


def _by_root(root: _Element) -> Detected | None:
    tag = _tag(root)
    if tag == "fet":
        return Detected(FET, _version(root))
    if tag in _OTHER_RESULTS:
        return Detected(FET, code="FET_NOT_NEEDED")
    return Detected(FET) if tag == _RESULT else None


def _by_columns(table: Grid) -> Detected | None:
    if find_header(table, TIMETABLE) is not None:
        return Detected(FET)
    known = any(find_header(table, layout) is not None for layout in OTHER_TABLES)
    return Detected(FET, code="FET_NOT_NEEDED") if known else None


def _is_result(source: Content) -> bool:
    head = source.data[:_HEAD]
    if not _RESULT_HEAD.search(head):
        return False
    look = _look(source)
    return look.table is not None or (look.root is not None and _tag(look.root) == _RESULT)


def _version(root: _Element) -> str:
    return str(root.get("version", "")).strip()[:20]


def read_fet(material: Material) -> FetFile:
    """The timetable as typed rows; a bad element is a flaw with its line, never an error.

    Raises UnreadableFile: FET_WITHOUT_PLAN, FET_SEVERAL.
    """
    found = _in_package(material) if material.package else _single(material)
    flaws = [*(material.package.flaws if material.package else ()), *_unneeded(found.others)]
    result = _best(found.results)
    flaws += _unneeded(one.source for one in found.results if one is not result)
    if result is None:
        plan = _only(found.plans, material.name)
    else:
        plans = found.plans or tuple(_beside(material))
        fitting = _fitting(plans, result)
        if not fitting and result.table is not None:
            return table_alone(result.source, result.table, [*flaws, *_unneeded(one.source for one in found.plans)])
        plan = _only(fitting, material.name)
    flaws += _unneeded(one.source for one in found.plans if one is not plan)
    return _together(material.source, plan, result, flaws)


def _together(source: Content, plan: _Plan, result: _Result | None, flaws: list[Flaw]) -> FetFile:
    flaws += [
        Flaw(code="ENCODING_GUESSED", where=one.source.name, raw="windows-1251")
        for one in (plan, result)
        if one is not None and one.guessed
    ]
    whole = read_plan(plan.root, plan.source, flaws)
    placed: Sequence[FetPlacement]
    if result is None:
        placed_by, placed = PlacedBy.CONSTRAINTS, read_constraints(plan.root, plan.source, whole, flaws)
    elif result.root is not None:
        placed_by, placed = PlacedBy.RESULT, read_result(result.root, result.source, whole, flaws)
    else:
        placed_by, placed = PlacedBy.TABLE, read_rows(result.table, flaws) if result.table else ()
    files = [plan.source, *([result.source] if result else [])]
    digest = files[0].sha256 if len(files) == 1 else _digest(files)
    return FetFile(
        source=Content(name=source.name, data=source.data, sha256=digest),
        mode=whole.mode,
        alone=False,
        placed_by=placed_by,
        days=whole.days,
        hours=whole.hours,
        subjects=whole.subjects,
        teachers=whole.teachers,
        rooms=whole.rooms,
        years=whole.years,
        activities=whole.activities,
        placements=tuple(placed),
        flaws=tuple(flaws),
    )


def _digest(files: Iterable[Content]) -> str:
    return hashlib.sha256("".join(one.sha256 for one in files).encode()).hexdigest()


# --- which files there are -------------------------------------------------------------------------------------------


def _single(material: Material) -> _Found:
    if material.xml is not None:
        root, guessed = material.xml
        if _tag(root) == "fet":
            return _Found((_Plan(material.source, root, guessed),), (), ())
        return _Found((), (_Result(material.source, root, guessed, None),), ())
    table = read_table(material.table, TIMETABLE) if material.table else None
    return _Found((), (_Result(material.source, None, False, table),), ())


def _in_package(material: Material) -> _Found:
    plans, results, others = [], [], []
    for source in material.package.files.values() if material.package else ():
        root, guessed, table = _look(source)
        if root is not None and _tag(root) == "fet":
            plans.append(_Plan(source, root, guessed))
        elif (root is not None and _tag(root) == _RESULT) or table is not None:
            results.append(_Result(source, root, guessed, table))
        else:
            others.append(source)
    return _Found(tuple(plans), tuple(results), tuple(others))


def _look(source: Content) -> _Look:
    try:
        data = unpacked(source)
        head = data[:256].removeprefix(b"\xef\xbb\xbf").lstrip()
        if head.startswith(b"<") and not head.lower().startswith((b"<html", b"<!doctype html")):
            return _Look(*parse(data, source.name))
        grid = read_delimited(source, data) if _TABLE.search(data[:_HEAD]) else None
        known = grid is not None and find_header(grid, TIMETABLE) is not None
        return _Look(table=read_table(grid, TIMETABLE) if grid and known else None)
    except UnreadableFile:
        return _Look()


def _beside(material: Material) -> Iterator[_Plan]:
    """Plans in the folder of a lone result."""
    folder = material.path.parent
    try:
        names = sorted(entry for entry in folder.iterdir() if entry.suffix.lower() == ".fet" and entry.is_file())
    except OSError:
        return
    for path in names[:MAX_NEIGHBOURS]:
        try:
            source = load(path)
        except UnreadableFile:
            continue
        look = _look(source)
        if look.root is not None and _tag(look.root) == "fet":
            yield _Plan(source, look.root, look.guessed)


# --- which belong together -------------------------------------------------------------------------------------------


def _best(results: Sequence[_Result]) -> _Result | None:
    """The result that tells of unplaced activities too, where there are several."""
    return min(results, key=lambda one: (one.root is None, one.source.name), default=None)


def _fitting(plans: Sequence[_Plan], result: _Result) -> tuple[_Plan, ...]:
    """Plans that have every activity of the result; of several, those named like it."""
    wanted = _result_ids(result)
    fitting = [plan for plan in plans if wanted <= {str(one.findtext("Id", "")).strip() for one in _activities(plan)}]
    named = [plan for plan in fitting if _stem(result.source.name).startswith(_stem(plan.source.name))]
    return tuple(named if len(named) == 1 else fitting)


def _activities(plan: _Plan) -> Iterator[_Element]:
    return plan.root.iterfind("Activities_List/Activity")


def _result_ids(result: _Result) -> frozenset[str]:
    if result.root is not None:
        return frozenset(str(one.findtext("Id", "")).strip() for one in result.root.iterfind("Activity"))
    rows = result.table.rows if result.table else ()
    return frozenset(row.text("Activity Id") for row in rows)


def _stem(name: str) -> str:
    return name.rpartition("/")[2].rpartition(".")[0].casefold()


def _only(plans: Sequence[_Plan], name: str) -> _Plan:
    if len(plans) == 1:
        return plans[0]
    if plans:
        raise UnreadableFile("в папке несколько расписаний FET", name, code="FET_SEVERAL")
    raise UnreadableFile("к результату FET нет самого расписания .fet", name, code="FET_WITHOUT_PLAN")


def _unneeded(files: Iterable[Content]) -> list[Flaw]:
    return [Flaw(code="FILE_NOT_USED", where=one.name, raw=one.name.rpartition("/")[2]) for one in files]


def _tag(root: _Element) -> str:
    return str(root.tag).casefold()
