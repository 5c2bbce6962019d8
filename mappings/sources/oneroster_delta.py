"""What changed between two packages of ours: new and changed records, and those that are gone, without their people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.sources.oneroster_wire import DELTA, GONE, WrittenPackage, WrittenTable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime

_NOBODY = "—"
_OF_A_PERSON = {"givenName", "familyName"}
_KEPT = frozenset({"sourcedId", "username", "orgSourcedIds", "role"})
"""Of somebody who is gone: what the specification requires and tells nothing about them."""


def changes(
    before: WrittenPackage, now: WrittenPackage, moment: datetime, spared: Collection[str] = ()
) -> WrittenPackage:
    """The package that turns `before` into `now` when it is laid over it; a file without changes is absent.

    `moment` is UTC. Who is gone may have withdrawn the consent: of them only ids are told. The ids of `spared` are not
    told as gone, though `now` has them not.
    """
    tables = {}
    for name, table in now.tables.items():
        told = before.tables[name].rows if name in before.tables else ()
        old = {row["sourcedId"]: row for row in told if row["sourcedId"] not in spared}
        rows = tuple(_changed(name, old, {row["sourcedId"]: row for row in table.rows}, moment))
        if rows:
            tables[name] = WrittenTable(mode=DELTA, rows=rows)
    return WrittenPackage(version=now.version, tables=tables)


def ids(package: WrittenPackage) -> frozenset[str]:
    """The ids of all records of all files."""
    return frozenset(row["sourcedId"] for table in package.tables.values() for row in table.rows)


def _changed(
    name: str, old: Mapping[str, Mapping[str, str]], new: Mapping[str, Mapping[str, str]], moment: datetime
) -> Iterator[Mapping[str, str]]:
    stamp = moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
    for key, row in new.items():
        if old.get(key) != row:
            yield {**row, "status": "active", "dateLastModified": stamp}
    for key, row in old.items():
        if key not in new:
            yield {**_bare(name, row), "status": GONE, "dateLastModified": stamp}


def _bare(name: str, row: Mapping[str, str]) -> Mapping[str, str]:
    if name == "demographics":
        return {"sourcedId": row["sourcedId"]}
    if name != "users":
        return row
    kept = {column: word for column, word in row.items() if column in _KEPT}
    return kept | dict.fromkeys(_OF_A_PERSON, _NOBODY) | {"enabledUser": "false"}
