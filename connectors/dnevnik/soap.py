"""SOAP over our own transport: zeep writes and reads the envelopes, the budget, counting and redaction stay ours."""

from __future__ import annotations

import functools
import io
import logging
import re
import threading
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

import zeep
import zeep.exceptions
import zeep.wsdl.utils

from connectors import faults
from connectors.transport.errors import kind_of
from connectors.transport.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Mapping

    import lxml.etree

    from connectors.transport.answer import Answer
    from connectors.transport.client import Transport

WSDL = "import_service.wsdl"
_BINDING = "{http://dnevnik.mos.ru/}ImportServiceSoap"
_CODED = re.compile(r"\s*([A-Za-z]\w*)\s*:\s*(.*)", re.DOTALL)
_CUT = (
    zeep.exceptions.TransportError,
    zeep.exceptions.XMLSyntaxError,
    IndexError,  # an envelope with an empty body
)
_MISSHAPEN = (
    zeep.exceptions.XMLParseError,  # an element that is missing, or one nobody described
    ValueError,  # an id that is no number
)


def wsdl_bytes() -> bytes:
    """The description we ship: nothing is ever fetched to build the client."""
    return resources.files("connectors.dnevnik").joinpath(WSDL).read_bytes()


@functools.cache
def _description() -> Any:
    """The description as zeep understands it, read once: clients only look things up in it.

    What zeep logs by itself may quote an answer, and an answer may hold a name: it ends here.
    """
    logging.getLogger("zeep").setLevel(logging.CRITICAL + 1)
    return zeep.Client(io.BytesIO(wsdl_bytes())).wsdl  # type: ignore[no-untyped-call]


class _Misshapen(faults.InDoubt):
    """Whole, and of no shape we know: of a write it is a doubt, a read would not get better."""


class SoapPort:
    """The import service at `url`. `write` sends once, `read` may be repeated."""

    def __init__(self, transport: Transport, url: str) -> None:
        self._transport = transport
        self._carrier = _Carrier(transport)
        client = zeep.Client(_description(), transport=self._carrier)  # type: ignore[no-untyped-call]
        self._service: Any = client.create_service(_BINDING, url)  # type: ignore[no-untyped-call]

    @property
    def request_id(self) -> str:
        """That of the last answer this thread was given; blank: none came, or without one."""
        return self._carrier.request_id

    def write(self, call: str, **arguments: Any) -> Any:
        """The call's result. Raises Rejected or Unauthorised for a SOAP fault, InDoubt when no whole answer came."""
        try:
            return self._service[call](**arguments)
        except zeep.exceptions.Fault as error:
            raise _named(error, call, self.request_id) from None
        except _CUT:
            raise faults.InDoubt("no whole answer to a write", call, self.request_id) from None
        except _MISSHAPEN:
            raise _Misshapen("the answer has another shape", call, self.request_id) from None

    def read(self, call: str, **arguments: Any) -> Any:
        """The call's result; what would leave a write in doubt is only Unavailable here."""

        def once() -> Any:
            try:
                return self.write(call, **arguments)
            except _Misshapen as error:
                raise faults.SchemaDrift(error.what, call, error.request_id) from None
            except faults.InDoubt as error:
                raise faults.Unavailable(error.what, call, error.request_id) from error

        return self._transport.retrying(once)


def _named(error: zeep.exceptions.Fault, call: str, request_id: str) -> faults.Fault:
    """A SOAP fault «code: text» by what recovers from it; the codes of REST mean the same here.

    The service's own faults leave a doubt: it may have broken down before or after the write.
    """
    matched = _CODED.fullmatch(error.message or "")
    code, text = matched.groups() if matched else ("", error.message or "")
    kind = kind_of(code)
    if kind is faults.Unauthorised:
        return faults.Unauthorised(code, call, request_id)
    if kind is faults.Forbidden:
        return faults.Forbidden(code, call, request_id, code=code)
    if kind is faults.Throttled:
        return faults.Throttled(code, call, request_id)
    if kind is faults.Unavailable:
        return faults.InDoubt(f"{code}: {redact(text)}", call, request_id)
    return faults.Rejected(redact(text), call, request_id, code=code)


@dataclass(frozen=True, slots=True)
class _Reply:
    """What zeep wants to see of an answer."""

    status_code: int
    content: bytes
    headers: Mapping[str, str]
    encoding: str = "utf-8"


class _Carrier:
    """The transport zeep asks for, in the one method it uses here."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._heard = threading.local()

    @property
    def request_id(self) -> str:
        """That of the last answer this thread was given: zeep does not hand it on."""
        return getattr(self._heard, "request_id", "")

    def post_xml(self, address: str, envelope: lxml.etree._Element, headers: Mapping[str, str]) -> _Reply:
        call = headers["SOAPAction"].strip('"').rpartition("/")[2]
        body = zeep.wsdl.utils.etree_to_string(envelope)  # type: ignore[no-untyped-call]
        self._heard.request_id = ""
        answer = self._transport.send(address, call, body, {**headers, "Accept": "text/xml"})
        self._heard.request_id = answer.request_id
        fault = _fault_before_soap(answer, call)
        if fault:
            raise fault
        return _Reply(answer.status, answer.body, {"Content-Type": answer.content_type or "text/xml"})


def _fault_before_soap(answer: Answer, call: str) -> faults.Fault | None:
    """The fault of an answer that is no SOAP envelope at all."""
    if answer.status == 200 or b"Fault" in answer.body:
        return None if answer.body.strip() and not answer.is_html else _lost(answer, call)
    if answer.status in {401, 403}:
        kind = faults.Unauthorised if answer.status == 401 else faults.Forbidden
        return kind(f"HTTP {answer.status}", call, answer.request_id)
    if 300 <= answer.status < 500:
        return faults.NotFound(f"no import service here: HTTP {answer.status}", call, answer.request_id)
    return _lost(answer, call)


def _lost(answer: Answer, call: str) -> faults.InDoubt:
    return faults.InDoubt(f"HTTP {answer.status} without a SOAP answer", call, answer.request_id)
