"""Which addresses of an identity provider are believed (OpenID Connect Discovery 1.0): pure."""

import ipaddress
import json
from urllib.parse import urlsplit

from rasid.errors import ConfigurationError

PATH = "/.well-known/openid-configuration"
FIX = (
    "set RASID_TOKEN_ISSUER to the provider's https address, exactly as its tokens name it in `iss` (http only on this "
    "machine), or RASID_TOKEN_KEYS to a file with its keys"
)


def check_issuer(issuer: str) -> None:
    """Raise ConfigurationError unless keys may be fetched from `issuer`: over https, or from this machine."""
    if not _is_believable(issuer, plain=True):
        raise ConfigurationError("the token issuer is no address that keys may be fetched from", FIX)


def discovery_address(issuer: str) -> str:
    """Where an issuer describes itself."""
    return issuer.removesuffix("/") + PATH


def read_discovery(text: bytes, issuer: str) -> str:
    """The address of the key set in an issuer's description of itself; raises ConfigurationError.

    It must name exactly our issuer, and a provider with https cannot send us to an address without.
    """
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict) or body.get("issuer") != issuer:
        raise ConfigurationError("the identity provider describes another issuer than the one that is believed", FIX)
    address = body.get("jwks_uri")
    if not isinstance(address, str) or not _is_believable(address, plain=_is_local(issuer)):
        raise ConfigurationError("the identity provider keeps its keys at an address that is not believed", FIX)
    return address


def is_loopback(address: str) -> bool:
    """Whether this is a plain http address of this machine, and no browser reads it as any other."""
    return urlsplit(address).scheme == "http" and _is_believable(address, plain=True)


def _is_believable(address: str, *, plain: bool) -> bool:
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or parts.fragment or not address.isprintable():
        return False
    return parts.scheme == "https" or (plain and parts.scheme == "http" and _is_local(address))


def _is_local(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
