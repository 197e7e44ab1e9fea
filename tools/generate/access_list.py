"""`deploy/kafka/acls.txt`: who may do what on the bus, as arguments of Kafka's own tool, for a person to review."""

from rasid.contract.access import Kind, Right, all_rights

HEAD = """\
# Written by `rasid generate` from rasid/contract/topics.py and access.py. Change it there.
#
# Who may do what on the bus: one right a line, as arguments of Kafka's own kafka-acls.sh. `rasid setup` gives exactly
# these, and takes from these principals what does not stand here. What nobody is given, nobody may do.
"""


def document() -> str:
    """The whole file."""
    return HEAD + "".join(f"{line(right)}\n" for right in all_rights())


def line(right: Right) -> str:
    """One right, for `kafka-acls.sh`."""
    pattern = "prefixed" if right.by_prefix else "literal"
    option = "--topic" if right.kind is Kind.TOPIC else "--group"
    return (
        f"--add --allow-principal User:{right.principal} --operation {right.operation} "
        f"{option} {right.name} --resource-pattern-type {pattern}"
    )
