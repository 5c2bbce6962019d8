"""Small roster packages for tests, made as other programs make them."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import TYPE_CHECKING

from gateway.sync.reading import read_file
from state.records import RecordType

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gateway.sync.readers.values import Reading
    from state.local import LocalPart, SourceKind
    from state.records import Record

Files = dict[str, str]

MANIFEST = "propertyName,value\nmanifest.version,1.0\noneroster.version,{version}\n{modes}"


def manifest(version: str = "1.2", **modes: str) -> str:
    lines = "".join(f"file.{name},{mode}\n" for name, mode in modes.items())
    return MANIFEST.format(version=version, modes=lines)


ONEROSTER: Mapping[str, str] = {
    "orgs.csv": "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\ns1,,,Школа № 1,school,,\n",
    "academicSessions.csv": (
        "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear\n"
        "y1,,,2026/2027,schoolYear,2026-09-01,2027-05-31,,2027\n"
    ),
    "courses.csv": (
        "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,"
        "subjectCodes\n"
        "k1,,,y1,Английский язык,,07,s1,,\nk2,,,y1,Алгебра,,07,s1,,\n"
    ),
    "classes.csv": (
        "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,"
        "termSourcedIds,subjects,subjectCodes,periods\n"
        "c1,,,7б,07,k2,,homeroom,,s1,y1,,,\n"
        "c2,,,Английский 1,07,k1,,scheduled,,s1,y1,,,\n"
        "c3,,,Алгебра 7Б,07,k2,,scheduled,,s1,y1,,,\n"
    ),
    "users.csv": (
        "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,"
        "email,sms,phone,agentSourcedIds,grades,password\n"
        'u1,,,true,u1,"{ЛС:77},{СНИЛС:112-233-445 95}",Ян,Ли,,К-1,,,,"g1,g2",07,qwerty\n'
        "u2,,,true,u2,,Анна,Ким,Петровна,К-2,,,,g1,07,\n"
        "g1,,,true,g1,,Пётр,Ким,,,kim@example.org,,+79000000001,,,\n"
        "g2,,,true,g2,,Мей,Ли,,,,+79000000002,,u1,,\n"
        "t1,,,true,t1,,Ольга,Козлова,Викторовна,,kozlova@example.org,,,,,\n"
    ),
    "roles.csv": (
        "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,"
        "userProfileSourcedId\n"
        "r1,,,u1,primary,student,,,s1,\nr2,,,u2,primary,student,,,s1,\nr3,,,g1,primary,parent,,,s1,\n"
        "r4,,,g2,primary,guardian,,,s1,\nr5,,,t1,primary,teacher,,,s1,\n"
    ),
    "enrollments.csv": (
        "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,"
        "endDate\n"
        "e1,,,c1,s1,u1,student,,2026-09-01,\ne2,,,c1,s1,u2,student,,2026-09-01,2026-12-28\n"
        "e3,,,c1,s1,t1,teacher,true,,\ne4,,,c2,s1,u1,student,,,\ne5,,,c2,s1,t1,teacher,,,\n"
        "e6,,,c3,s1,u1,student,,,\ne7,,,c3,s1,u2,student,,,\ne8,,,c3,s1,t1,teacher,,,\n"
    ),
    "demographics.csv": (
        "sourcedId,status,dateLastModified,birthDate,sex,asian,cityOfBirth\n"
        "u1,,,2013-03-05,male,true,Сеул\nu2,,,2013-07-24,female,,\nt1,,,1980-01-31,female,,\n"
    ),
}
"""One form of two pupils, one of them in a subgroup; each pupil with guardians; a teacher who leads and teaches."""
MODES = {name.removesuffix(".csv"): "bulk" for name in ONEROSTER}


def oneroster(version: str = "1.2", **changes: str) -> Files:
    """The package above; in 1.1 roles stand beside the users. `changes` replace files by name."""
    files = {**ONEROSTER, "manifest.csv": manifest(version, **MODES)}
    if version == "1.1":
        files["users.csv"] = _with_roles(files["users.csv"], files.pop("roles.csv"))
        files["manifest.csv"] = manifest(version, **{name: mode for name, mode in MODES.items() if name != "roles"})
    return files | {f"{name}.csv": text for name, text in changes.items()}


def _with_roles(users: str, roles: str) -> str:
    told = {line[3]: (line[5], line[8]) for line in csv.reader(io.StringIO(roles))}
    target = io.StringIO()
    for line in csv.reader(io.StringIO(users)):
        role, org = told.get(line[0], ("role", "orgSourcedIds"))
        csv.writer(target, lineterminator="\n").writerow([*line[:4], org, role, *line[4:]])
    return target.getvalue()


SDS: Mapping[str, str] = {
    "orgs.csv": "sourcedId,name,type,parentSourcedId\n1,Школа № 1,school,\n",
    "users.csv": (
        "sourcedId,username,givenName,familyName,password,activeDirectoryMatchId,email,phone,sms\n"
        "u1,ян,Ян,Ли,secret,,,,\nu2,анна,Анна,Ким,,,,,\n"
        "g1,g,Пётр,Ким,,,kim@example.org,+79000000001,\nt1,t,Ольга,Козлова,,,,,\n"
    ),
    "roles.csv": (
        "userSourcedId,orgSourcedId,role,sessionSourcedId,grade,isPrimary,roleStartDate,roleEndDate\n"
        "u1,1,student,y,7,TRUE,,\nu2,1,student,y,7,TRUE,,\nt1,1,teacher,y,7,TRUE,,\n"
    ),
    "classes.csv": (
        "sourcedId,orgSourcedId,title,sessionSourcedIds,courseSourcedId,code\n"
        "c1,1,7Б,y,,\nc2,1,Английский 1,y,k1,\nc3,1,Алгебра 7Б,y,,\n"
    ),
    "courses.csv": "sourcedId,orgSourcedId,title,code,schoolYearSourcedId,subject,grade\nk1,1,Английский,,y,,7\n",
    "enrollments.csv": (
        "classSourcedId,userSourcedId,role\nc1,u1,student\nc1,u2,student\nc1,t1,teacher\n"
        "c2,u1,student\nc3,u1,student\nc3,u2,student\n"
    ),
    "demographics.csv": "userSourcedId,sex,birthDate,birthCity\nu1,male,2013-03-05,Сеул\nu2,female,2013-07-24,\n",
    "relationships.csv": "userSourcedId,relationshipUserSourcedId,relationshipRole\nu2,g1,parent\n",
    "userFlags.csv": "userSourcedId,flag\nu1,iep\n",
}


def folder(path: Path, files: Mapping[str, str]) -> Path:
    path.mkdir(exist_ok=True)
    for name, text in files.items():
        (path / name).write_text(text, encoding="utf-8", newline="")
    return path


def packed(path: Path, files: Mapping[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def replaced(text: str, *changes: tuple[str, str]) -> str:
    """The text with every change made; each must be there."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def reading(path: Path, files: Mapping[str, str]) -> Reading:
    return read_file(folder(path, files))


def part(read: Reading, kind: SourceKind) -> LocalPart:
    return next(one for one in read.parts if one.kind is kind)


def records(read: Reading) -> dict[str, set[Record]]:
    """All records of all parts, by kind of part and type."""
    return {
        f"{one.kind} {kind}": set(rows)
        for one in read.parts
        for kind, rows in one.records.items()
        if kind in RecordType and rows
    }


def codes(read: Reading) -> set[str]:
    return {problem.code for problem in read.problems}


def told(read: Reading, code: str) -> list[tuple[str, str]]:
    """(place without the package, raw text) of every problem of that code."""
    found = (problem for problem in read.problems if problem.code == code)
    return [(problem.where.partition("/")[2] or problem.where, problem.raw) for problem in found]
