"""As whom a client of Kafka speaks, and what the broker says to that."""

from dataclasses import dataclass, field
from typing import Any

from aiokafka.conn import AIOKafkaConnection, collect_hosts, create_conn
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    IllegalSaslStateError,
    KafkaConnectionError,
    KafkaError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    UnsupportedSaslMechanismError,
)

from rasid.errors import ConfigurationError, Unavailable

SCRAM = "SCRAM-SHA-512"
PLAIN = "PLAIN"

NO_RIGHT = (TopicAuthorizationFailedError, GroupAuthorizationFailedError, ClusterAuthorizationFailedError)
RIGHTS_FIX = (
    "give each service its own user in RASID_KAFKA_USER, and run `rasid setup`: it gives the rights of "
    "deploy/kafka/acls.txt"
)


@dataclass(frozen=True, slots=True)
class Login:
    """A user of Kafka and its password. By SCRAM the password itself never travels; by PLAIN it does."""

    user: str
    password: str = field(repr=False)
    mechanism: str = SCRAM


def client_options(login: Login | None) -> dict[str, Any]:
    """What any of aiokafka's clients is told of it; without a login the client is nobody."""
    if login is None:
        return {}
    return {
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": login.mechanism,
        "sasl_plain_username": login.user,
        "sasl_plain_password": login.password,
    }


async def connect(bootstrap: str, login: Login | None, *, client_id: str, request_ms: int) -> AIOKafkaConnection:
    """A connection to the first broker that answers, as this user.

    A whole client would say only that it cannot connect, whatever the reason. Raises ConfigurationError when a broker
    refuses the user, KafkaError when none is there.
    """
    why: Exception = KafkaConnectionError(f"no broker at {bootstrap}")
    for host, port, _ in collect_hosts(bootstrap):
        try:
            return await create_conn(
                host, port, client_id=client_id, request_timeout_ms=request_ms, **client_options(login)
            )
        except (SaslAuthenticationFailed, UnsupportedSaslMechanismError, IllegalSaslStateError) as error:
            raise _refused(login, error) from error
        except (KafkaError, OSError, TimeoutError) as error:
            why = error
    raise KafkaConnectionError(str(why) or type(why).__name__) from why


def no_right(error: KafkaError) -> ConfigurationError:
    """What to say when the broker knows the user, who may not do this."""
    return ConfigurationError(f"Kafka refuses it to this user: {str(error) or type(error).__name__}", RIGHTS_FIX)


def hung_up(error: KafkaError) -> Unavailable:
    """What to say when a broker hung up on whoever names no user: it may want one, or be stopping."""
    return Unavailable("Kafka", f"{error} (if it asks for a user: RASID_KAFKA_USER and RASID_KAFKA_PASSWORD)")


def _refused(login: Login | None, error: KafkaError) -> ConfigurationError:
    user = login.user if login else "nobody"
    if isinstance(error, SaslAuthenticationFailed):
        return ConfigurationError(
            f"Kafka does not take the user {user} with this password",
            "see RASID_KAFKA_USER and RASID_KAFKA_PASSWORD; `rasid setup` makes the users, with the passwords of now",
        )
    return ConfigurationError(
        f"Kafka does not ask for users there as Rasid names them ({type(error).__name__})",
        f"RASID_KAFKA must name a listener with SASL and {login.mechanism if login else SCRAM}",
    )
