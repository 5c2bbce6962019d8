"""Consents to the processing of personal data: of nearly every pupil and of the whole staff (R109, R110)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from connectors.sandbox.school.values import DemoConsent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectors.sandbox.school.draw import Draw
    from connectors.sandbox.school.values import DemoPupil, DemoStaff

KIND = "обработка персональных данных"
_WITHDRAWN = date(2026, 8, 27)
_SIGNED = (date(2026, 4, 1), date(2026, 8, 25))


def draw_consents(
    pupils: Sequence[DemoPupil], staff: Sequence[DemoStaff], share_without: float, draw: Draw
) -> tuple[DemoConsent, ...]:
    """Consents signed before term; `share_without` of the pupils gave none, and one more withdrew it.

    With a share of 0 everybody has consented.
    """
    present = [index for index, pupil in enumerate(pupils) if not pupil.has_left]
    without = max(1, round(len(pupils) * share_without)) if share_without else 0
    chosen = draw.shuffled(present)[: without + 1] if without else []
    refused, withdrawn = set(chosen[:without]), set(chosen[without:])
    asked = [index for index in range(len(pupils)) if index not in refused]
    return (
        *(_of_pupil(pupils[index], _WITHDRAWN if index in withdrawn else None, draw) for index in asked),
        *(_of_staff(person, draw) for person in staff),
    )


def _of_pupil(pupil: DemoPupil, withdrawn: date | None, draw: Draw) -> DemoConsent:
    return DemoConsent(
        who="ученик",
        name=pupil.name,
        birth_date=pupil.birth_date,
        personal_file=pupil.personal_file,
        given=draw.day(*_SIGNED),
        withdrawn=withdrawn,
        folder=f"К-{pupil.personal_file[0]}",
    )


def _of_staff(person: DemoStaff, draw: Draw) -> DemoConsent:
    return DemoConsent(
        who="сотрудник",
        name=person.name,
        birth_date=person.birth_date,
        personal_file="",
        given=draw.day(*_SIGNED),
        withdrawn=None,
        folder="С-1",
    )
