"""Who may ask, for which case, and the record of it: tokens, purpose, policy, pseudonyms and the audit gate.

Knows nothing of Kafka: the gate is handed a `Publisher`. A service needs `rasid.identity.gate` and, for its errors,
`rasid.identity.problem`.
"""
