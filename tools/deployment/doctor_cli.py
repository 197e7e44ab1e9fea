"""`rasid doctor`: says what is wrong with a deployment, and how to mend it."""

import asyncio
from collections.abc import Sequence

import click

from rasid.storage.mongo_login import Login as MongoLogin
from rasid.stream.login import Login
from tools.deployment.doctor import Finding, Where, checks, examine
from tools.deployment.object_credentials import credentials, with_credentials
from tools.deployment.options import option
from tools.logins import with_kafka_login, with_mongo_login

WITHOUT_KEYS = "object store: not looked at, for want of RASID_OBJECTS_ACCESS_KEY_... and RASID_OBJECTS_SECRET_KEY_..."


@click.command()
@option("--kafka", "RASID_KAFKA", "Bootstrap servers, comma separated.", "127.0.0.1:9092")
@click.option("--brokers", envvar="RASID_KAFKA_BROKERS", show_envvar=True, default=1, show_default=True)
@option("--mongo", "RASID_MONGO", "Connection string of the database.", "mongodb://127.0.0.1:27017")
@option("--objects", "RASID_OBJECTS", "Address of the object store.", "http://127.0.0.1:9000")
@with_credentials
@option("--pictures-bucket", "RASID_PICTURES_BUCKET", "Bucket of the cameras' pictures.", "rasid-pictures")
@option("--evidence-bucket", "RASID_EVIDENCE_BUCKET", "Bucket of the clips.", "rasid-evidence")
@with_mongo_login
@with_kafka_login
@click.pass_context
def doctor(
    context: click.Context,
    login: Login | None,
    mongo_login: MongoLogin | None,
    /,
    *,
    kafka: str,
    brokers: int,
    mongo: str,
    **access: str | None,
) -> None:
    """Look at the engines as the services do before they begin, and say of each fault how to mend it.

    Versions, topics and their copies, indexes, the clock, credentials, and whether the evidence bucket withstands all
    that would get evidence away. The exit code is 0 only when nothing is wrong. It changes nothing, but for a bucket
    that is missing and that the credential may make, and the few bytes by which the lock is tried.

    \b
    Examples:
      rasid doctor                                                       everything from RASID_* variables
      docker compose -f deploy/docker-compose.yml run --rm setup rasid doctor
    """
    objects, pictures, evidence = (str(access[name]) for name in ("objects", "pictures_bucket", "evidence_bucket"))
    where = Where(
        kafka=kafka,
        brokers=brokers,
        login=login,
        mongo=mongo,
        mongo_login=mongo_login,
        objects=objects,
        keys=credentials(access),
        pictures=pictures,
        evidence=evidence,
    )
    findings = asyncio.run(examine(checks(where)))
    click.echo(report(findings))
    if not where.keys:
        click.echo(f"-      {WITHOUT_KEYS}")
    context.exit(int(any(finding.fix for finding in findings)))


def report(findings: Sequence[Finding]) -> str:
    """A line each, and below it how to mend what is wrong."""
    return "\n".join(_lines(finding) for finding in findings)


def _lines(finding: Finding) -> str:
    if not finding.fix:
        return f"ok     {finding.title}: {finding.says}"
    return f"WRONG  {finding.title}: {finding.says}\n       To mend it: {finding.fix}"
