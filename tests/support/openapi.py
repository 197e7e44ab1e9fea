"""Which routes of a service are not behind the gate (none may be, but those on its public list), or say too little."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts

from rasid.identity.gate import GatedRoute

SHORT = 40
# Public on every service. The reason stands beside each.
ALWAYS_PUBLIC: Mapping[str, str] = {
    "GET /live": "orchestrators ask it without a token; it tells nothing about persons",
    "GET /ready": "orchestrators ask it without a token; it tells nothing about persons",
    "GET /metrics": "Prometheus asks it without a token; labels are bounded and name nobody",
    "GET /openapi.json": "the description of the interface",
    "GET /docs": "the description of the interface, to be read",
    "GET /docs/oauth2-redirect": "part of the page above",
    "GET /redoc": "the description of the interface, to be read",
}


def ungated_routes(app: FastAPI, public: Mapping[str, str] | None = None) -> list[str]:
    """`METHOD /path` of every route, mount and socket that is neither gated nor on a public list (route -> reason)."""
    allowed = {**ALWAYS_PUBLIC, **(public or {})}
    return [name for name in _names(app, gated=False) if name not in allowed]


def stale_public_routes(app: FastAPI, public: Mapping[str, str]) -> list[str]:
    """Entries of a public list that are no route of the app, or one that is gated, or give no reason."""
    there = set(_names(app, gated=False))
    return [name for name, reason in public.items() if name not in there or not reason.strip()]


def undescribed(app: FastAPI, public: Mapping[str, str] | None = None) -> list[str]:
    """`METHOD /path` of every operation that does not say what it does, what its parameters are, or how it fails."""
    operations = {
        f"{method.upper()} {path}": operation
        for path, methods in app.openapi()["paths"].items()
        for method, operation in methods.items()
    }
    assert operations
    return [name for name, operation in operations.items() if not _says(operation, is_public=name in (public or {}))]


def _says(operation: dict[str, Any], *, is_public: bool) -> bool:
    answers = set() if is_public else {"401", "403", "422", "503"}
    return (
        bool(operation.get("summary"))
        and len(operation.get("description", "")) > SHORT
        and all(parameter.get("description") for parameter in operation.get("parameters", ()))
        and answers <= operation["responses"].keys()
    )


def _names(app: FastAPI, *, gated: bool) -> list[str]:
    contexts = [one for one in iter_route_contexts(app.routes) if isinstance(one.original_route, GatedRoute) is gated]
    return sorted(name for context in contexts for name in _labels(context))


def _labels(context: RouteContext) -> list[str]:
    kind = type(context.original_route).__name__.upper()
    methods = context.methods or {kind}
    # Starlette answers HEAD wherever it answers GET: one route, one entry.
    return [f"{method} {context.path}" for method in sorted(methods) if not (method == "HEAD" and "GET" in methods)]
