"""A Microsoft School Data Sync package (folder or zip) read as it stands, nothing resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.sources.formats import SDS, Detected
from connectors.sources.roster_csv import count_records, header_of, read_csv
from connectors.sources.sds_wire import FIRST_GENERATION, FLAGS, REQUIRED, SPECS, SdsFile
from connectors.sources.wire import Flaw, UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.sources.material import Material
    from connectors.sources.package import Package
    from connectors.sources.wire import Content

_BY_FOLDED = {name.casefold(): name for name in (*SPECS, FLAGS)}


def recognise(material: Material) -> Detected | None:
    """A package whose users have no life cycle of OneRoster; asked after OneRoster."""
    package = material.package
    if package is None:
        return None
    stems = {_stem(name).casefold() for name in package.files}
    if {"student", "school"} <= stems and len(stems & FIRST_GENERATION) > 2:
        return Detected(SDS, "1", "UNSUPPORTED_VERSION")
    named = _named(package)
    if set(REQUIRED) <= set(named):
        return Detected(SDS, _version(named))
    inside = {flaw.raw.replace("\\", "/").rpartition("/")[2].casefold() for flaw in package.flaws}
    if not named and {"orgs.csv", "users.csv"} <= inside:
        return Detected(SDS, code="PACKAGE_IN_FOLDER")
    return None


def read_sds(material: Material) -> SdsFile:
    """Every file of the package. Raises UnreadableFile when the material is no package."""
    package = material.package
    if package is None:
        raise UnreadableFile("это не папка и не архив", material.name, code="UNKNOWN_FORMAT")
    named = _named(package)
    read = {name: read_csv(named[name], spec) for name, spec in SPECS.items() if name in named}
    flaws = [flaw for one in read.values() for flaw in one.flaws]
    if FLAGS in named:
        content = named[FLAGS]
        flaws.append(Flaw(code="PERSONAL_DROPPED", where=content.name, raw=f"{FLAGS}: {count_records(content)}"))
    return SdsFile(
        source=package.source,
        version=_version(named),
        tables={name: one.rows for name, one in read.items()},
        flaws=(*package.flaws, *_names(package, named), *flaws),
    )


def _version(named: dict[str, Content]) -> str:
    """Roles have a file of their own since 2.1."""
    return "2.1" if "roles" in named else "2.0"


def _named(package: Package) -> dict[str, Content]:
    """The package's known files under the specification's names; exact names win."""
    found: dict[str, Content] = {}
    for written, content in sorted(package.files.items(), key=lambda item: _stem(item[0]) not in SPECS):
        known = _BY_FOLDED.get(_stem(written).casefold())
        if known:
            found.setdefault(known, content)
    if "users" in found and {"enabledUser", "dateLastModified"} <= set(header_of(found["users"])):
        return {}
    return found


def _names(package: Package, named: dict[str, Content]) -> Iterator[Flaw]:
    for written, content in package.files.items():
        known = _BY_FOLDED.get(_stem(written).casefold(), "")
        if not known or named[known] is not content:
            yield Flaw(code="TABLE_UNKNOWN", where=content.name, raw=written)
        elif written != f"{known}.csv":
            yield Flaw(code="FILE_NAME_CASE", where=content.name, raw=f"{written} → {known}.csv")


def _stem(name: str) -> str:
    """The name without «.csv»; a file of another ending has no name here."""
    return name[:-4] if name.casefold().endswith(".csv") else ""
