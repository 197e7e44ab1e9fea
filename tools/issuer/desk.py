"""Giving tokens: for a code that somebody signed in for, or for a machine's own secret."""

import asyncio
import hmac
from collections.abc import Mapping
from pathlib import Path

from rasid.runtime.clock import Clock
from rasid.runtime.ids import Ids
from tools.issuer.asking import CLIENT, Asked, AskedWrongly
from tools.issuer.codes import Codes, Grant
from tools.issuer.people import PEOPLE, RECORDER
from tools.keys import Keys, load_keys, sign, sign_machine

PERSON_SECONDS = 12 * 3600
MACHINE_SECONDS = 3600


class Desk:
    """What the routes work with: `address` is the issuer's own, as its tokens name it, `data` has the keys."""

    def __init__(self, address: str, data: Path, clock: Clock, ids: Ids) -> None:
        self.address = address
        self._codes = Codes(clock, ids)
        self._data = data
        self._clock = clock

    async def key_set(self) -> bytes:
        """The public keys whose tokens count."""
        return await asyncio.to_thread((await self._keys()).key_set.read_bytes)

    def sign_in(self, asked: Asked, name: str) -> str:
        """A code for who was chosen; raises AskedWrongly for somebody whom the demo does not know."""
        person = PEOPLE.get(name)
        if person is None:
            raise AskedWrongly("access_denied", f"The demo knows: {', '.join(PEOPLE)}.")
        return self._codes.give(Grant(person, asked.client_id, asked.redirect_uri, asked.challenge))

    async def for_code(self, fields: Mapping[str, str]) -> str:
        """The token of who signed in; raises AskedWrongly."""
        person = self._codes.redeem(
            fields.get("code", ""),
            client_id=fields.get("client_id", CLIENT),
            redirect_uri=fields.get("redirect_uri", ""),
            verifier=fields.get("code_verifier", ""),
        )
        if person is None:
            raise AskedWrongly(
                "invalid_grant", "The code was used, is too old, or the verifier is another: sign in again."
            )
        return sign(
            (await self._keys()).signing_key,
            person.subject,
            person.agency,
            person.roles,
            lifetime_seconds=PERSON_SECONDS,
            clock=self._clock,
            issuer=self.address,
        )

    async def for_secret(self, client_id: str, secret: str, scope: str | None) -> str:
        """The token of a machine that proves itself; raises AskedWrongly. It gets no scope that is not its own."""
        keys = await self._keys()
        is_right = hmac.compare_digest(secret.encode(), keys.recorder_key.encode())
        if client_id != RECORDER.client_id or not is_right:
            raise AskedWrongly("invalid_client", "The client is unknown, or its secret is another.")
        scopes = RECORDER.scopes if scope is None else tuple(scope.split())
        if not scopes or not set(RECORDER.scopes) >= set(scopes):
            raise AskedWrongly("invalid_scope", f"This client may ask for: {' '.join(RECORDER.scopes)}.")
        return sign_machine(
            keys.signing_key,
            client_id,
            RECORDER.agency,
            scopes,
            lifetime_seconds=MACHINE_SECONDS,
            clock=self._clock,
            issuer=self.address,
        )

    async def _keys(self) -> Keys:
        """The keys as they are now: a rotation needs no restart."""
        return await asyncio.to_thread(load_keys, self._data)
