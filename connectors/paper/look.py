"""How a page looks: a few quiet colours, one format per kind of cell, made once per workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connectors.paper.layout import Label, Slot

if TYPE_CHECKING:
    from xlsxwriter import Workbook

INK, MUTED, GRID, MONTH_EDGE = "#1F2A37", "#5B6B7C", "#C3CED9", "#7C90A5"
HEAD_FILL, ZEBRA_FILL, SPARE_FILL, FINAL_FILL, BOX_FILL = "#E4ECF4", "#F6F9FC", "#FFF8E1", "#EAF5EC", "#FFFFFF"
DONE_FILL, STRUCK_FILL = "#CDEBD3", "#D9DDE2"
FONT = "Arial"

_BASE: dict[str, Any] = {"font_name": FONT, "font_size": 11, "font_color": INK, "valign": "vcenter"}
_GRID: dict[str, Any] = {"border": 1, "border_color": GRID}
_MIDDLE: dict[str, Any] = {"align": "center"}
_HEAD: dict[str, Any] = {**_GRID, **_MIDDLE, "bg_color": HEAD_FILL, "bold": True, "text_wrap": True}

_LABELS: dict[Label, dict[str, Any]] = {
    Label.TITLE: {"font_size": 16, "bold": True},
    Label.INFO: {"font_color": MUTED},
    Label.HINT: {"font_size": 10, "italic": True, "font_color": MUTED},
    Label.CAPTION: {"align": "right", "bold": True},
    Label.HEAD: _HEAD,
    Label.MONTH: _HEAD,
    Label.SUBJECT: {**_HEAD, "rotation": 90},
    Label.DAY: {**_HEAD, "font_size": 12},
    Label.SPARE: {**_GRID, **_MIDDLE, "bg_color": SPARE_FILL, "font_size": 9, "font_color": MUTED},
    Label.NUMBER: {**_GRID, **_MIDDLE, "bg_color": HEAD_FILL, "font_color": MUTED},
    Label.PUPIL: {**_GRID, "bg_color": HEAD_FILL, "align": "left", "indent": 1, "shrink": True},
    Label.LESSON: {**_GRID, **_MIDDLE, "bg_color": HEAD_FILL},
}

# Text format: Excel would turn 4/5 into the fifth of April.
_TYPED: dict[str, Any] = {**_GRID, "num_format": "@", "locked": False}
_SLOTS: dict[Slot, dict[str, Any]] = {
    Slot.MARK: {**_TYPED, **_MIDDLE, "font_size": 12},
    Slot.FINAL: {**_TYPED, **_MIDDLE, "font_size": 12, "bold": True, "bg_color": FINAL_FILL},
    Slot.TOPIC: {**_TYPED, "text_wrap": True, "align": "left", "indent": 1},
    Slot.HOMEWORK: {**_TYPED, "text_wrap": True, "align": "left", "indent": 1},
    Slot.RIGHT: {**_TYPED, **_MIDDLE},
    Slot.ON_PAPER: {**_TYPED, **_MIDDLE, "font_size": 9, "font_color": MUTED},
    Slot.DATE: {**_TYPED, **_MIDDLE, "bg_color": SPARE_FILL},
    Slot.NAME: {**_TYPED, "align": "left", "indent": 1, "bg_color": SPARE_FILL, "shrink": True},
    Slot.SUBJECT: {**_TYPED, **_MIDDLE, "bold": True, "rotation": 90, "text_wrap": True, "bg_color": SPARE_FILL},
    Slot.WHOLE: {**_TYPED, **_MIDDLE, "bold": True, "bg_color": BOX_FILL, "border": 2, "border_color": MONTH_EDGE},
    Slot.BY: {**_TYPED, "align": "left", "indent": 1, "bg_color": BOX_FILL, "border": 2, "border_color": MONTH_EDGE},
}


class Look:
    """The formats of one workbook, each made when first asked for."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def label(self, label: Label, *, spare: bool = False, edge: bool = False) -> Any:
        extra = {"bg_color": SPARE_FILL} if spare and label in (Label.NUMBER, Label.LESSON) else {}
        return self._format({**_LABELS[label], **extra, **_edge(edge)})

    def slot(self, slot: Slot, *, spare: bool = False, odd: bool = False, edge: bool = False) -> Any:
        style = _SLOTS[slot]
        fill = SPARE_FILL if spare else ZEBRA_FILL if odd else ""
        extra = {"bg_color": fill} if fill and slot in (Slot.MARK, Slot.RIGHT, Slot.TOPIC, Slot.HOMEWORK) else {}
        return self._format({**style, **extra, **_edge(edge)})

    def done(self) -> Any:
        """For the box answered «да»."""
        return self._book.add_format({"bg_color": DONE_FILL})

    def struck(self) -> Any:
        """For a date answered «нет»."""
        return self._book.add_format({"bg_color": STRUCK_FILL, "font_color": MUTED, "font_strikeout": True})

    def guide(self, **style: Any) -> Any:
        return self._format({"text_wrap": True, "valign": "top", **style})

    def _format(self, style: dict[str, Any]) -> Any:
        full = {**_BASE, **style}
        key = tuple(sorted(full.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(full)
        return self._made[key]


def _edge(edge: bool) -> dict[str, Any]:
    """A darker left line where a month begins."""
    return {"left": 2, "left_color": MONTH_EDGE} if edge else {}
