"""Whether what a notification is about begins, ends, or is a moment."""

from rasid.contract.scene import RuleState
from services.ingest.adapters.onvif.message import Message

# What items are called that say so; many makers write `Is` and what it is.
_NAMES = (
    "State",
    "state",
    "Status",
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
# What relays and some inputs say instead of yes and no.
_WORDS = {"active": True, "inactive": False, "open": True, "closed": False, "high": True, "low": False}


def active(message: Message) -> bool | None:
    """Whether what the message is about is so; None when it does not say."""
    word = message.data.text(*_NAMES)
    found = None if word is None else message.data.flag(*_NAMES)
    if found is None and word is not None:
        found = _WORDS.get(word.lower())
    return message.data.flag(*flags(message)) if found is None else found


def flags(message: Message) -> list[str]:
    """The names of the items that say that something is so."""
    return [name for name in message.data.members if name.startswith("Is")]


def state_of(message: Message) -> RuleState:
    """The state of a rule; a property that is deleted is over."""
    if message.operation == "deleted":
        return "stop"
    flag = active(message)
    if flag is None:
        return "pulse"
    return "start" if flag else "stop"
