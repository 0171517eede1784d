"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Url = Annotated[
    str | None,
    typer.Option(help="A deployment that serves all services under one address."),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Detach = Annotated[bool, typer.Option(help="Print the run's id and return at once.")]
Spec = Annotated[
    Path | None, typer.Argument(help="The run's spec, a TOML or JSON file.", show_default=False)
]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", help="Set one field of the spec, as in agent.kind=scripted."),
]
Folder = Annotated[Path | None, typer.Option(help="Where the state is kept.")]
Port = Annotated[int | None, typer.Option(help="Port to serve on; 0: any free one.")]
Seed = Annotated[int | None, typer.Option(help="The seed of everything random.")]
Tau2 = Annotated[bool, typer.Option("--tau2", help="Use tau2-bench's retail data.")]
NoSignal = Annotated[bool, typer.Option("--no-rl-signal", help="Control: rewards are shuffled.")]
IsEmbedded = Annotated[
    bool, typer.Option("--embedded", help="All services in this one process, on SQLite.")
]
