"""`seawright`: the command line."""

import typer

from seawright_console.cli.audit import audit
from seawright_console.cli.dataset import dataset_commands
from seawright_console.cli.demo import demo
from seawright_console.cli.domain import domain_commands
from seawright_console.cli.engine import engine
from seawright_console.cli.exports import export_commands
from seawright_console.cli.imports import import_commands
from seawright_console.cli.keys import key_commands
from seawright_console.cli.regrade import contamination, regrade
from seawright_console.cli.runs import evaluate
from seawright_console.cli.show import report, show
from seawright_console.cli.synth import synth_commands
from seawright_console.cli.train import train_commands
from seawright_console.cli.up import up
from seawright_console.cli.user_quality import user_quality_commands


def command_line() -> typer.Typer:
    """Return the command line with all its commands."""
    line = typer.Typer(
        name="seawright",
        help="Synthesize verified tasks, fine-tune and reinforce an agent, measure pass^k.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for command in (demo, up, evaluate, show, report, audit, regrade, contamination, engine):
        line.command()(command)
    line.add_typer(synth_commands(), name="synth")
    line.add_typer(dataset_commands(), name="dataset")
    line.add_typer(train_commands(), name="train")
    line.add_typer(import_commands())
    line.add_typer(export_commands())
    line.add_typer(domain_commands(), name="domain")
    line.add_typer(key_commands(), name="keys")
    line.add_typer(user_quality_commands(), name="user-quality")
    return line


def main() -> None:
    """Run the command line."""
    command_line()()
