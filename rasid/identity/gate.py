"""What a service needs of the gate: the route class, the declaration of a route, and the disclosure in its handler.

A route is gated by its router's class and says what it is about::

    router = APIRouter(prefix="/v1", route_class=GatedRoute)

    @router.get("/alerts/{alert_id}", openapi_extra=gated(operation="consult", subject="alert", purpose=True))
    async def read(alert_id: str, use: Annotated[Disclosure, Depends(disclosure)]) -> Alert: ...

A route of that router that does not say it fails when it is declared, so the service does not start.
"""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, get_args

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.security import HTTPBearer

from rasid.contract.audit import Operation
from rasid.contract.fields import IDENTIFIER_PATTERN
from rasid.errors import ConfigurationError
from rasid.identity.admission import Gated
from rasid.identity.audit_gate import AuditGate
from rasid.identity.claims import SCOPES
from rasid.identity.disclosure import Disclosure, disclosure
from rasid.identity.headers import CASE, PURPOSE
from rasid.identity.kinds import SUBJECT_DATA, SubjectKind
from rasid.identity.problem import PROBLEM_RESPONSES

__all__ = ["AuditGate", "Disclosure", "GatedRoute", "disclosure", "gated"]

EXTENSION = "x-rasid-gate"
MAX_BODY_BYTES = 1_048_576
# Documents the scheme in OpenAPI; the gate itself reads the header, before anything else does.
BEARER = HTTPBearer(scheme_name="token", bearerFormat="JWT", description="Access token of a person", auto_error=False)


def gated(
    *,
    operation: Operation,
    subject: SubjectKind,
    purpose: bool,
    stream: bool = False,
    max_body_bytes: int = MAX_BODY_BYTES,
    body_streams: bool = False,
    scope: str | None = None,
) -> dict[str, Any]:
    """The `openapi_extra` of a gated route: what is done with what, under a case and purpose or not.

    With `body_streams` the body is too large to be read before it is known who sends it: the handler takes it from the
    request, counts it and puts its digest into the answer, which the closing record commits to. With `scope` it is for
    machines that have this scope: they may give (`collect`) without a case, and are shown nothing.

    Raises ConfigurationError for words that are not the policy's, and for subject data without a purpose.
    """
    if operation not in get_args(Operation) or subject not in get_args(SubjectKind):
        raise ConfigurationError(
            f"a route is gated as {operation!r} of {subject!r}, which the policy does not know",
            "use the operations of rasid/contract/audit.py and the subject kinds of rasid/identity/kinds.py",
        )
    if scope is not None and (scope not in SCOPES or operation != "collect" or purpose):
        raise ConfigurationError(
            f"a route for machines asks for {scope!r}", "machines collect, by a scope of claims.py"
        )
    if subject in SUBJECT_DATA and not purpose and scope is None:
        raise ConfigurationError(f"a route shows {subject} without a purpose", "say purpose=True")
    declared = {
        "operation": operation,
        "subject": subject,
        "purpose": purpose,
        "stream": stream,
        "max_body_bytes": max_body_bytes,
        "body_streams": body_streams,
        "scope": scope,
    }
    return {EXTENSION: declared, "parameters": [_CASE_HEADER, _PURPOSE_HEADER] if purpose else []}


class GatedRoute(APIRoute):
    """A route that answers only through the gate."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self.gated = _declared(path, options.get("openapi_extra"))
        options["dependencies"] = [*(options.get("dependencies") or ()), Depends(BEARER)]
        options["responses"] = {**PROBLEM_RESPONSES, **(options.get("responses") or {})}
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler FastAPI makes, behind the gate."""
        handler = super().get_route_handler()
        templates: dict[str, str] = {}

        async def through_the_gate(request: Request) -> Response:
            gate = getattr(request.app.state, "gate", None)
            if not isinstance(gate, AuditGate):
                raise RuntimeError("a gated route without a gate: app.state.gate is not set")  # noqa: TRY004 - a fault of the service
            if request.method not in templates:
                templates[request.method] = f"{request.method} {self._template(request)}"
            return await gate.answer(request, self.gated, templates[request.method], handler)

        return through_the_gate

    def _template(self, request: Request) -> str:
        """The path with the names of its parameters, and with the prefixes of the routers it was included by."""
        contexts = iter_route_contexts(request.app.routes)
        found = next((context.path for context in contexts if context.original_route is self), None)
        return found or self.path


def _declared(path: str, extra: Mapping[str, Any] | None) -> Gated:
    declared = (extra or {}).get(EXTENSION)
    if declared is None:
        raise ConfigurationError(
            f"the route {path} stands on a gated router and does not say what it discloses",
            "give it openapi_extra=gated(operation=..., subject=..., purpose=...)",
        )
    return Gated(**declared)


def _header(name: str, description: str, example: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": True,
        "description": description,
        "schema": {"type": "string", "pattern": IDENTIFIER_PATTERN},
        "example": example,
    }


_CASE_HEADER = _header(CASE, "An open case of your agency that you are assigned to.", "duty-control-room")
_PURPOSE_HEADER = _header(PURPOSE, "What you need the data for: a code of your agency's list.", "live-monitoring")
