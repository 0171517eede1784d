"""`keys create|list|revoke`: the API keys of a deployment, in the file that its services read."""

import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, cast, get_args

import typer

from seawright_console.cli.outcome import run, screen
from seawright_shared.access.key_files import add_key, keys_in, remove_key
from seawright_shared.access.keys import ID_BYTES, SECRET_BYTES, KeyRecord, key_hash, mint
from seawright_shared.access.principals import Scope
from seawright_shared.access.settings import AccessSettings
from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.stores.clock import utc_now

File = Annotated[
    Path | None,
    typer.Option("--file", help="The keys file; else SEAWRIGHT_ACCESS_KEYS_FILE."),
]


def create(
    name: Annotated[str, typer.Argument(help="Whom it is for.")],
    scopes: Annotated[
        list[str] | None,
        typer.Option("--scope", help=f"One of {', '.join(get_args(Scope))}; may be said again."),
    ] = None,
    project: Annotated[str, typer.Option(help="Named in the audit log.")] = "default",
    days: Annotated[int | None, typer.Option(help="It ends after so many days.", min=1)] = None,
    file: File = None,
) -> None:
    """Make a key and print it, once; the file keeps its hash only."""
    run(_create(name, scopes or ["read"], project, days, file))


def listing(file: File = None) -> None:
    """List the keys: who, which scopes, until when."""
    run(_list(file))


def revoke(
    key_id: Annotated[str, typer.Argument(help="The key's id, as `list` shows it.")],
    file: File = None,
) -> None:
    """Take a key back; services refuse it from the next request on."""
    run(_revoke(key_id, file))


def key_commands() -> typer.Typer:
    """Return the commands below `keys`."""
    line = typer.Typer(help="API keys of a deployment.", no_args_is_help=True)
    line.command("create")(create)
    line.command("list")(listing)
    line.command("revoke")(revoke)
    return line


async def _create(
    name: str, scopes: list[str], project: str, days: int | None, file: Path | None
) -> None:
    settings = AccessSettings()
    if settings.pepper is None:
        raise InvalidRequestError(
            "SEAWRIGHT_ACCESS_PEPPER is not set: with it keys are hashed, here and by the services"
        )
    key = mint(secrets.token_bytes(ID_BYTES), secrets.token_bytes(SECRET_BYTES))
    now = utc_now()
    record = KeyRecord(
        id=key.split("_")[2],
        name=name,
        project=project,
        scopes=[_scope(scope) for scope in scopes],
        hash=key_hash(settings.pepper.get_secret_value().encode(), key),
        created_at=now,
        expires_at=None if days is None else now + timedelta(days=days),
    )
    add_key(_path(file, settings), record)
    typer.echo(key)
    screen().say("this is shown once; services that read the file accept it from now on")


async def _list(file: Path | None) -> None:
    rows = [
        [key.id, key.name, key.project, " ".join(key.scopes), _moment(key.expires_at)]
        for key in keys_in(_path(file, AccessSettings()))
    ]
    screen().table("Keys", ["id", "name", "project", "scopes", "ends"], rows)


async def _revoke(key_id: str, file: Path | None) -> None:
    remove_key(_path(file, AccessSettings()), key_id)
    screen().say(f"{key_id} is taken back")


def _path(file: Path | None, settings: AccessSettings) -> Path:
    path = file or settings.keys_file
    if path is None:
        raise InvalidRequestError("name the keys file: --file, or SEAWRIGHT_ACCESS_KEYS_FILE")
    return path


def _scope(word: str) -> Scope:
    if word not in get_args(Scope):
        known = ", ".join(get_args(Scope))
        raise InvalidRequestError(
            f"no scope {word!r}",
            errors=[FieldError(pointer="/scope", code="unknown", detail=f"one of {known}")],
        )
    return cast("Scope", word)


def _moment(at: datetime | None) -> str:
    return "never" if at is None else at.isoformat(timespec="seconds")
