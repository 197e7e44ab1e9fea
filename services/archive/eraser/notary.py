"""Certificates of deletion: who had what deleted when and why, signed, so that it can be shown afterwards.

A certificate is a JSON Web Signature (compact, Ed25519). It holds the digest of the bytes and no personal data beside
the subjects of those who asked and approved.
"""

from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jws
from joserfc.jwk import OKPKey

from rasid.contract.fields import utc_text
from rasid.errors import ConfigurationError
from rasid.identity.second_person import Consent
from services.archive.evidence import Evidence
from services.archive.lifecycle import Actor

ALGORITHM = "Ed25519"
TYPE = "rasid-deletion+jws"


class Notary:
    """Signs with one key; `secret` is its seed (64 hex digits). Raises ConfigurationError for anything else."""

    def __init__(self, secret: str) -> None:
        try:
            private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret))
        except ValueError:
            raise ConfigurationError("RASID_CERTIFICATE_KEY is no key", "give it 64 hex digits, drawn by lot") from None
        self._key = OKPKey.import_key(private, {"use": "sig", "alg": ALGORITHM})
        self._key.ensure_kid()

    @property
    def key_id(self) -> str:
        """What certificates call the key (`kid`)."""
        return str(self._key.kid)

    @property
    def public_key(self) -> dict[str, Any]:
        """The JSON Web Key that its certificates are checked with."""
        return self._key.as_dict(private=False)

    def certify(self, evidence: Evidence, consent: Consent | None, actor: Actor) -> str:
        """The certificate that the bytes of this evidence are gone; without `consent` because their time was over."""
        header = {"alg": ALGORITHM, "kid": self._key.kid, "typ": TYPE}
        return jws.serialize_compact(
            header, msgspec.json.encode(_content(evidence, consent, actor)), self._key, [ALGORITHM]
        )


def _content(evidence: Evidence, consent: Consent | None, actor: Actor) -> dict[str, Any]:
    clip = evidence.clip
    content: dict[str, Any] = {
        "evidence_id": evidence.evidence_id,
        "agency": evidence.agency,
        "why": "expired" if consent is None else "approved",
        "erased_at": utc_text(actor.at),
        "expires_at": utc_text(evidence.expires_at),
    }
    if clip is not None:
        content |= {
            "sha256": clip.sha256,
            "size_bytes": clip.size_bytes,
            "object": clip.object,
            "version_id": clip.version_id,
        }
    if consent is not None:
        content |= {
            "reason": consent.reason,
            "asked_by": consent.asked_by,
            "approved_by": consent.decided_by,
            "approved_at": utc_text(consent.decided_at or actor.at),
            "request_sha256": consent.digest,
        }
    return content
