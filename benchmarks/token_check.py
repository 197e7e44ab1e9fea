"""Checking an access token that has not been seen before, by each algorithm; the limit is joserfc's bare verification.

Every token is another one, so that the memory of tokens that were believed does not help. A token that is known costs a
hundredth of that: `known_per_second`.

    python -m benchmarks.token_check
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from joserfc import jws

from benchmarks._bench import report
from rasid.runtime.clock import SystemClock
from rasid.testing.identity import Issuer

TOKENS = 1_000
ROUNDS = 5
GOAL_PER_SECOND = 2_000
KINDS = {"Ed25519": ("Ed25519", "key-1"), "ES256": ("P-256", "ec"), "PS256": ("RSA", "rsa")}


def rate(check: Callable[[str], object], tokens: Sequence[str]) -> float:
    """Tokens a second."""
    began = time.perf_counter()
    for token in tokens:
        check(token)
    return len(tokens) / (time.perf_counter() - began)


def measure(issuer: Issuer, algorithm: str, kid: str) -> None:
    """Print one algorithm's figure."""
    key = issuer.keys[kid]
    figures, limits, known = [], [], []
    for number in range(ROUNDS):
        tokens = [
            issuer.token(kid=kid, header={"alg": algorithm}, sub=f"officer-{number}-{one}") for one in range(TOKENS)
        ]
        verifier = issuer.verifier()
        limits.append(rate(lambda token: jws.deserialize_compact(token, key, algorithms=[algorithm]), tokens))
        figures.append(rate(verifier.verify, tokens))
        known.append(rate(verifier.verify, tokens))
    report(
        f"token_check, {algorithm}",
        "tokens/s",
        figures,
        limits,
        limit="joserfc.jws.deserialize_compact with the same key, nothing else",
        goal=GOAL_PER_SECOND,
        known_per_second=round(statistics.median(known)),
    )


def main() -> None:
    """Measure each algorithm of the allow list."""
    with tempfile.TemporaryDirectory(prefix="rasid-bench-") as folder:
        issuer = Issuer(Path(folder), SystemClock())
        for algorithm, (kind, kid) in KINDS.items():
            if kid not in issuer.keys:
                issuer.add_key(kind, kid)
            measure(issuer, algorithm, kid)


if __name__ == "__main__":
    main()
