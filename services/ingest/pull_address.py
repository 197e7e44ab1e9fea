"""Where Rasid asks no camera, whatever the registry says: at itself, its host's link, or a cloud's metadata. No IO.

Whoever may edit the registry would otherwise have this service connect there, with a password of their choice.
"""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

# Where clouds tell machines their secrets, beside 169.254.169.254, which is link-local: Alibaba's, AWS's over IPv6.
METADATA = frozenset({ip_address("100.100.100.200"), ip_address("fd00:ec2::254")})
_TRANSLATED = IPv6Network("64:ff9b::/96")
_THIS_NETWORK = ip_network("0.0.0.0/8")
_LOCAL_NAMES = (".localhost", ".metadata.google.internal")


def why_not(address: str, *, loopback: bool) -> str | None:
    """Why no camera is asked at this IP address or host name, or None. `loopback`: this machine itself may be.

    A host name is judged again by what it stands for, when it is asked: see `camera_http`.
    """
    try:
        return _why_not(_plain(ip_address(address)), loopback=loopback)
    except ValueError:
        is_local = f".{address.lower().rstrip('.')}".endswith(_LOCAL_NAMES)
        return "is a name of this machine or of its cloud: give the camera's own" if is_local and not loopback else None


def _why_not(found: IPv4Address | IPv6Address, *, loopback: bool) -> str | None:
    if found.is_loopback:
        return None if loopback else "is this machine itself: give the camera's own (a test sets RASID_PULL_LOOPBACK)"
    if found.is_link_local or found in METADATA:
        return "is link-local or a cloud's metadata: give the camera an address of its network"
    if found.is_multicast or found.is_unspecified or found.is_reserved or found in _THIS_NETWORK:
        return "is no machine's address: give the camera's own"
    return None


def _plain(found: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address behind an IPv6 one that stands for it."""
    if isinstance(found, IPv4Address):
        return found
    if found.ipv4_mapped is not None:
        return found.ipv4_mapped
    is_embedded = found in _TRANSLATED or (found.packed[:12] == bytes(12) and int(found) > 1)
    return IPv4Address(found.packed[12:]) if is_embedded else found
