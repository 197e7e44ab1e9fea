"""Checking an access token that has not been seen before, by each algorithm; the limit is joserfc's bare verification.

Every token is another one, so that the memory of tokens that were believed does not help. A token that is known costs a
hundredth of that: `known_per_second`.

    python -m benchmarks.token_check
"""

import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from joserfc import jws

from benchmarks._bench import machine, memory_mebibytes
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
    figure = statistics.median(figures)
    print(
        json.dumps(
            {
                "benchmark": f"token_check, {algorithm}",
                "unit": "tokens/s",
                "figure": round(figure),
                "limit": round(statistics.median(limits)),
                "limit_is": "joserfc.jws.deserialize_compact with the same key, nothing else",
                "ratio": round(statistics.median(f / b for f, b in zip(figures, limits, strict=True)), 2),
                "goal": GOAL_PER_SECOND,
                "reached": figure >= GOAL_PER_SECOND,
                "known_per_second": round(statistics.median(known)),
                "rounds": ROUNDS,
                "memory_mebibytes": memory_mebibytes(),
                **machine(),
            },
        ),
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
