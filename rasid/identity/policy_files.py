"""The policy as files: a folder with `*.cedar`, one `*.cedarschema` and `agencies.json`."""

from pathlib import Path

import msgspec

import rasid
from rasid.contract.fields import Identifier
from rasid.errors import ConfigurationError
from rasid.identity.policy import FIX, Policy, version_of

SCHEMA = "rasid.cedarschema"
AGENCIES = "agencies.json"


class Agency(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An agency in `agencies.json`: whether its people work with the system, and what they may need data for."""

    is_operational: bool
    purposes: dict[Identifier, str]


def shipped_folder() -> Path:
    """The policy that comes with this version: in the installed package, else in the checkout beside it."""
    package = Path(rasid.__file__).parent
    installed = package / "policy"
    return installed if installed.is_dir() else package.parent / "deploy" / "policy"


def load_policy(folder: Path | None = None) -> Policy:
    """Read a policy folder (by default the shipped one); raises ConfigurationError when anything is amiss."""
    folder = folder or shipped_folder()
    files = _read(folder)
    agencies = _agencies(files[AGENCIES])
    return Policy(
        {name: _text(name, body) for name, body in files.items() if name.endswith(".cedar")},
        _text(SCHEMA, files[SCHEMA]),
        {name: agency.purposes for name, agency in agencies.items()},
        frozenset(name for name, agency in agencies.items() if agency.is_operational),
        version_of(files),
    )


def _read(folder: Path) -> dict[str, bytes]:
    try:
        paths = [*folder.glob("*.cedar"), folder / SCHEMA, folder / AGENCIES]
        return {path.name: path.read_bytes() for path in paths}
    except OSError as error:
        raise ConfigurationError(f"the policy in {folder} cannot be read ({type(error).__name__})", FIX) from None


def _text(name: str, body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise ConfigurationError(f"the policy's file {name} is not UTF-8", FIX) from None


def _agencies(body: bytes) -> dict[str, Agency]:
    try:
        return msgspec.json.decode(body, type=dict[Identifier, Agency])
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"the policy's agencies cannot be used: {error}", FIX) from None
    except msgspec.DecodeError:
        raise ConfigurationError("the policy's agencies are no JSON", FIX) from None
