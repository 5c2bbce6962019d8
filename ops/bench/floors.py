"""Bare floors: what the same work costs with the bare libraries and none of ours, in the same process and run."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import httpx
import polars as pl
import typst
import xlsxwriter
from lxml import etree
from python_calamine import CalamineWorkbook

from connectors.transport.client import Transport
from connectors.transport.pool import IN_FLIGHT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from connectors.transport.answer import Answer

_ID = re.compile(rb"(?<=>)\d{6,}(?=<)")


@dataclass(frozen=True)
class Asked:
    """One request of the product, ready to be sent again by somebody else."""

    url: str
    query: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    headers: Mapping[str, str] | None = None
    answer: bytes = b""
    """Kept of writes only."""


TAPE: list[Asked] = []
"""Requests of the stage under way, in the order they were answered."""


class Recorder(Transport):
    """The product's transport, which also notes every request on the tape."""

    def read(self, template: str, decode: Callable[[bytes], Any], **options: Any) -> Any:
        place = template.format(**options.get("path") or {})
        headers = {"Content-Type": "application/json"} if options.get("body") else {}
        TAPE.append(Asked(place, tuple(options.get("query", ())), options.get("body"), headers))
        return super().read(template, decode, **options)

    def send(self, url: str, place: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        answer = super().send(url, place, body, headers)
        TAPE.append(Asked(url, (), body, dict(headers), answer.body))
        return answer


class Bare:
    """A bare client of the sandbox with as many requests in flight as the product has."""

    def __init__(self, base_url: str, token: str) -> None:
        self._base = base_url
        limits = httpx.Limits(max_connections=IN_FLIGHT, max_keepalive_connections=IN_FLIGHT)
        self._client = httpx.Client(headers={"Access-Token": token}, timeout=60, limits=limits, trust_env=False)
        self._ids: dict[bytes, bytes] = {}

    def fetch(self, tape: Iterable[Asked]) -> None:
        """The same requests, each answer parsed as JSON (SOAP reads as XML) and dropped."""
        with ThreadPoolExecutor(IN_FLIGHT) as pool:
            for answer in pool.map(self._send, tape):
                body = answer.content
                if body:
                    etree.fromstring(body) if body.startswith(b"<") else json.loads(body)

    def post(self, tape: Sequence[Asked]) -> None:
        """The same writes to a sandbox of the same past: its own ids are put in place of those on the tape."""
        with ThreadPoolExecutor(IN_FLIGHT) as pool:
            for _call, group in groupby(tape, key=lambda one: (one.headers or {}).get("SOAPAction")):
                asked = list(group)
                for one, answer in zip(asked, pool.map(self._send, map(self._renamed, asked)), strict=True):
                    answer.raise_for_status()
                    self._ids.update(zip(_ID.findall(one.answer), _ID.findall(answer.content), strict=True))

    def _renamed(self, one: Asked) -> Asked:
        body = _ID.sub(lambda found: self._ids.get(found[0], found[0]), one.body or b"")
        return Asked(self._base.removesuffix("/v2.0") + "/ImportService.asmx", (), body, one.headers)

    def _send(self, one: Asked) -> httpx.Response:
        url = one.url if "://" in one.url else f"{self._base}/{one.url}"
        return self._client.request(
            "GET" if one.body is None else "POST",
            url,
            params=list(one.query) or None,
            content=one.body,
            headers=one.headers,
        )


def read_files(paths: Iterable[Path]) -> None:
    """Every cell of every sheet by calamine, every element by lxml."""
    for path in paths:
        if path.suffix == ".xlsx":
            book = CalamineWorkbook.from_path(path)
            for name in book.sheet_names:
                book.get_sheet_by_name(name).to_python()
        else:
            raw = path.read_bytes()
            etree.fromstring(gzip.decompress(raw) if path.suffix == ".gz" else raw)


def insert_cells(cells: Sequence[tuple[Any, ...]], place: Path) -> None:
    """The same tuples in a table with one key, in one transaction."""
    place.unlink(missing_ok=True)
    with closing(sqlite3.connect(place)) as connection:
        connection.execute("CREATE TABLE cell (key INTEGER PRIMARY KEY, value, raw, author, set_at, remote_id)")
        connection.executemany("INSERT INTO cell VALUES (?, ?, ?, ?, ?, ?)", cells)
        connection.commit()


def join(paper: pl.DataFrame, diary: pl.DataFrame) -> None:
    """One full join of the two sides and the count of what is equal."""
    both = paper.join(diary, on="key", how="full", coalesce=True, suffix="_diary")
    both.select(pl.col("value").eq_missing(pl.col("value_diary")).sum()).item()


def write_report(rows_of: Path, folder: Path) -> None:
    """An empty document by typst and the rows of the protocol's CSV by XlsxWriter."""
    (folder / "floor.typ").write_text("")
    typst.compile(folder / "floor.typ", format="pdf")
    with rows_of.open(encoding="utf-8-sig", newline="") as lines, xlsxwriter.Workbook(folder / "floor.xlsx") as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(csv.reader(lines, delimiter=";")):
            sheet.write_row(number, 0, row)


def hash_leaves(database: Path) -> None:
    """One SHA-256 per stored leaf."""
    with closing(sqlite3.connect(database)) as connection:
        for (leaf,) in connection.execute("SELECT leaf FROM journal_event ORDER BY seq"):
            hashlib.sha256(b"\0" + leaf).digest()
