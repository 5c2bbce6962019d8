"""The tables we understand: whatever a school's sheet looks like, it is read as one of these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.sources import layouts
from mappings.sources.consents import consents_part
from mappings.sources.orders import orders_part
from mappings.sources.pupils import pupils_part
from mappings.sources.staff import staff_part
from mappings.sources.subgroups import subgroups_part
from mappings.sources.substitutions import substitutions_part
from state.local import LocalPart, SourceKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connectors.sources.wire import Layout, Table


@dataclass(frozen=True, slots=True)
class Target:
    layout: Layout
    translate: Callable[[Table], LocalPart]

    @property
    def expected(self) -> tuple[str, ...]:
        """Columns whose absence is worth a remark."""
        return layouts.EXPECTED[self.layout]


TARGETS: Mapping[SourceKind, Target] = {
    SourceKind.PUPILS: Target(layouts.PUPILS, pupils_part),
    SourceKind.STAFF: Target(layouts.STAFF, staff_part),
    SourceKind.SUBGROUPS: Target(layouts.SUBGROUPS, subgroups_part),
    SourceKind.CONSENTS: Target(layouts.CONSENTS, consents_part),
    SourceKind.SUBSTITUTIONS: Target(layouts.SUBSTITUTIONS, substitutions_part),
    SourceKind.ORDERS: Target(layouts.ORDERS, orders_part),
}
