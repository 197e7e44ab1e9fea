"""Whether what a notification is about begins, ends, or is a moment."""

from rasid.contract.scene import RuleState
from services.ingest.adapters.onvif.message import Message

# What items are called that say so; many makers write `Is` and what it is.
_NAMES = (
    "State",
    "state",
    "LogicalState",
    "Detected",
    "active",
    "Active",
    "triggered",
    "Failed",
    "Critical",
    "isSoundDetected",
    "isDetected",
    "lost",
    "disruption",
    "tampering",
    "open",
)


def active(message: Message) -> bool | None:
    """Whether what the message is about is so; None when it does not say."""
    found = message.data.flag(*_NAMES)
    if found is not None:
        return found
    return message.data.flag(*flags(message))


def flags(message: Message) -> list[str]:
    """The names of the items that say that something is so."""
    return [name for name, _ in message.data.items() if name.startswith("Is")]


def state_of(message: Message) -> RuleState:
    """The state of a rule; a property that is deleted is over."""
    if message.operation == "deleted":
        return "stop"
    flag = active(message)
    if flag is None:
        return "pulse"
    return "start" if flag else "stop"
