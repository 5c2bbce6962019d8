"""The import service at its edge: what is sent, and what each kind of answer means for a write."""

from __future__ import annotations

from datetime import date, time
from typing import TYPE_CHECKING

import httpx
import pytest
import respx
from lxml import etree

from connectors import faults
from connectors.dnevnik.hosts import import_service_url, rest_base
from connectors.dnevnik.imports import ImportService
from connectors.dnevnik.soap import wsdl_bytes
from connectors.dnevnik.wire_out import BellTimes, GroupFields
from connectors.transport.client import Transport
from connectors.transport.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator

URL = "http://127.0.0.1:9/ImportService.asmx"
NS = "http://dnevnik.mos.ru/"
XML = {"Content-Type": "text/xml; charset=utf-8"}


def envelope(inner: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">'
        f"<soap:Body>{inner}</soap:Body></soap:Envelope>"
    )


def reply(call: str, result: str) -> str:
    return envelope(f'<{call}Response xmlns="{NS}"><{call}Result>{result}</{call}Result></{call}Response>')


def fault(text: str) -> str:
    return envelope(f"<soap:Fault><faultcode>soap:Client</faultcode><faultstring>{text}</faultstring></soap:Fault>")


@pytest.fixture
def route() -> Iterator[respx.Route]:
    with respx.mock:
        yield respx.post(URL)


@pytest.fixture
def service() -> Iterator[ImportService]:
    with Transport("http://127.0.0.1:9/v2.0", Secret("t" * 32), sleep=lambda _: None) as transport:
        yield ImportService(transport, URL, "school-guid")


def insert(service: ImportService) -> str:
    return service.insert_lesson("group-guid", "2260325488551003872", None, date(2026, 9, 1), 3)


def test_a_call_is_document_literal_with_its_arguments_in_order(service: ImportService, route: respx.Route) -> None:
    """One wrapped element per call, children in the order of the evidence, an absent teacher left out."""
    route.respond(text=reply("insertLesson", "<lessonID>77</lessonID><workID>78</workID>"), headers=XML)
    assert insert(service) == "77"
    request = route.calls.last.request
    assert request.headers["SOAPAction"] == f'"{NS}insertLesson"'
    assert request.headers["Access-Token"] == "t" * 32
    (call,) = etree.fromstring(request.content).findall(".//{*}insertLesson")
    assert call.tag == f"{{{NS}}}insertLesson"
    assert [(child.tag.rpartition("}")[2], child.text) for child in call] == [
        ("groupGuid", "group-guid"),
        ("subjectID", "2260325488551003872"),
        ("date", "2026-09-01T00:00:00"),
        ("number", "3"),
    ]


def test_bells_and_groups_travel_whole(service: ImportService, route: respx.Route) -> None:
    """A day's bells are one nested list; a class without periods and bells says 0."""
    route.respond(text=reply("insertTimeTable", "5"), headers=XML)
    assert service.insert_time_table("Смена", [BellTimes(number=1, starts=time(8, 30), ends=time(9, 15))]) == "5"
    items = etree.fromstring(route.calls.last.request.content).findall(".//{*}items/*/*/*/*")
    assert [item.text for item in items] == ["1", "8", "30", "9", "15"]
    route.respond(text=reply("insertGroup", "6"), headers=XML)
    service.insert_group(GroupFields(guid="g", name="7Б", grade=7, school_year=2026))
    call = etree.fromstring(route.calls.last.request.content).find(".//{*}insertGroup")
    assert call is not None
    assert [child.text for child in call] == ["g", "school-guid", "7Б", "7", "2026", "0", None, "0"]


def test_collections_come_back_as_wire_models(service: ImportService, route: respx.Route) -> None:
    """Ids above 2^53 stay exact text; an empty collection is an empty tuple."""
    rows = "<Subject><ID>2260325488551003872</ID><name>Алгебра</name><knowledgeArea>Common</knowledgeArea></Subject>"
    route.respond(text=reply("getSubjectCollection", rows), headers=XML)
    assert [(one.key, one.name) for one in service.subjects()] == [("2260325488551003872", "Алгебра")]
    route.respond(text=reply("getSubjectCollection", ""), headers=XML)
    assert service.subjects() == ()


def test_a_kind_of_periods_nobody_knows_is_a_finding(service: ImportService, route: respx.Route) -> None:
    """The group is read, its word kept."""
    rows = "<ReportingPeriodGroup><ID>7</ID><name>x</name><type>Sprint</type><studyYear>2026</studyYear>"
    rows += "</ReportingPeriodGroup>"
    route.respond(text=reply("getReportingPeriodGroupCollection", rows), headers=XML)
    (group,) = service.reporting_period_groups(2026)
    assert (group.key, group.type) == ("7", "Sprint")
    (found,) = service.unfamiliar.found
    assert (found.name, found.word, found.key) == ("ReportingPeriodGroup.type", "Sprint", "7")
    assert found.place == "getReportingPeriodGroupCollection"


def test_a_collection_that_does_not_fit_is_drift(service: ImportService, route: respx.Route) -> None:
    """A period without its days is told by field, not by a crash."""
    period = "<ReportingPeriod><ID>8</ID><name>Иванов</name><number>1</number></ReportingPeriod>"
    rows = f"<ReportingPeriodGroup><ID>7</ID><periods>{period}</periods></ReportingPeriodGroup>"
    route.respond(text=reply("getReportingPeriodGroupCollection", rows), headers=XML)
    with pytest.raises(faults.SchemaDrift) as caught:
        service.reporting_period_groups(2026)
    assert "Иванов" not in str(caught.value)
    assert route.call_count == 1, "it would not get better"


def test_a_write_answered_in_another_shape_is_in_doubt(service: ImportService, route: respx.Route) -> None:
    """An element nobody described may stand beside a result: whether it is done is looked up."""
    strange = f'<insertLessonResponse xmlns="{NS}"><insertLessonResult><room>5</room></insertLessonResult>'
    route.respond(text=envelope(f"{strange}</insertLessonResponse>"), headers=XML)
    with pytest.raises(faults.InDoubt):
        insert(service)
    assert route.call_count == 1


FAULTS: list[tuple[httpx.Response | Exception, type[faults.Fault], str]] = [
    (httpx.Response(500, text=fault("unknownGuid: no such group"), headers=XML), faults.Rejected, "unknownGuid"),
    (httpx.Response(200, text=fault("holiday: no school"), headers=XML), faults.Rejected, "holiday"),
    (httpx.Response(500, text=fault("plain words"), headers=XML), faults.Rejected, ""),
    (httpx.Response(500, text=fault("invalidToken: x"), headers=XML), faults.Unauthorised, ""),
    (httpx.Response(500, text=fault("systemForbidden: x"), headers=XML), faults.Forbidden, "systemForbidden"),
    (httpx.Response(500, text=fault("ApiRequestLimit: x"), headers=XML), faults.Throttled, ""),
    (httpx.Response(500, text=fault("serverError: x"), headers=XML), faults.InDoubt, ""),
    (httpx.Response(401, text="", headers=XML), faults.Unauthorised, ""),
    (httpx.Response(403, text="", headers=XML), faults.Forbidden, ""),
    (httpx.Response(404, text="<html>", headers={"Content-Type": "text/html"}), faults.NotFound, ""),
    (httpx.Response(429, text=""), faults.Throttled, ""),
    (httpx.Response(502, text="<html>bad</html>", headers={"Content-Type": "text/html"}), faults.InDoubt, ""),
    (httpx.Response(200, text="<html>ok</html>", headers={"Content-Type": "text/html"}), faults.InDoubt, ""),
    (httpx.Response(200, text="", headers=XML), faults.InDoubt, ""),
    (httpx.Response(200, text=envelope("<a>")[:-20], headers=XML), faults.InDoubt, ""),
    (httpx.Response(200, text=envelope(""), headers=XML), faults.InDoubt, ""),
    (httpx.Response(200, text=envelope(f'<insertLessonResponse xmlns="{NS}"/>'), headers=XML), faults.InDoubt, ""),
    (httpx.Response(200, text=reply("insertLesson", "<lessonID>x</lessonID>"), headers=XML), faults.InDoubt, ""),
    (httpx.ReadTimeout("x"), faults.InDoubt, ""),
    (httpx.ConnectError("x"), faults.Unavailable, ""),
]


@pytest.mark.parametrize(("answer", "kind", "code"), FAULTS)
def test_each_end_of_a_write_is_one_fault(
    service: ImportService, route: respx.Route, answer: httpx.Response | Exception, kind: type[faults.Fault], code: str
) -> None:
    """A fault of the service is a refusal with its code; no whole answer is doubt; a write is sent once."""
    answered = isinstance(answer, httpx.Response)
    if answered:
        answer.headers["X-Request-Id"] = "r-9"
    route.side_effect = [answer]
    with pytest.raises(faults.Fault) as caught:
        insert(service)
    assert type(caught.value) is kind
    assert caught.value.request_id == ("r-9" if answered else ""), "the diary's support asks for it"
    assert getattr(caught.value, "code", "") == code
    assert route.call_count == 1


def test_false_is_a_refusal(service: ImportService, route: respx.Route) -> None:
    """Calls that answer bool refuse by false; no result at all is doubt."""
    route.respond(text=reply("deleteLesson", "false"), headers=XML)
    with pytest.raises(faults.Rejected):
        service.delete_lesson("1")
    route.respond(text=envelope(f'<deleteLessonResponse xmlns="{NS}"/>'), headers=XML)
    with pytest.raises(faults.InDoubt):
        service.delete_lesson("1")


def test_a_read_of_the_service_is_tried_again(service: ImportService, route: respx.Route) -> None:
    """What leaves a write in doubt is for a read only one more attempt."""
    good = httpx.Response(200, text=reply("getSubjectCollection", ""), headers=XML)
    route.side_effect = [httpx.Response(502, text="<html>"), httpx.ReadError("x"), good]
    assert service.subjects() == ()
    assert route.call_count == 3


def test_the_library_says_nothing_of_an_answer_by_itself(
    service: ImportService, route: respx.Route, caplog: pytest.LogCaptureFixture
) -> None:
    """Where a number should be, a name may stand: zeep would log it."""
    route.respond(text=reply("insertLesson", "<lessonID>Иванов</lessonID>"), headers=XML)
    with pytest.raises(faults.InDoubt):
        insert(service)
    assert "Иванов" not in caplog.text


def test_a_refusals_words_hold_no_person(service: ImportService, route: respx.Route) -> None:
    """The service's text goes into journals and screens: names are taken out."""
    route.respond(500, text=fault("duplicate: Иванов Пётр уже в классе"), headers=XML)
    with pytest.raises(faults.Rejected) as caught:
        insert(service)
    assert "Иванов" not in str(caught.value)


def test_no_call_of_the_description_writes_the_register() -> None:
    """Marks, works, attendance and finals are teachers' business: those calls do not exist for us."""
    names = {one.get("name") or "" for one in etree.fromstring(wsdl_bytes()).iter("{*}operation")}
    assert "insertLesson" in names
    assert not [name for name in names if any(word in name for word in ("Mark", "Work", "LogEntry"))]


def test_every_call_of_the_description_is_a_method() -> None:
    """What we can ask for, we can say."""
    names = {one.get("name") or "" for one in etree.fromstring(wsdl_bytes()).iter("{*}operation")}
    spoken = {name.replace("_", "") for name in dir(ImportService) if not name.startswith("_")}
    said = {"getreportingperiodgroupcollection": "reportingperiodgroups", "getsubjectcollection": "subjects"}
    assert {said.get(name.lower(), name.lower()) for name in names if name} == spoken


@pytest.mark.parametrize(
    ("host", "base"),
    [
        ("dnevnik.ru", "https://api.dnevnik.ru/v2.0"),
        ("kundelik.kz", "https://api.kundelik.kz/v2.0"),
        ("http://127.0.0.1:80", "http://127.0.0.1:80/v2.0"),
        ("http://127.0.0.1:80/v2/", "http://127.0.0.1:80/v2"),
    ],
)
def test_a_host_is_a_known_name_or_an_address_with_either_prefix(host: str, base: str) -> None:
    """Both prefixes mean the same; the import service stands beside them."""
    assert rest_base(host) == base
    assert import_service_url(host) == base.partition("/v2")[0] + "/ImportService.asmx"
