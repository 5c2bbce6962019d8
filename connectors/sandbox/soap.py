"""The SOAP door: `ImportService.asmx`, document/literal, one call per request, asmx manners.

Parsing is hostile-safe (no entities, no network, no DOCTYPE); replies are small string templates with escaping.
Authentication by the same Access-Token header as REST is ASSUMED: the evidence shows none.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from lxml import etree
from starlette.requests import Request
from starlette.responses import Response

from connectors.sandbox.call import viewer_of
from connectors.sandbox.counters import MARK_OPERATIONS, Write
from connectors.sandbox.refusals import ApiRefusal, ImportRefusal
from connectors.sandbox.roster import Written
from connectors.sandbox.soap_calls import CALLS, Arguments

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from connectors.sandbox.world import World

NAMESPACE = "http://dnevnik.mos.ru/"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
WSDL = Path(__file__).parent.parent / "dnevnik" / "import_service.wsdl"
_HEAD = f'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="{ENVELOPE}"><soap:Body>'
_TAIL = "</soap:Body></soap:Envelope>"
_XML = "text/xml; charset=utf-8"


class SoapDoor:
    """An ASGI application over one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = self._wsdl(request) if request.method == "GET" else self._answer(request, await request.body())
        await response(scope, receive, send)

    def _wsdl(self, request: Request) -> Response:
        if "wsdl" not in {key.lower() for key in request.query_params} or not WSDL.exists():
            return Response(status_code=404)
        return Response(WSDL.read_bytes(), media_type=_XML)

    def _answer(self, request: Request, body: bytes) -> Response:
        name = ""
        try:
            name, arguments = self._read(body)
            self._world.counters.asked[name] += 1
            self._admit(request, name)
            result = self._perform(name, arguments)
        except ImportRefusal as refusal:
            return self._refuse(name, refusal)
        except Exception as error:  # noqa: BLE001 - a bug of ours must reach the client as a fault, not as a traceback
            return self._refuse(name, ImportRefusal("serverError", type(error).__name__))
        return Response(f'{_HEAD}<{name}Response xmlns="{NAMESPACE}">{result}</{name}Response>{_TAIL}', media_type=_XML)

    def _refuse(self, name: str, refusal: ImportRefusal) -> Response:
        if not name:
            self._world.counters.asked["unreadable"] += 1
        self._world.counters.refused[refusal.code] += 1
        return Response(_fault(refusal), status_code=500, media_type=_XML)

    def _read(self, body: bytes) -> tuple[str, Arguments]:
        try:
            root = etree.fromstring(body, self._parser)
        except etree.XMLSyntaxError:
            raise ImportRefusal("invalidParameter", "the request is not well-formed XML") from None
        if root.getroottree().docinfo.internalDTD is not None:
            raise ImportRefusal("invalidParameter", "a DOCTYPE is not accepted")
        call = next(iter(root.findall(f"{{{ENVELOPE}}}Body/*")), None)
        if call is None or not call.tag.startswith(f"{{{NAMESPACE}}}"):
            raise ImportRefusal("invalidParameter", "the body holds no call of this service")
        return call.tag[len(NAMESPACE) + 2 :], Arguments(call)

    def _admit(self, request: Request, name: str) -> None:
        """Raises the refusal that stands between this request and its call."""
        try:
            viewer = viewer_of(self._world, request.headers.get("access-token", ""))
        except ApiRefusal as refusal:
            raise ImportRefusal(refusal.kind, refusal.description) from None
        if viewer.role != "admin":
            raise ImportRefusal("invalidToken", "the import service takes an administrator's token")
        if request.headers.get("soapaction", "").strip('"') not in ("", NAMESPACE + name):
            raise ImportRefusal("invalidParameter", "SOAPAction names another call")
        if name not in CALLS:
            why = "register entries are made by teachers" if name in MARK_OPERATIONS else "no such call"
            raise ImportRefusal("methodNotSupported", f"{name[:60]}: {why}")

    def _perform(self, name: str, arguments: Arguments) -> str:
        result = CALLS[name](self._world, arguments)
        if isinstance(result, Written):
            self._world.counters.history.append(_written(name, arguments, result))
            return f"<{name}Result>{_value(name, result)}</{name}Result>"
        return f"<{name}Result>{result}</{name}Result>"


def _written(name: str, arguments: Arguments, result: Written) -> Write:
    what = arguments.plain()
    return Write(name, result.effect, str(result.id), what, result.duplicate, result.marks_destroyed)


def _value(name: str, result: Written) -> str:
    if name == "insertLesson":
        return f"<lessonID>{result.id}</lessonID><workID>{result.work}</workID>"
    return str(result.id) if name.startswith("insert") else "true"


def _fault(refusal: ImportRefusal) -> str:
    side = "Server" if refusal.code == "serverError" else "Client"
    return (
        f"{_HEAD}<soap:Fault><faultcode>soap:{side}</faultcode>"
        f"<faultstring>{escape(f'{refusal.code}: {refusal.text}')}</faultstring><detail/></soap:Fault>{_TAIL}"
    )
