"""How a device that is not admitted is answered: with a challenge, or with why it never will be."""

from datetime import datetime

from fastapi import Request, Response

from rasid.errors import Forbidden, Problem, Unauthenticated
from rasid.identity.problem import problem_response
from services.ingest.admission import Refused
from services.ingest.credentials import REALM
from services.ingest.digest import Nonces, challenges
from services.ingest.strangers import Strangers

RETRY_AFTER = {"Retry-After": "5"}
# The first of a device's two requests under Digest has no credential: that is no failure.
NO_FAILURES = frozenset({"no_credential", "stale_nonce"})

_UNPROVED = Unauthenticated(
    "camera-unknown",
    "prove that you are this device: by the user and password that Rasid showed once, with Digest or Basic",
)
_REFUSALS: dict[str, Problem] = {
    "retired": Forbidden("camera-retired", "this camera is retired: an administrator can change its state"),
    "other_camera": Forbidden("other-camera", "this credential is another device's: one can only speak for itself"),
}


def refusal(refused: Refused, request: Request, nonces: Nonces, now: datetime) -> Response:
    """The answer to a request that was refused."""
    response = problem_response(_REFUSALS.get(refused.reason, _UNPROVED))
    if response.status_code == Unauthenticated.status:
        for challenge in challenges(REALM, nonces.new(now), stale=refused.reason == "stale_nonce"):
            response.headers.append("WWW-Authenticate", challenge)
    if "expect" in request.headers:
        # The client waits with its body and may never send it: what comes next could not be told from it.
        response.headers["Connection"] = "close"
    return response


def note(strangers: Strangers, refused: Refused, request: Request, claimed: str, now: datetime) -> None:
    """Keep for the administrator that this sender was refused."""
    peer = None if request.client is None else request.client.host
    strangers.note(claimed, peer, refused.reason, now)
