"""Takes secrets out of what a device says before anything of it is kept. No IO."""

import re

_USER = re.compile(r"(?<=//)[^/@\s]{1,200}@")
# In bytes that may be JSON, where slashes can be escaped; up to the last @, which a password may hold as well.
_USER_IN_BYTES = re.compile(rb"""(?<=:)(\\?/\\?/)[^\s"'<>\\]{1,512}@""")
_SECRET = rb"(?:passw(?:or)?d|secret|token|api_?key|license_?key)"
_SECRET_FIELD = re.compile(rb"""(%s["']?\s{0,8}[:=]\s{0,8}["'])[^"'\r\n]{1,512}""" % _SECRET, re.IGNORECASE)
_SECRET_ELEMENT = re.compile(rb"(<[\w:]{0,40}%s>)[^<]{1,512}" % _SECRET, re.IGNORECASE)
_GONE = rb"\1***"


def without_credentials(address: str | None) -> str | None:
    """An address without the user and password in it."""
    return None if address is None else _USER.sub("", address)


def without_secrets(body: bytes) -> bytes:
    """Bytes without the users and passwords of addresses, and without the values of fields named as secrets."""
    for pattern, left in ((_USER_IN_BYTES, rb"\1***@"), (_SECRET_FIELD, _GONE), (_SECRET_ELEMENT, _GONE)):
        body = pattern.sub(left, body)
    return body
