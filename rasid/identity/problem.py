"""Every error is an RFC 9457 problem: what is wrong and how to mend it, never what the request contained.

`install(app)` also catches what nobody expected: one log line with the place in the code (never the exception's own
words, which may quote data), and an answer that tells nothing.
"""

import http
import re
import traceback
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rasid.errors import (
    BadRequest,
    Forbidden,
    Problem,
    TemporarilyUnavailable,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    Unprocessable,
)
from rasid.runtime.log import get_logger

log = get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = "2"
MAX_ERRORS = 20
MAX_FRAMES = 10
_FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")

# What the web framework raises by itself: our slug and what to do about it.
_HTTP = {
    400: ("request-malformed", "The request cannot be read: check its headers and its body."),
    404: ("not-found", "There is nothing at this address; GET /openapi.json lists what there is."),
    405: ("method-not-allowed", "This address does not take this method; the header Allow says which it takes."),
    413: ("body-too-large", "The body is larger than this address takes; send less at a time."),
    415: ("media-type-unsupported", "The body is not in a form this address takes; GET /openapi.json says which."),
}


def install(app: FastAPI) -> None:
    """Answer every error of `app` with a problem."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(Unavailable, _on_unavailable)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_middleware(UnexpectedErrors)


def problem_response(problem: Problem) -> Response:
    """The answer a problem makes."""
    return _answer(
        problem.status,
        problem.title,
        problem.slug,
        problem.detail,
        headers=problem.headers,
        extra=problem.extra,
    )


def _answer(
    status: int,
    title: str,
    slug: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    extra: Mapping[str, object] | None = None,
) -> Response:
    body = {"type": f"urn:rasid:problem:{slug}", "title": title, "status": status, "detail": detail, **(extra or {})}
    sent = {"Cache-Control": "no-store", **(headers or {})}
    if status == http.HTTPStatus.SERVICE_UNAVAILABLE:
        sent.setdefault("Retry-After", RETRY_AFTER_SECONDS)
    return Response(msgspec.json.encode(body), status, sent, MEDIA_TYPE)


class UnexpectedErrors:
    """ASGI middleware: an error nobody expected is logged once and answered with 500, or ends the connection."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application; what it raises while answering a request ends here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except ClientDisconnect:
            # Nobody listens any more. Returning without a complete answer makes the server close the connection.
            return
        except Exception as error:  # noqa: BLE001 - the last place: whatever it is, it must not reach the caller
            response = unexpected(scope, error)
            if not started:
                await response(scope, receive, send)


def unexpected(scope: Scope, error: Exception) -> Response:
    """The answer to a request that failed as nobody expected, once that is in the log."""
    _log_unexpected(scope, error)
    return problem_response(_UNEXPECTED)


_UNEXPECTED = Problem("unexpected", "This is a fault of the service and has been logged; the operators can find it.")


async def _on_problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - how the handler is registered, said to the type checker
    return problem_response(error)


async def _on_unavailable(_: Request, error: Exception) -> Response:
    assert isinstance(error, Unavailable)  # noqa: S101 - how the handler is registered, said to the type checker
    log.error("a request failed because something is unavailable", what=error.what, detail=error.detail)
    return problem_response(TemporarilyUnavailable("unavailable", f"{error.what} does not answer now; try again soon."))


async def _on_http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - how the handler is registered, said to the type checker
    status = http.HTTPStatus(error.status_code)
    slug, detail = _HTTP.get(status, (f"http-{status.value}", f"{status.phrase}."))
    return _answer(status.value, status.phrase, slug, detail, headers=error.headers)


async def _on_invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - how the handler is registered, said to the checker
    found = error.errors()
    wrong = [{"field": _field(one["loc"]), "wrong": _wrong(one)} for one in found[:MAX_ERRORS]]
    fields = ", ".join(dict.fromkeys(one["field"] for one in wrong))
    detail = f"Mend what `errors` lists ({fields}) and send it again."
    return problem_response(Unprocessable("request-invalid", detail, extra={"errors": wrong}))


def _field(location: Sequence[int | str]) -> str:
    """`body.plate`, `query.limit`: names as the interface has them. A name that could be data is shown as `?`."""
    return ".".join(_name(part) for part in location) or "request"


def _name(part: int | str) -> str:
    if isinstance(part, int):
        return str(part)
    return part if _FIELD_NAME.fullmatch(part) else "?"


def _wrong(error: Mapping[str, Any]) -> str:
    """What is wrong in pydantic's words, unless they quote what was sent."""
    message = str(error.get("msg", "")).removeprefix("Value error, ").removeprefix("Assertion failed, ")
    sent = [*_texts(error.get("input")), *_texts(error.get("ctx", {}).get("tag"))]
    is_quoted = any(re.search(rf"(?<!\w){re.escape(text)}(?!\w)", message) for text in sent)
    return "is not valid here" if is_quoted or not message else message


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str) and value.strip():
        yield value.strip()
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from (*_texts(key), *_texts(one))
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _texts(one)


def _log_unexpected(scope: Scope, error: Exception) -> None:
    causes = []
    cause: BaseException | None = error
    while cause is not None:
        causes.append(type(cause).__name__)
        cause = cause.__cause__ or cause.__context__
    frames = traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:]
    log.error(
        "an unexpected error",
        error=causes,
        route=getattr(scope.get("route"), "path", None),
        where=[f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    )


def _schema() -> dict[str, Any]:
    texts = {name: {"type": "string"} for name in ("type", "title", "detail")}
    return {
        "type": "object",
        "description": "RFC 9457 problem details",
        "required": ["type", "title", "status", "detail"],
        "properties": {**texts, "status": {"type": "integer"}},
    }


def problem_responses(*kinds: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """OpenAPI `responses=` for the problems a route may answer."""
    return {kind.status: {"description": kind.title, "content": {MEDIA_TYPE: {"schema": _schema()}}} for kind in kinds}


PROBLEM_RESPONSES = problem_responses(
    BadRequest, Unauthenticated, Forbidden, Unprocessable, TooManyRequests, TemporarilyUnavailable
)
