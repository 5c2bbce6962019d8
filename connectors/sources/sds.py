"""A Microsoft School Data Sync package (folder or zip) read as it stands, nothing resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.sources.formats import SDS, Detected
from connectors.sources.package import misnamed, named_files, stem
from connectors.sources.roster_csv import count_records, header_of, read_csv
from connectors.sources.sds_wire import FIRST_GENERATION, FLAGS, REQUIRED, SPECS, SdsFile
from connectors.sources.wire import Flaw, UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.sources.material import Material
    from connectors.sources.package import Package
    from connectors.sources.wire import Content


def recognise(material: Material) -> Detected | None:
    """A package whose users have no life cycle of OneRoster; asked after OneRoster."""
    package = material.package
    if package is None:
        return None
    stems = {stem(name).casefold() for name in package.files}
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
    read = {name: read_csv(named[name][1], spec) for name, spec in SPECS.items() if name in named}
    flaws = [flaw for one in read.values() for flaw in one.flaws]
    if FLAGS in named:
        content = named[FLAGS][1]
        flaws.append(Flaw(code="PERSONAL_DROPPED", where=content.name, raw=f"{FLAGS}: {count_records(content)}"))
    return SdsFile(
        source=package.source,
        version=_version(named),
        tables={name: one.rows for name, one in read.items()},
        flaws=(*package.flaws, *misnamed(package, named), *flaws),
    )


def _version(named: Mapping[str, object]) -> str:
    """Roles have a file of their own since 2.1."""
    return "2.1" if "roles" in named else "2.0"


def _named(package: Package) -> dict[str, tuple[str, Content]]:
    """The package's known files, none where its users are those of OneRoster."""
    found = named_files(package, (*SPECS, FLAGS))
    if "users" in found and {"enabledUser", "dateLastModified"} <= set(header_of(found["users"][1])):
        return {}
    return found
