"""Who may come in: the verifier of tokens, the cases, and the gate that writes down what is disclosed before it is."""

from rasid.errors import ConfigurationError
from rasid.identity.audit_gate import AuditGate
from rasid.identity.casework import Casework
from rasid.identity.held_keys import KeySource
from rasid.identity.issuer_keys import IssuerKeys
from rasid.identity.key_file import KeyFile
from rasid.identity.policy_files import load_policy
from rasid.identity.pseudonyms import Pseudonyms
from rasid.identity.purpose import CaseTable
from rasid.identity.rates import Rates
from rasid.identity.sealing import Sealer
from rasid.identity.tokens import TokenVerifier
from rasid.runtime.publishing import Publisher
from rasid.runtime.settings import ServiceSettings
from rasid.service.tools import Tools


def make_verifier(tools: Tools[ServiceSettings]) -> TokenVerifier:
    """Believes tokens by the settings' key file, or by the keys that the issuer publishes; `start_tasks` runs it.

    Raises ConfigurationError when they cannot be used.
    """
    settings = tools.settings
    issuer, audience = settings.token_issuer, settings.token_audience
    return TokenVerifier(_keys(tools), issuer, audience, tools.clock, mfa_acr=settings.mfa_acr)


def make_cases(tools: Tools[ServiceSettings], *, is_complete: bool = False) -> CaseTable:
    """The cases, to be read; `is_complete` for a service that needs none."""
    return CaseTable(Casework(tools.clock, tools.metrics), is_complete=is_complete)


def make_gate(
    publisher: Publisher, cases: CaseTable, verifier: TokenVerifier, tools: Tools[ServiceSettings]
) -> AuditGate:
    """The gate of the routes. Raises ConfigurationError, and ends the process, when a key or the policy is bad."""
    try:
        return _gate(publisher, cases, verifier, tools)
    except ConfigurationError as error:
        tools.lifecycle.refuse(error)
        raise


def _gate(publisher: Publisher, cases: CaseTable, verifier: TokenVerifier, tools: Tools[ServiceSettings]) -> AuditGate:
    settings = tools.settings
    pseudonyms = Pseudonyms(settings.pseudonym_key.get_secret_value())
    return AuditGate(
        publisher,
        cases,
        verifier,
        load_policy(settings.policy),
        pseudonyms,
        sealer=Sealer(settings.seal_key),
        rates=Rates(
            pseudonyms,
            tools.clock,
            person_per_minute=settings.person_requests_per_minute,
            subject_per_hour=settings.subject_requests_per_hour,
            processes=settings.processes,
        ),
        clock=tools.clock,
        ids=tools.ids,
        service=tools.service,
        metrics=tools.metrics,
    )


def _keys(tools: Tools[ServiceSettings]) -> KeySource:
    settings = tools.settings
    if settings.token_keys is not None:
        return KeyFile(settings.token_keys, tools.clock, stale_seconds=settings.token_keys_stale_seconds)
    return IssuerKeys(
        settings.token_issuer,
        tools.clock,
        tools.readiness,
        refresh_seconds=settings.token_keys_refresh_seconds,
        stale_seconds=settings.token_keys_stale_seconds,
    )
