"""The verb `export oneroster`: the school's own side as a package for other programs; the diary is not touched.

Nobody without a recorded consent is in it (R109, R110), and the journal keeps when it was made and how much it holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.sources.oneroster_wire import DELTA, GONE
from connectors.sources.oneroster_write import NotOurs, read_package, unsafe_cells, write_package
from gateway.errors import DataError
from gateway.faultmap import in_our_words
from gateway.i18n import _
from gateway.sync.consent import withhold
from mappings.sources.oneroster_delta import changes, ids
from mappings.sources.oneroster_out import oneroster_package
from mappings.sources.oneroster_view import nameless
from state.records import RecordType

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from pathlib import Path

    from connectors.sources.oneroster_wire import WrittenPackage
    from gateway.sync.planning import LocalSide
    from mappings.sources.oneroster_out import SchoolCard
    from state.store import Store

SCHEMA = "export-oneroster/1"
JOURNAL_KIND = "roster.exported"
_TOLD = frozenset(
    {
        *(RecordType.PUPIL, RecordType.STAFF, RecordType.GUARDIAN),
        *(RecordType.FORM, RecordType.SUBGROUP, RecordType.MEMBERSHIP),
    }
)
"""What the files must tell in full before anything they no longer mention is told as gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """`counts` are the records of each file; `gone` of them say that something is no more."""

    path: Path
    version: str
    mode: str
    """`bulk` or `delta`."""
    counts: Mapping[str, int]
    gone: int
    withheld: Mapping[RecordType, int]
    """Records kept back because a consent is missing."""
    nameless: int
    """People who have no family or given name, which OneRoster requires."""
    spared: int
    """Records the files no longer mention and do not tell in full: nothing is said of them (design §5)."""

    def figures(self) -> dict[str, object]:
        """The export in numbers, for the journal and for programs."""
        return {
            "format": "oneroster",
            "version": self.version,
            "mode": self.mode,
            "counts": dict(self.counts),
            "gone": self.gone,
            "withheld": {kind.value: count for kind, count in sorted(self.withheld.items())},
            "nameless": self.nameless,
            "spared": self.spared,
        }


def export_oneroster(
    store: Store,
    local: LocalSide,
    school: SchoolCard,
    path: Path,
    *,
    version: str,
    today: date,
    moment: datetime,
    actor: str,
    previous: Path | None = None,
) -> Exported:
    """The package lies at `path`, whole or not at all; with `previous` it holds only what changed since that one.

    Where nothing changed, nothing is written. What the school's files no longer mention is told as gone only when they
    tell everything; whose consent is missing is always told as gone.

    `today` is the school's own day, `moment` is UTC. Raises DataError where there is nobody to export, where a word
    would run as a formula, where `previous` is no full package of ours, and where the place cannot be written.
    """
    cleared = withhold(local.snapshot, local.consents, today)
    package = oneroster_package(cleared.snapshot, school, version)
    if not package.tables["users"].rows:
        raise DataError(
            _("Выгружать некого: ни у кого нет действующего согласия"),
            _("Возьмите список учеников и реестр согласий: sverka import"),
        )
    _refuse_formulas(package)
    spared: frozenset[str] = frozenset()
    if previous is not None:
        before = _before(previous, version)
        if not local.snapshot.complete >= _TOLD:
            spared = ids(before) - ids(oneroster_package(local.snapshot, school, version))
        package = changes(before, package, moment, spared)
    exported = Exported(
        path=path,
        version=version,
        mode="bulk" if previous is None else DELTA,
        counts={name: len(table.rows) for name, table in package.tables.items()},
        gone=sum(row.get("status") == GONE for table in package.tables.values() for row in table.rows),
        withheld=cleared.withheld,
        nameless=len(nameless(cleared.snapshot)),
        spared=len(spared),
    )
    if not package.tables:
        return exported
    _write(package, path)
    with in_our_words(), store.begin() as work:
        work.record(JOURNAL_KIND, exported.figures(), actor)
        work.commit()
    return exported


def _refuse_formulas(package: WrittenPackage) -> None:
    if found := unsafe_cells(package):
        places = ", ".join(f"{name}.csv {column}: {count}" for (name, column), count in sorted(found.items()))
        raise DataError(
            _("Значения начинаются со знака формулы, таблица выполнила бы их: {places}").format(places=places),
            _("Исправьте в файлах школы значения, которые начинаются с «=», «+», «-» или «@», и возьмите файлы снова"),
        )


def _before(previous: Path, version: str) -> WrittenPackage:
    advice = _("Назовите полную выгрузку той же версии, сделанную sverka export oneroster")
    with in_our_words():
        try:
            before = read_package(previous)
        except NotOurs as error:
            raise DataError(_("{name}: это не полная выгрузка Сверки").format(name=error.place), advice) from error
    if before.version != version:
        raise DataError(
            _("Прежняя выгрузка версии {before}, а новая {version}").format(before=before.version, version=version),
            advice,
        )
    return before


def _write(package: WrittenPackage, path: Path) -> None:
    try:
        write_package(package, path)
    except FileExistsError as error:
        raise DataError(
            _("{path}: здесь уже что-то лежит").format(path=path), _("Назовите новую папку или архив .zip")
        ) from error
    except OSError as error:
        raise DataError(
            _("{path}: сюда не записать").format(path=path), _("Проверьте папку и право записи в неё")
        ) from error
