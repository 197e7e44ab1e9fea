"""`rasid secrets`: the secrets of a deployment, made once."""

import json
import secrets
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from rasid.contract.access import PRINCIPALS
from rasid.contract.buckets import GRANTS
from rasid.contract.databases import DATABASES
from rasid.errors import ConfigurationError
from rasid.identity.sealing import new_seal_keys, public_half
from tools.deployment import database_users, object_credentials
from tools.deployment.env_file import filled, given
from tools.deployment.principals import variable
from tools.keys import (
    FOLDER_MODE,
    KEY_SET,
    OVERSIGHT_KEY,
    PUBLIC_MODE,
    SECRET_MODE,
    new_signing_key,
    public_key_set,
    read_signing_key,
    write_whole,
)

SEAL_KEY = "RASID_SEAL_KEY"
ENV_FILE = ".env"
EXAMPLE_FILE = ".env.example"
TOKENS_FOLDER = "tokens"
OVERSIGHT_FOLDER = "oversight"
TOKENS_FOLDER_MODE = 0o755  # the services read the public keys under a user of their own


def _key() -> str:
    return secrets.token_hex(32)


def _password() -> str:
    return secrets.token_urlsafe(30)


def _user(role: str) -> Callable[[], str]:
    return lambda: f"rasid-{role}-{secrets.token_hex(4)}"


def _credentials() -> Mapping[str, Callable[[], str]]:
    """Of each process at the object store."""
    each = {name: object_credentials.variables(name) for name in GRANTS}
    return {
        variable: make
        for name, (access_key, secret_key) in each.items()
        for variable, make in ((access_key, _user(name)), (secret_key, _password))
    }


SECRETS: Mapping[str, Callable[[], str]] = {
    "RASID_SIGNING_KEY": lambda: json.dumps(new_signing_key().as_dict(private=True), separators=(",", ":")),
    "RASID_PSEUDONYM_KEY": _key,
    "RASID_NONCE_KEY": _key,
    "RASID_CAMERA_KEY": _key,
    "RASID_MEDIA_KEY": _key,
    "RASID_CERTIFICATE_KEY": _key,
    **_credentials(),
    "MINIO_ROOT_USER": _user("root"),
    "MINIO_ROOT_PASSWORD": _password,
    "RASID_KAFKA_ROOT_PASSWORD": _password,
    **{variable(name): _password for name in PRINCIPALS},
    "RASID_MONGO_MEMBER_KEY": _key,
    "RASID_MONGO_ROOT_PASSWORD": _password,
    **{database_users.variable(name): _password for name in DATABASES},
    "GRAFANA_PASSWORD": _password,
}


@click.command("secrets")
@click.argument(
    "folder",
    default=Path("deploy"),
    type=click.Path(path_type=Path, file_okay=False, exists=True),
)
def make_secrets(folder: Path) -> None:
    """Make FOLDER/.env with new secrets, and beside it the tokens' public key and oversight's own. FOLDER is deploy/.

    FOLDER/oversight/oversight.key opens the audit log's sealed queries. No service needs it: give it to oversight.

    What is there stays as it is: a later version's new secrets are added, none is ever replaced. Keep a copy of .env
    where the server's disk is not: without it neither the audit log's pseudonyms nor the objects' owners are known.

    \b
    Examples:
      rasid secrets
      rasid secrets /etc/rasid
    """
    try:
        _make(folder, click.echo)
    except (ConfigurationError, OSError) as error:
        raise click.ClickException(str(error)) from None


def _make(folder: Path, say: Callable[[str], None]) -> None:
    path = folder / ENV_FILE
    is_new = not path.exists()
    before = (folder / EXAMPLE_FILE if is_new else path).read_text(encoding="utf-8")
    values = {name: make() for name, make in SECRETS.items()}
    if SEAL_KEY not in given(before):
        values[SEAL_KEY] = _oversight_key(folder, say)
    text, made = filled(before, values)
    if made:
        write_whole(path, text, SECRET_MODE)
    elif stat.S_IMODE(path.stat().st_mode) != SECRET_MODE:
        path.chmod(SECRET_MODE)
        say(f"{path} was readable by others: it is not any more")
    say(f"{path}: {'made' if is_new else 'kept'}, new in it: {', '.join(made) or 'nothing'}")
    _publish_key(folder, text, say)


def _oversight_key(folder: Path, say: Callable[[str], None]) -> str:
    """The public half of oversight's key, which is made when it is not there."""
    path = folder / OVERSIGHT_FOLDER / OVERSIGHT_KEY
    if not path.exists():
        path.parent.mkdir(exist_ok=True, mode=FOLDER_MODE)
        private, _ = new_seal_keys()
        write_whole(path, private, SECRET_MODE)
        say(f"{path}: made. It opens the audit log's sealed queries: give it to oversight, and keep no copy here")
    return public_half(path.read_text(encoding="ascii").strip())


def _publish_key(folder: Path, text: str, say: Callable[[str], None]) -> None:
    """Write the public half of the signing key where the services look, unless a key set is there already."""
    path = folder / TOKENS_FOLDER / KEY_SET
    if path.exists():
        say(f"{path}: kept")
        return
    path.parent.mkdir(exist_ok=True)
    path.parent.chmod(TOKENS_FOLDER_MODE)
    key = read_signing_key(given(text)["RASID_SIGNING_KEY"])
    write_whole(path, json.dumps(public_key_set(key)), PUBLIC_MODE)
    path.chmod(PUBLIC_MODE)  # whatever the umask says: the services run under another user
    say(f"{path}: made")
