"""The `rasid` command."""

import click

import rasid
from tools.bench import bench
from tools.dead_letters import dead_letters
from tools.demo.city_cli import city
from tools.demo.cli import demo
from tools.deployment.doctor_cli import doctor
from tools.deployment.secrets_cli import make_secrets
from tools.deployment.setup_cli import setup
from tools.engines.cli import engines
from tools.explain import explain
from tools.generate.cli import generate
from tools.importing.cli import import_reads
from tools.issuer.cli import issuer
from tools.policy import policy
from tools.search.cli import search
from tools.token import token


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(rasid.__version__, prog_name="rasid")
def main() -> None:
    """Rasid: what a city's cameras see, found, followed and accounted for.

    \b
    Start here:
      rasid demo                 a small city on this machine, until Ctrl-C
      rasid explain FILE         what the platform makes of a camera's payload
      rasid doctor               what is wrong with a deployment, and how to mend it
      rasid engines status       are Kafka, the database and the object store up?
    """


COMMANDS = (
    *(bench, city, dead_letters, demo, doctor, engines, explain),
    *(generate, import_reads, issuer, make_secrets, policy, setup, search, token),
)

for command in COMMANDS:
    main.add_command(command)
