"""REST reads of public clients about which the emulated school has little to say: feeds, criteria journal, cities.

Empty answers are true ones: nobody here has a feed, and the criteria journal is Kundelik's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from connectors.sandbox import rest_register, shapes
from connectors.sandbox.refusals import bad_parameter, missing

if TYPE_CHECKING:
    from connectors.sandbox.call import Call
    from connectors.sandbox.shapes import Json


def users(call: Call) -> list[Json]:
    """The bulk read of users with the ids in the query; unknown ids are left out."""
    call.staff_only()
    known = (call.world.users.get(key) for key in call.wanted_numbers("users"))
    return [shapes.user(call.world.persons[key]) for key in known if key is not None]


def organizations(call: Call) -> list[int]:
    """Where the viewer works or learns: this school."""
    return [call.world.school.id]


def organization(call: Call) -> Json:
    """One client reads numbers; which ones is ASSUMED."""
    if call.number("organizationId") != call.world.school.id:
        raise missing("The organization")
    places = dict.fromkeys(("OrganizationType", "RegionId", "DistrictId", "CityId"), 1)
    return {"OrganizationId": call.world.school.id, **places}


_BLANK_PARAMETERS = (
    *("municipality", "shortName", "status", "specialty", "website", "email", "schoolPhone", "workHours", "eduOrgForm"),
    *("directorFullName", "directorPhone", "directorQualification", "directorPhoto", "licence", "accreditation"),
    *("charter", "cooperationName", "cooperationWebsite", "prescriptions", "activeJournalUrl", "inn", "studyPlan"),
    *(f"{room}Photo" for room in ("facade", "cantina", "gym", "classroom", "physicsroom", "chemicsryroom")),
    *(f"{room}Photo" for room in ("biologyroom", "mathroom", "russianroom", "musicroom")),
    *("generalEducationalProgrammsLicense", "furtherEducationalProgramsLicense", "ownEducationalPrograms"),
    *("publications", "laureatesOfContestsCount", "laureatesOfContestsInfo"),
)
_NO_PARAMETERS = (
    *("address", "educationalLevels", "primarySchoolEducationalPrograms", "teachingForeignLanguages"),
    *("hobbyGroups", "learningResults"),
)


def school_parameters(call: Call) -> Json:
    """The fields that one client (MO) cannot do without, spelt as it spells them; the school keeps none of them."""
    call.own_school()
    own = call.world.school
    return {
        **shapes.twin("schoolId", own.id),
        "fullName": own.name,
        **dict.fromkeys(_BLANK_PARAMETERS, ""),
        **{name: [] for name in _NO_PARAMETERS},
        "foundationYear": 2000,
        "schoolDaysCount": 6,
        "shiftsCount": 2,
        "hasspecialty": False,
    }


def feed(call: Call) -> Json:
    call.day("date")
    return {"days": []}


def nothing(_: Call) -> list[Any]:
    return []


def no_criteria(call: Call) -> list[Any]:
    call.group()
    return []


def log_by_literal_path(call: Call) -> list[Json]:
    """`person={p}&subject={s}&from=…&to=…` stands in the server's own route table as a path (behaviour.md §4)."""
    asked = dict(parse_qsl(call.path["key"]))
    if not {"person", "subject", "from", "to"} <= asked.keys():
        raise bad_parameter("lesson-log-entries", call.path["key"])
    path = {"personID": asked["person"], "subjectID": asked["subject"], "from": asked["from"], "to": asked["to"]}
    return rest_register.person_subject_log(replace(call, path=path))


_CRITERIA = "/edu-group/{group}"
ROUTES = (
    ("GET", "/users", users),
    ("GET", "/users/me/organizations", organizations),
    ("GET", "/users/me/organizations/{organizationId}", organization),
    ("GET", "/users/me/feed", feed),
    ("GET", "/schools/{school}/parameters", school_parameters),
    ("GET", "/schools/cities", nothing),
    ("GET", "/schools/search/by-oktmo", nothing),
    ("GET", f"{_CRITERIA}/subject/{{subject}}/period/{{period}}/criteria-marks-sections", no_criteria),
    ("GET", f"{_CRITERIA}/subject/{{subject}}/period/{{period}}/criteria-marks", no_criteria),
    ("GET", f"{_CRITERIA}/period/{{period}}/criteria-marks", no_criteria),
    ("GET", f"{_CRITERIA}/person/{{person}}/criteria-marks", no_criteria),
    ("GET", f"{_CRITERIA}/criteria-marks-totals", no_criteria),
    ("GET", f"{_CRITERIA}/subject/{{subject}}/criteria-marks-totals", no_criteria),
    ("GET", f"{_CRITERIA}/criteriajournalsection/{{section}}/criteria-marks", no_criteria),
    ("POST", "/criteriajournalsections/many", nothing),
    ("GET", "/lesson-log-entries/{key}", log_by_literal_path),
)
