"""The only place that makes random identifiers, so that a test can name them."""

import base64
import secrets
import uuid
from typing import Protocol


class Ids(Protocol):
    """Random identifiers and secrets."""

    def new(self) -> str:
        """A new identifier nobody can guess (UUID, text)."""

    def secret(self) -> str:
        """A new secret of 160 bits a camera's web page accepts: letters and digits only."""


class RandomIds:
    """Identifiers from the operating system's randomness."""

    def new(self) -> str:
        """A new identifier nobody can guess (UUID, text)."""
        return str(uuid.uuid4())

    def secret(self) -> str:
        """A new secret of 160 bits a camera's web page accepts: letters and digits only."""
        # Base32: 32 characters, which is as long as the password fields of common firmware take.
        return base64.b32encode(secrets.token_bytes(20)).decode().lower()
