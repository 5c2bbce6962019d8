"""Ids inside an aSc export last for that export; who and what they name keeps its identity (formats.md, fact 2)."""

from __future__ import annotations

import gzip
import itertools
import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from lxml import etree
from source_files import TWO_WEEKS, YEAR

from gateway.sync.reading import read_file
from mappings.correlate import correlate
from mappings.sources.assemble import assemble
from state.identity import IdentityLink, RemoteId, staff_id
from state.records import RecordType, to_plain
from state.snapshot import Snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from state.local import LocalPart
    from state.records import Record

pytestmark = pytest.mark.samples
NAMES = ("sg-Term1_W3_onwards", "sg-Term1_W8_onwards", "sg-Term1_W10")
IDS = re.compile(rb'\b((?:\w*id|\w*ids)=")([^"]*)(")')


def exports(samples: Path) -> list[Path]:
    return [samples / "asc-xml" / f"{name}.xml.gz" for name in NAMES]


def part_of(path: Path) -> LocalPart:
    (part,) = read_file(path).parts
    return part


def teachers(path: Path) -> dict[str, str]:
    """Name → id inside the export, by bare lxml."""
    root = etree.fromstring(gzip.decompress(path.read_bytes()))
    return {str(row.get("name")): str(row.get("id")) for row in root.iter("teacher")}


def assembled(path: Path) -> Snapshot[Record]:
    return assemble([part_of(path)], YEAR, TWO_WEEKS).snapshot


def linked(snapshot: Snapshot[Record]) -> list[IdentityLink]:
    return [
        IdentityLink(
            record_type=RecordType.STAFF,
            sourced_id=record.sourced_id,
            remote_id=RemoteId(str(number)),
            rule="name-birth",
            evidence="",
            ours=False,
        )
        for number, record in enumerate(snapshot.of(RecordType.STAFF))
    ]


def test_recreated_teachers_keep_their_links(samples: Path) -> None:
    """Whoever stands in a later export under a new id is the same record: linked, asked about by nobody."""
    recreated = 0
    paths = exports(samples)
    for early, late in itertools.pairwise(paths):
        before, after = teachers(early), teachers(late)
        assert set(before) <= set(after)
        recreated += sum(before[name] != after[name] for name in before)
        links = linked(assembled(early))
        known = {link.sourced_id for link in links}
        local = assembled(late)
        assert {staff_id(name) for name in before} == known
        assert known <= {record.sourced_id for record in local.of(RecordType.STAFF)}
        found = correlate(local, Snapshot(scope=local.scope, records={}), links, {})
        assert (found.links, found.ambiguous) == ((), ())
    assert recreated > 0


def test_asterisk_ids_name_the_same_things(samples: Path, tmp_path: Path) -> None:
    """Every id of an export exchanged for one of the kind `*68`, valid for one export only: the same records."""
    path = exports(samples)[2]
    plain = gzip.decompress(path.read_bytes())
    numbers: dict[bytes, bytes] = {b"": b""}

    def starred(found: re.Match[bytes]) -> bytes:
        keys = (numbers.setdefault(key, b"*%d" % len(numbers)) for key in found[2].split(b","))
        return found[1] + b",".join(keys) + found[3]

    other = tmp_path / "starred.xml"
    other.write_bytes(IDS.sub(starred, plain))
    assert len(numbers) > 1000
    assert set(teachers(path).values()).isdisjoint(teachers_plain(other))
    before, after = part_of(path), part_of(other)
    for kind in before.records:
        assert rows(before, kind) == rows(after, kind), kind
    assert sorted(map(str, before.cards)) == sorted(map(str, after.cards))


def teachers_plain(path: Path) -> set[str]:
    return {str(row.get("id")) for row in etree.fromstring(path.read_bytes()).iter("teacher")}


def rows(part: LocalPart, kind: RecordType) -> Counter[str]:
    return Counter(str(to_plain(record)) for record in part.records[kind])
