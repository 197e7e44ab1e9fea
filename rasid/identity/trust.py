"""Whose tokens a service believes, and how often it answers them, from its settings."""

from rasid.identity.held_keys import KeySource
from rasid.identity.issuer_keys import IssuerKeys
from rasid.identity.key_file import KeyFile
from rasid.identity.pseudonyms import Pseudonyms
from rasid.identity.rates import Rates
from rasid.identity.tokens import TokenVerifier
from rasid.runtime.clock import Clock
from rasid.runtime.health import Readiness
from rasid.runtime.settings import ServiceSettings


def make_verifier(settings: ServiceSettings, clock: Clock, readiness: Readiness) -> TokenVerifier:
    """What believes tokens by the key file, or by the keys that the issuer publishes; raises ConfigurationError.

    Its `run` belongs into a task of the service.
    """
    return TokenVerifier(
        _keys(settings, clock, readiness),
        settings.token_issuer,
        settings.token_audience,
        clock,
        mfa_acr=settings.mfa_acr,
    )


def make_rates(settings: ServiceSettings, pseudonyms: Pseudonyms, clock: Clock) -> Rates:
    """How often one person may ask, and how often one plate may be asked for."""
    return Rates(
        pseudonyms,
        clock,
        person_per_minute=settings.person_requests_per_minute,
        subject_per_hour=settings.subject_requests_per_hour,
    )


def _keys(settings: ServiceSettings, clock: Clock, readiness: Readiness) -> KeySource:
    if settings.token_keys is not None:
        return KeyFile(settings.token_keys, clock, stale_seconds=settings.token_keys_stale_seconds)
    return IssuerKeys(
        settings.token_issuer,
        clock,
        readiness,
        refresh_seconds=settings.token_keys_refresh_seconds,
        stale_seconds=settings.token_keys_stale_seconds,
    )
