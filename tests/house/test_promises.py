"""The first promise, by construction: there is no way to write a mark."""

from __future__ import annotations

import ast
import inspect
import re
from importlib import resources
from pathlib import Path

from checkout import modules, tree
from lxml import etree

import connectors.transport.client
from connectors.dnevnik.account import Account
from connectors.dnevnik.attendance import Attendance
from connectors.dnevnik.imports import ImportService
from connectors.dnevnik.reading import Reader
from connectors.dnevnik.rest import DnevnikClient
from connectors.dnevnik.results import Results
from connectors.dnevnik.schoolwork import Schoolwork
from connectors.transport.client import Transport
from state.records import RecordType

WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
NOUNS = (DnevnikClient, Account, Attendance, Results, Schoolwork, Reader)
"""The REST client, whole."""
REGISTER = re.compile(r"mark|work|attend|absence|presence|logentr|lesson_?log|homework|topic|grade|result|final", re.I)
"""What a class register holds."""
WRITING = re.compile(
    r"(?:add|apply|clear|correct|create|delete|drop|edit|enter|insert|patch|post|put|remove|replace|save|send|set|"
    r"store|submit|update|upload|write)(?:_|$)"
)


def operations() -> set[str]:
    wsdl = (resources.files("connectors.dnevnik") / "import_service.wsdl").read_bytes()
    port = etree.fromstring(wsdl).find(f"{WSDL}portType")
    assert port is not None
    return {str(operation.get("name")) for operation in port.findall(f"{WSDL}operation")}


def public(cls: type) -> set[str]:
    return {name for name in vars(cls) if not name.startswith("_")}


def calls_of(path: Path, owner: str) -> set[str]:
    """The names a module calls on `self.<owner>`."""
    return {
        node.func.attr
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value) == f"self.{owner}"
    }


def test_the_import_service_has_no_call_for_a_register() -> None:
    """The shipped WSDL holds rosters, timetables and periods; no operation of it concerns marks, works or absences."""
    assert "insertGroup" in operations()
    assert [name for name in operations() if REGISTER.search(name)] == []


def test_our_soap_client_has_no_method_for_a_register() -> None:
    """Nor has the class that calls it."""
    assert "insert_group" in public(ImportService)
    assert [name for name in public(ImportService) if REGISTER.search(name)] == []


def test_the_rest_client_only_reads() -> None:
    """No class of the client has a writing verb, and all that any of them calls is the transport's `read`."""
    assert "marks" in public(DnevnikClient)
    assert [name for noun in NOUNS for name in public(noun) if WRITING.match(name)] == []
    files = {Path(inspect.getfile(noun)) for noun in NOUNS}
    assert {call for file in files for call in calls_of(file, "_transport")} == {"read"}


def test_the_transport_has_one_way_to_write() -> None:
    """`send` posts to an address given whole; the SOAP port calls it, and the desk that hands out tokens. PUT, PATCH
    and DELETE are never said."""
    assert {"read", "send"} <= public(Transport)
    methods = {
        node.value
        for node in ast.walk(tree(Path(inspect.getfile(connectors.transport.client))))
        if isinstance(node, ast.Constant) and node.value in {"GET", "POST", "PUT", "PATCH", "DELETE"}
    }
    assert methods == {"GET", "POST"}
    assert [path.name for path in modules("connectors", "gateway") if "send" in calls_of(path, "_transport")] == [
        "oauth.py",
        "soap.py",
    ]


def test_no_plan_can_hold_a_mark() -> None:
    """A step of a plan is about a record type, and none is something of the register."""
    assert [kind.value for kind in RecordType if REGISTER.search(kind.value)] == []
