"""A camera's credential as a token in the address, for firmware that can do nothing else. No IO.

The token is the camera's password, which can do nothing but post as this camera. It is Basic in another place: looked
at by the same admission, in the same time whatever the answer, and replaced and revoked with the password. Addresses
are kept by what stands between: `rasid.runtime.masking` keeps the token out of our own logs.
"""

import base64
from urllib.parse import parse_qs

from starlette.requests import Request

NAME = "token"
LONGEST_QUERY = 2048


def authorization(camera_id: str, request: Request, header: str | None) -> str | None:
    """What the request proves itself with: the token where there is one, else `header`, its `Authorization`.

    A token that somebody typed into the address was meant; firmware sends a header by itself, also without a user.
    """
    token = _token(request)
    if token is None:
        return header
    return f"Basic {base64.b64encode(f'{camera_id}:{token}'.encode()).decode()}"


def _token(request: Request) -> str | None:
    """The token in the path or in the query; empty, so that it is no camera's, where there are several."""
    in_path: str | None = request.path_params.get(NAME)
    query: bytes = request.scope["query_string"]
    if not query:
        return in_path
    if len(query) > LONGEST_QUERY:
        return ""
    found = parse_qs(query.decode("latin-1"), keep_blank_values=True).get(NAME, [])
    given = [*found, *([in_path] if in_path is not None else [])]
    if not given:
        return None
    return given[0] if len(given) == 1 else ""
