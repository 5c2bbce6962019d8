"""The sheet «Сводная ведомость» of a form: pupils × subjects, the marks of one period, as paper has them (B1, G11)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xlsxwriter.utility import xl_rowcol_to_cell

from connectors.paper.layout import BOX_WIDTH, BY, WHOLE, YES, Label, Slot, lay_out_head
from connectors.paper.page import is_yes
from connectors.paper.wire import PaperSummary, PaperSummaryRow
from connectors.sources.wire import Flaw

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.paper.layout import Spot
    from connectors.paper.wire import PaperText, SummaryEntries, TemplateSummary

HEADS, FIRST = 5, 6
FIRST_SUBJECT = 2
HINT_TEXT = (
    "Итоговые отметки как в сводной ведомости бумажного журнала. Пусто — оставьте пусто. "
    "Предмета нет — впишите его над жёлтым столбцом."
)


@dataclass(frozen=True, slots=True)
class SummaryLayout:
    """`labels` and `slots` as on a page's `Layout`; the second number of a slot's place is the subject."""

    page: TemplateSummary
    labels: dict[Spot, tuple[Label, str]] = field(default_factory=dict)
    slots: dict[Spot, tuple[Slot, int, int]] = field(default_factory=dict)
    spans: dict[Spot, Spot] = field(default_factory=dict)

    @property
    def pupil_rows(self) -> int:
        return len(self.page.pupils) + self.page.spare_pupils

    @property
    def last_row(self) -> int:
        return FIRST + self.pupil_rows - 1

    @property
    def last_column(self) -> int:
        return FIRST_SUBJECT + max(self.subject_columns, BOX_WIDTH) - 1

    @property
    def subject_columns(self) -> int:
        return len(self.page.subjects) + self.page.spare_subjects

    @property
    def keys(self) -> tuple[str, ...]:
        """What the marks of each column stand under; of a spare one a key of its own."""
        return (*(key for key, _name in self.page.subjects), *map(written_key, range(self.page.spare_subjects)))

    def spot(self, slot: Slot, row: int = -1, column: int = -1) -> Spot:
        match slot:
            case Slot.FINAL:
                return FIRST + row, FIRST_SUBJECT + column
            case Slot.NAME:
                return FIRST + row, 1
            case Slot.SUBJECT:
                return HEADS, FIRST_SUBJECT + column
            case _:
                return (WHOLE if slot is Slot.WHOLE else BY), FIRST_SUBJECT


def written_key(number: int) -> str:
    """The key of a column whose subject is written in by hand: no subject has such a one."""
    return f"+{number}"


def lay_out_summary(page: TemplateSummary) -> SummaryLayout:
    """The plan of one form's sheet; the same sheet gives the same plan."""
    layout = SummaryLayout(page)
    labels, slots = layout.labels, layout.slots
    lay_out_head(layout, HINT_TEXT)
    labels[HEADS, 0], labels[HEADS, 1] = (Label.HEAD, "№"), (Label.HEAD, "Фамилия, имя")
    for column, (_key, name) in enumerate(page.subjects):
        labels[layout.spot(Slot.SUBJECT, column=column)] = Label.SUBJECT, name
    for column in range(len(page.subjects), layout.subject_columns):
        slots[layout.spot(Slot.SUBJECT, column=column)] = Slot.SUBJECT, -1, column
    for row in range(layout.pupil_rows):
        labels[FIRST + row, 0] = Label.NUMBER, str(row + 1)
        if row < len(page.pupils):
            labels[FIRST + row, 1] = Label.PUPIL, page.pupils[row][1]
        else:
            slots[layout.spot(Slot.NAME, row)] = Slot.NAME, row, -1
        for column in range(layout.subject_columns):
            slots[layout.spot(Slot.FINAL, row, column)] = Slot.FINAL, row, column
    return layout


def typed_summary(layout: SummaryLayout, entries: SummaryEntries) -> dict[Spot, str]:
    """What a person types, by place. Raises ValueError where the sheet has no place for it."""
    page = layout.page
    if len(entries.extra_pupils) > page.spare_pupils or len(entries.extra_subjects) > page.spare_subjects:
        raise ValueError("more extra pupils or subjects than spare rows or columns")
    rows = {name: row for row, name in enumerate([*(key for key, _ in page.pupils), *entries.extra_pupils])}
    columns = {key: at for at, key in enumerate([*(key for key, _ in page.subjects), *entries.extra_subjects])}
    values = {layout.spot(Slot.WHOLE): YES if entries.whole else "", layout.spot(Slot.BY): entries.by}
    values |= {layout.spot(Slot.NAME, rows[name]): name for name in entries.extra_pupils}
    values |= {layout.spot(Slot.SUBJECT, column=columns[name]): name for name in entries.extra_subjects}
    for (pupil, subject), text in entries.marks.items():
        if pupil not in rows or subject not in columns:
            raise ValueError(f"the sheet has no {pupil} or no {subject}")
        values[layout.spot(Slot.FINAL, rows[pupil], columns[subject])] = text
    return values


def read_summary(place: str, layout: SummaryLayout, texts: Mapping[Spot, PaperText], flaws: list[Flaw]) -> PaperSummary:
    """The sheet of these texts; a mark without a name or a subject and an answer that is no answer are flaws."""
    heads = {key: layout.spot(Slot.SUBJECT, column=column) for column, key in enumerate(layout.keys)}
    rows = [_row(place, layout, texts, row, flaws) for row in range(layout.pupil_rows)]
    whole = is_yes(texts.get(layout.spot(Slot.WHOLE)), default=False, flaws=flaws)
    by = texts.get(layout.spot(Slot.BY))
    return PaperSummary(
        sheet=place.rpartition("!")[2],
        form=layout.page.form,
        period=layout.page.period,
        ends=layout.page.ends,
        whole=whole,
        by=by.text if by else "",
        subjects=tuple(key for key, _name in layout.page.subjects),
        written={key: texts[spot] for key, spot in heads.items() if spot in texts},
        rows=tuple(row for row in rows if row),
        flaws=tuple(flaws),
    )


def _row(
    place: str, layout: SummaryLayout, texts: Mapping[Spot, PaperText], row: int, flaws: list[Flaw]
) -> PaperSummaryRow | None:
    """The row's marks by subject; None for a spare row that nobody used."""
    marks: dict[str, PaperText] = {}
    for column, key in enumerate(layout.keys):
        mark = texts.get(layout.spot(Slot.FINAL, row, column))
        if mark and column >= len(layout.page.subjects) and layout.spot(Slot.SUBJECT, column=column) not in texts:
            flaws.append(Flaw(code="ENTRY_WITHOUT_SUBJECT", where=mark.place, raw=mark.text, blocks=True))
        elif mark:
            marks[key] = mark
    if row < len(layout.page.pupils):
        key, name = layout.page.pupils[row]
        where = f"{place}!{xl_rowcol_to_cell(FIRST + row, 1)}"
        return PaperSummaryRow(key=key, name=name, place=where, marks=marks)
    written = texts.get(layout.spot(Slot.NAME, row))
    if written:
        return PaperSummaryRow(key="", name=written.text, place=written.place, marks=marks)
    flaws += [Flaw(code="ENTRY_WITHOUT_NAME", where=one.place, raw=one.text, blocks=True) for one in marks.values()]
    return None
