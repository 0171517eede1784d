"""`up`: serve everything in one process."""

from pathlib import Path
from typing import Annotated

import typer

from seawright_console.cli import options
from seawright_console.cli.embedded import embedded
from seawright_console.cli.outcome import run, screen
from seawright_console.settings import Settings
from seawright_shared.errors import InvalidRequestError


def up(
    is_embedded: options.IsEmbedded = False,  # noqa: FBT002 - typer reads flags so
    folder: options.Folder = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: options.Port = None,
) -> None:
    """Serve all services until Ctrl-C; the same folder continues unfinished runs."""
    settings = Settings()
    run(
        _up(
            (folder or settings.folder).absolute(),
            host or settings.host,
            settings.port if port is None else port,
            is_embedded=is_embedded,
        )
    )


async def _up(folder: Path, host: str, port: int, *, is_embedded: bool) -> None:
    if not is_embedded:
        raise InvalidRequestError(
            "only --embedded runs from here; `docker compose up` and `helm install` run the rest"
        )
    shown = screen()
    async with embedded(folder, host, port) as running:
        shown.say(f"seawright serves at {running.url}  (dashboard: {running.url}/)")
        shown.say(f"state and log in {folder}; Ctrl-C stops, the same folder continues")
        await running.stopped.wait()
