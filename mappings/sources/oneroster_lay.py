"""Changes laid over a whole: a package of changes names records by the package's own ids, so the rows are kept."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from connectors.sources.oneroster_wire import DELTA, GONE, OneRosterFile, RosterTable
from connectors.sources.wire import Cell, Content, Flaw, Row
from state.local import Problem
from state.records import digest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

_GONE = frozenset({GONE, "inactive"})
"""`inactive` is what 1.0 called it; some still do."""
_HANGS_ON: Mapping[str, Mapping[str, str]] = {
    "demographics": {"sourcedId": "users"},
    "roles": {"userSourcedId": "users"},
    "enrollments": {"userSourcedId": "users", "classSourcedId": "classes"},
}
"""What has no meaning without the record it names."""


def living(file: OneRosterFile) -> tuple[OneRosterFile, list[Problem]]:
    """The package without the records it marks as gone and what hangs on them; each marked one is named.

    So is a status nobody knows: its record stays."""
    marked = {name: [row for row in table.rows if _is_gone(row)] for name, table in file.tables.items()}
    problems = [Problem(code="RECORD_GONE", where=row.where) for rows in marked.values() for row in rows]
    odd = [row.cell("status") for table in file.tables.values() for row in table.rows if not _is_status(row)]
    problems += [Problem(code="WORD_UNKNOWN", where=cell.where, raw=cell.text) for cell in odd]
    gone = {name: {row.text("sourcedId") for row in rows} for name, rows in marked.items()}
    if not any(marked.values()):
        return file, problems
    tables = {
        name: dataclasses.replace(table, rows=tuple(_staying(name, table.rows, gone)))
        for name, table in file.tables.items()
    }
    return dataclasses.replace(file, tables=tables), problems


def laid(under: OneRosterFile, over: OneRosterFile) -> OneRosterFile:
    """The whole as it is after the changes: a file told in full replaces, a file of changes is laid record by record.

    What could not be read of the whole stays unread, until the whole is exported again.
    """
    tables = dict(under.tables)
    for name, table in over.tables.items():
        tables[name] = _over(tables.get(name), table) if table.mode == DELTA else table
    gone = {name: {row.text("sourcedId") for row in one.rows if _is_gone(row)} for name, one in over.tables.items()}
    tables = {
        name: dataclasses.replace(one, rows=tuple(_staying(name, one.rows, gone))) for name, one in tables.items()
    }
    names = dict.fromkeys((*under.source.name.split(", "), over.source.name))
    unread = tuple(flaw for flaw in under.flaws if flaw.blocks and flaw not in over.flaws)
    whole = dataclasses.replace(
        over, tables=tables, version=max(under.version, over.version), flaws=(*unread, *over.flaws)
    )
    sha256 = digest(basis_of(whole)["tables"])
    return dataclasses.replace(whole, source=Content(name=", ".join(names), data=b"", sha256=sha256))


def _over(under: RosterTable | None, over: RosterTable) -> RosterTable:
    """Changes of a file that was never there in full are not all of it, however they are laid."""
    rows = {row.text("sourcedId"): row for row in under.rows} if under else {}
    mode = under.mode if under else DELTA
    return RosterTable(mode=mode, rows=tuple((rows | {row.text("sourcedId"): row for row in over.rows}).values()))


def _staying(name: str, rows: Iterable[Row], gone: Mapping[str, Collection[str]]) -> Iterable[Row]:
    """The rows that are not gone and hang on nothing gone; agents who are gone are nobody's any more."""
    for row in rows:
        if row.text("sourcedId") in gone.get(name, ()) and _is_gone(row):
            continue
        if any(row.text(column) in gone.get(on, ()) for column, on in _HANGS_ON.get(name, {}).items()):
            continue
        yield _without_agents(row, gone.get("users", ())) if name == "users" else row


def _without_agents(row: Row, gone: Collection[str]) -> Row:
    cell = row.cell("agentSourcedIds")
    agents = [agent.strip() for agent in cell.text.split(",")]
    kept = ",".join(agent for agent in agents if agent not in gone)
    if not gone or kept == cell.text:
        return row
    return dataclasses.replace(row, cells={**row.cells, "agentSourcedIds": Cell(kept, cell.where)})


def _is_status(row: Row) -> bool:
    return row.text("status").casefold() in {"", "active", *_GONE}


def _is_gone(row: Row) -> bool:
    return row.text("status").casefold() in _GONE


# --- kept beside the canonical records, as JSON -----------------------------------------------------------------------


def basis_of(file: OneRosterFile) -> dict[str, Any]:
    """The rows of a package, of the columns that are taken: no password and no health was ever among them."""
    return {
        "format": "oneroster",
        "version": file.version,
        "source": file.source.name,
        "tables": {name: _plain(table) for name, table in file.tables.items()},
        "unread": [[flaw.code, flaw.where, flaw.raw] for flaw in file.flaws if flaw.blocks],
    }


def _plain(table: RosterTable) -> dict[str, Any]:
    """The columns once, and row by row the place and the words: the rows are many."""
    columns = sorted({column for row in table.rows for column in row.cells})
    rows = [[row.where, *map(row.text, columns)] for row in table.rows]
    return {"mode": table.mode, "columns": columns, "rows": rows}


def from_basis(basis: Mapping[str, Any]) -> OneRosterFile | None:
    """The package those rows were; None for the basis of another format, or for none."""
    if basis.get("format") != "oneroster":
        return None
    tables = {name: _table(plain) for name, plain in basis["tables"].items()}
    unread = tuple(Flaw(code=code, where=where, raw=raw, blocks=True) for code, where, raw in basis["unread"])
    source = Content(name=basis["source"], data=b"", sha256="")
    return OneRosterFile(source=source, version=basis["version"], tables=tables, flaws=unread)


def _table(plain: Mapping[str, Any]) -> RosterTable:
    """A word's place is its row's."""
    rows = tuple(
        Row(
            where=where,
            cells={column: Cell(word, where) for column, word in zip(plain["columns"], words, strict=True) if word},
        )
        for where, *words in plain["rows"]
    )
    return RosterTable(mode=plain["mode"], rows=rows)
