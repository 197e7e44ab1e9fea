"""Who may come in: the verifier of tokens, and the gate that writes down what is disclosed before it is."""

from rasid.identity import trust
from rasid.identity.audit_gate import AuditGate
from rasid.identity.policy_files import load_policy
from rasid.identity.pseudonyms import Pseudonyms
from rasid.identity.purpose import CaseTable
from rasid.identity.sealing import Sealer
from rasid.identity.tokens import TokenVerifier
from rasid.runtime.publishing import Publisher
from rasid.runtime.settings import ServiceSettings
from rasid.service.tools import Tools


def make_verifier(tools: Tools[ServiceSettings]) -> TokenVerifier:
    """Believes the tokens of the settings' keys. Raises ConfigurationError when they cannot be used."""
    return trust.make_verifier(tools.settings, tools.clock, tools.readiness)


def make_gate(
    publisher: Publisher, cases: CaseTable, verifier: TokenVerifier, tools: Tools[ServiceSettings]
) -> AuditGate:
    """The gate of the service's routes."""
    pseudonyms = Pseudonyms(tools.settings.pseudonym_key.get_secret_value())
    return AuditGate(
        publisher,
        cases,
        verifier,
        load_policy(tools.settings.policy),
        pseudonyms,
        sealer=Sealer(tools.settings.seal_key),
        rates=trust.make_rates(tools.settings, pseudonyms, tools.clock),
        clock=tools.clock,
        ids=tools.ids,
        service=tools.service,
        metrics=tools.metrics,
    )
