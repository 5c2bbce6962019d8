"""A OneRoster CSV package (folder or zip) read as it stands: files by their manifest, nothing resolved."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.sources.delimited import decode
from connectors.sources.formats import ONEROSTER, Detected
from connectors.sources.grid import plain_text
from connectors.sources.oneroster_wire import (
    ABSENT,
    BULK,
    COLUMNS,
    DELTA,
    FILES,
    OneRosterFile,
    RosterTable,
    spec_of,
)
from connectors.sources.package import misnamed, named_files
from connectors.sources.roster_csv import count_records, header_of, read_csv, split_line
from connectors.sources.wire import Flaw, UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.sources.material import Material
    from connectors.sources.package import Package
    from connectors.sources.wire import Content

MANIFEST = "manifest"
_ITS_OWN = frozenset({"enableduser", "status", "datelastmodified"})
"""Columns of OneRoster files that no other roster package has, in lower case."""
_VERSIONS = re.compile(r"1\.[12](\.\d)?")
_OTHERS = re.compile(r"\d+(\.\d+)+")


def recognise(material: Material) -> Detected | None:
    """A package with a manifest, or with users that have the columns only OneRoster gives them."""
    package = material.package
    if package is None:
        return None
    named = _named(package)
    manifest = _properties(named[MANIFEST][1]) if MANIFEST in named else None
    told = manifest is not None and any(key.startswith(("oneroster.", "file.")) for key in manifest)
    if told or any(
        name in COLUMNS and _ITS_OWN & {word.casefold() for word in header_of(content)}
        for name, (_, content) in named.items()
    ):
        version = _version(manifest or {}, named)
        supported = _VERSIONS.fullmatch(version) is not None
        return Detected(ONEROSTER, version[:3] if supported else version, "" if supported else "UNSUPPORTED_VERSION")
    inside = {flaw.raw.replace("\\", "/").rpartition("/")[2].casefold() for flaw in package.flaws}
    if not named and {"manifest.csv", "users.csv"} & inside:
        return Detected(ONEROSTER, code="PACKAGE_IN_FOLDER")
    return None


def read_oneroster(material: Material) -> OneRosterFile:
    """Every file of the package that holds a roster. Raises UnreadableFile when the material is no package."""
    package = material.package
    if package is None:
        raise UnreadableFile("это не папка и не архив", material.name, code="UNKNOWN_FORMAT")
    reader = _Reader(package)
    tables = reader.tables()
    return OneRosterFile(
        source=package.source,
        version=_version(reader.manifest, reader.named)[:3],
        tables=tables,
        flaws=(*package.flaws, *reader.flaws),
        unused=reader.unused,
    )


@dataclass
class _Reader:
    """One pass over the files of a package, collecting flaws."""

    package: Package
    flaws: list[Flaw] = field(default_factory=list)
    unused: dict[str, int] = field(default_factory=dict)
    named: Mapping[str, tuple[str, Content]] = field(init=False)
    manifest: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.named = _named(self.package)
        content = self.named.get(MANIFEST, ("", None))[1]
        self.manifest = _properties(content) if content else {}
        self.flaws += misnamed(self.package, self.named)
        if content is None:
            self._flaw("MANIFEST_MISSING", self.package.source.name)
        else:
            self._question_the_manifest(content)

    def tables(self) -> dict[str, RosterTable]:
        found = {}
        for name in FILES:
            mode, content = self._mode(name), self.named.get(name, ("", None))[1]
            if content is None:
                if mode in {BULK, DELTA}:
                    self._flaw("FILE_MISSING", self.package.source.name, f"{name}.csv", blocks=True)
            elif mode == ABSENT:
                self._flaw("FILE_DECLARED_ABSENT", content.name, str(count_records(content)), blocks=True)
            elif name in COLUMNS:
                read = read_csv(content, spec_of(name))
                self.flaws += read.flaws
                found[name] = RosterTable(mode=mode, rows=read.rows)
            else:
                self.unused[content.name] = count_records(content)
        return found

    def _flaw(self, code: str, where: str, raw: str = "", *, blocks: bool = False) -> None:
        self.flaws.append(Flaw(code=code, where=where, raw=plain_text(raw), blocks=blocks))

    def _mode(self, name: str) -> str:
        """What the manifest says of the file; a file it is silent about is all of its kind."""
        told = self.manifest.get(f"file.{name}", "").casefold()
        if told in {BULK, DELTA, ABSENT}:
            return told
        return BULK if name in self.named else ABSENT

    def _question_the_manifest(self, content: Content) -> None:
        for key, value in self.manifest.items():
            kind, _, name = key.partition(".")
            if kind == "file" and (name not in FILES or value.casefold() not in {BULK, DELTA, ABSENT}):
                self._flaw("MANIFEST_VALUE_BAD", content.name, f"{key}={value}")
        for name in self.named:
            if name != MANIFEST and f"file.{name}" not in self.manifest:
                self._flaw("MANIFEST_VALUE_BAD", content.name, f"file.{name}=")


def _named(package: Package) -> dict[str, tuple[str, Content]]:
    return named_files(package, (*FILES, MANIFEST))


def _properties(content: Content) -> dict[str, str]:
    """The manifest's properties; the first of equal names."""
    found: dict[str, str] = {}
    for line in decode(content.data).text.splitlines():
        separator = ";" if ";" in line and "," not in line else ","
        key, value, *_ = [*split_line(line, separator), "", ""]
        if key.strip() and key.strip() != "propertyName":
            found.setdefault(key.strip(), value.strip().strip('"'))
    return found


def _version(manifest: Mapping[str, str], named: Mapping[str, object]) -> str:
    """As the manifest says; where it is silent, 1.2 has a file of roles and 1.1 has none."""
    told = manifest.get("oneroster.version", "")
    return told if _OTHERS.fullmatch(told) else "1.2" if "roles" in named else "1.1"
