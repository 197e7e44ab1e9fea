"""Deciding by Cedar policies: default deny, and whatever cannot be evaluated is denied. No IO.

The policies, the schema and the agencies are data (deploy/policy/); what is asked is put together in `asking.py`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import cedarpy

from rasid.errors import ConfigurationError, Forbidden
from rasid.identity.asking import Question, agencies_of, entities_of, request_of

DEFAULT_DENY = "default-deny"
UNDECIDABLE = "policy-error"
NO_RULE = "No rule allows this for your agency, role and kind of case."
FIX = "mend the policy as deploy/policy/README.md says, or leave RASID_POLICY empty for the one that ships"

Purposes = Mapping[str, Mapping[str, str]]
"""Purpose codes of each agency with what they mean."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether it is allowed, the ids of the policies that decided, and the sentences of those that forbid."""

    permit: bool
    reasons: tuple[str, ...]
    says: str = ""


class Policy:
    """One version of the policy. Raises ConfigurationError when it does not hold together.

    `texts` are the policies by file, `schema` Cedar's schema, `purposes` what each agency may need data for,
    `operational` the agencies whose people work with it.
    """

    def __init__(
        self, texts: Mapping[str, str], schema: str, purposes: Purposes, operational: frozenset[str], version: str
    ) -> None:
        text = "\n".join(texts[name] for name in sorted(texts))
        self._schema = _read_schema(schema)
        _validate(text, self._schema)
        self.sentences = _sentences(text)
        self._policies = _named_policies(text)
        self.purposes = purposes
        self.version = version
        self.operational = operational
        self._agencies = cedarpy.Entities.from_json_str(json.dumps(agencies_of(purposes)), self._schema)

    def decide(self, question: Question) -> Decision:
        """Decide. Does not ask whether the case is open and the caller assigned: `check_purpose` does, before."""
        try:
            # With the schema, always: without it a `forbid` that cannot be evaluated is skipped, and a permit wins.
            asked_about = json.dumps(entities_of(question, self.operational))
            entities = self._agencies.with_added_json_str(asked_about, self._schema)
            result = cedarpy.is_authorized(request_of(question), self._policies, entities, self._schema)
        except (ValueError, TypeError):
            return Decision(permit=False, reasons=(UNDECIDABLE,))
        return self._read(result)

    def _read(self, result: cedarpy.AuthzResult) -> Decision:
        reasons = tuple(sorted(result.diagnostics.reasons))
        if result.diagnostics.errors or result.decision is cedarpy.Decision.NoDecision:
            return Decision(permit=False, reasons=(*reasons, UNDECIDABLE))
        if result.allowed:
            return Decision(permit=True, reasons=reasons)
        says = " ".join(sentence for one, sentence in self.sentences.items() if one in reasons)
        return Decision(permit=False, reasons=reasons or (DEFAULT_DENY,), says=says)


def denied(decision: Decision) -> Forbidden:
    """The refusal a denying decision makes: the sentences of its policies, and their ids in `reasons`."""
    return Forbidden("policy-denied", decision.says or NO_RULE, extra={"reasons": decision.reasons})


def version_of(files: Mapping[str, bytes]) -> str:
    """The name of a policy: a digest over all its files."""
    digest = sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode() + files[name])
    return f"sha256:{digest.hexdigest()}"


def _read_schema(text: str) -> cedarpy.Schema:
    try:
        return cedarpy.Schema.from_str(text)
    except ValueError as error:
        raise ConfigurationError(f"the policy's schema cannot be read: {error}", FIX) from None


def _validate(text: str, schema: cedarpy.Schema) -> None:
    result = cedarpy.validate_policies(text, schema)
    if not result.validation_passed:
        raise ConfigurationError(f"the policy does not fit its schema: {_first(result.errors)}", FIX)


def _first(errors: list[Any]) -> str:
    return str(errors[0]) if errors else "no reason was given"


def _annotations(text: str) -> list[dict[str, str]]:
    parsed = json.loads(cedarpy.policies_to_json_str(text))
    return [policy.get("annotations", {}) for policy in parsed["staticPolicies"].values()]


def _sentences(text: str) -> dict[str, str]:
    """Each policy's sentence by its id; raises ConfigurationError for one without, and for an id that comes twice."""
    found: dict[str, str] = {}
    for notes in _annotations(text):
        name, sentence = notes.get("id"), notes.get("says")
        if not name or not sentence or name in found:
            raise ConfigurationError(f"a policy has no @id of its own or no sentence in @says ({name})", FIX)
        found[name] = sentence
    if not found:
        raise ConfigurationError("the policy has no sentence", FIX)
    return found


def _named_policies(text: str) -> cedarpy.PolicySet:
    """The policies under their own ids, so that reasons read `A4.second-person` and not `policy5`."""
    parsed = json.loads(cedarpy.policies_to_json_str(text))
    policies = parsed["staticPolicies"].values()
    parsed["staticPolicies"] = {policy["annotations"]["id"]: policy for policy in policies}
    return cedarpy.PolicySet.from_json_str(json.dumps(parsed))
