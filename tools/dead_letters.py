"""`rasid dead-letters`: what could not be processed, and letting a held consumer go on."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from typing import Any

import click
from prometheus_client import CollectorRegistry

from rasid.contract.topics import TOPICS
from rasid.errors import ConfigurationError, Unavailable
from rasid.runtime.clock import SystemClock
from rasid.runtime.metrics import Metrics
from rasid.stream.admin import groups
from rasid.stream.dead_letters import Letter, dead_letter_topic, letter
from rasid.stream.hold import resume as let_go_on
from rasid.stream.kafka_log import KafkaLog
from rasid.stream.login import Login
from rasid.stream.producer import KafkaProducer
from rasid.stream.reading import up_to_now
from tools.logins import with_kafka_login

CLIENT = "rasid-dead-letters"
DEADLINE_SECONDS = 10.0

kafka_option = click.option(
    "--kafka",
    envvar="RASID_KAFKA",
    default="127.0.0.1:9092",
    show_default=True,
    show_envvar=True,
    help="Bootstrap servers, comma separated.",
)


@click.group("dead-letters")
def dead_letters() -> None:
    """Records that a consumer could not process: why, how many, and going on.

    A payload is never shown: it may hold what only an authorized person may see.

    \b
    Examples:
      rasid dead-letters list                                every topic that has dead letters
      rasid dead-letters list rasid.detections.v1            by group and reason
      rasid dead-letters list rasid.detections.v1 --each     one line for each
      rasid dead-letters resume rasid.detections.v1 alerts   let the held consumers of that group go on
    """


@dead_letters.command("list")
@click.argument("topic", required=False)
@click.option("--each", is_flag=True, help="One line for each dead letter instead of counts.")
@kafka_option
@with_kafka_login
def list_(login: Login | None, topic: str | None, kafka: str, *, each: bool) -> None:
    """Show reasons, offsets and counts of TOPIC's dead letters, or which topics have any."""
    log = KafkaLog(kafka, CLIENT, deadline_seconds=DEADLINE_SECONDS, login=login)
    if topic is None:
        _run(lambda: _topics(log))
    elif each:
        _run(lambda: _each(log, _twin(topic)))
    else:
        _run(lambda: _counts(log, _twin(topic)))


@dead_letters.command()
@click.argument("topic")
@click.argument("group")
@kafka_option
@with_kafka_login
def resume(login: Login | None, topic: str, group: str, kafka: str) -> None:
    """Let the consumers of GROUP on TOPIC go on that the limit on dead letters holds.

    They count from nothing again. Look first (`list`): what is unreadable because of a faulty release becomes readable
    by mending the release, not by going on.
    """
    _run(lambda: _resume(kafka, login, topic.removesuffix(".dlq"), group))


def _twin(topic: str) -> str:
    return topic if topic in {each.name for each in TOPICS if each.is_dead_letter} else dead_letter_topic(topic)


def _run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())  # what it says, the error below says once
    try:
        asyncio.run(work())
    except ConfigurationError as error:
        raise click.ClickException(str(error)) from error
    except Unavailable as error:
        raise click.ClickException(
            f"{error}\n  To mend it: start the engines (rasid engines up), or say where Kafka is (--kafka)"
        ) from error


async def _topics(log: KafkaLog) -> None:
    found = False
    for topic in (each.name for each in TOPICS if each.is_dead_letter):
        held = sum(bounds.end - bounds.first for bounds in (await log.bounds(topic)).values())
        if held:
            found = True
            click.echo(f"{held:8}  {topic}")
    if not found:
        click.echo("There are no dead letters.")


async def _counts(log: KafkaLog, topic: str) -> None:
    counts: Counter[tuple[str, str]] = Counter()
    last: dict[tuple[str, str], Letter] = {}
    async with aclosing(up_to_now(log, topic)) as records:
        async for record in records:
            about = letter(record)
            if about is not None:
                counts[about.group, about.reason] += 1
                last[about.group, about.reason] = about
    for (group, reason), count in counts.most_common():
        newest = last[group, reason]
        click.echo(f"{count:8}  {group or '-':16}  {reason:24}  last {newest.at}  {newest.source}")
    if not counts:
        click.echo(f"There are no dead letters in {topic}.")


async def _each(log: KafkaLog, topic: str) -> None:
    async with aclosing(up_to_now(log, topic)) as records:
        async for record in records:
            about = letter(record)
            if about is None:
                click.echo(f"{record.offset:8}  an operator let the consumers go on")
            else:
                where = f"{about.at}  {about.group or '-'}  {about.source}"
                click.echo(f"{record.offset:8}  {where}  {about.reason}: {about.detail}")


async def _resume(kafka: str, login: Login | None, topic: str, group: str) -> None:
    known = await groups(kafka, login)
    if group not in known:
        raise click.ClickException(
            f"there is no consumer group {group}\n  To mend it: name one of {', '.join(sorted(known)) or 'none yet'}"
        )
    metrics = Metrics(CollectorRegistry())
    async with KafkaProducer(
        kafka, CLIENT, clock=SystemClock(), metrics=metrics, deadline_seconds=DEADLINE_SECONDS, login=login
    ) as producer:
        await let_go_on(producer, topic, group)
    click.echo(f"The consumers of {group} on {topic} go on within a second; /ready tells.")
