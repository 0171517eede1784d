"""`seawright`: the command line."""

import typer

from seawright_console.cli.audit import audit
from seawright_console.cli.demo import demo
from seawright_console.cli.runs import evaluate, synth, train
from seawright_console.cli.show import report, show
from seawright_console.cli.up import up


def command_line() -> typer.Typer:
    """Return the command line with all its commands."""
    line = typer.Typer(
        name="seawright",
        help="Synthesize verified tasks, fine-tune and reinforce an agent, measure pass^k.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for command in (demo, up, synth, train, evaluate, show, report, audit):
        line.command()(command)
    return line


def main() -> None:
    """Run the command line."""
    command_line()()
