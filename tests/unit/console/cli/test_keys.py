from pathlib import Path

import pytest
from typer.testing import CliRunner

from seawright_console.app import command_line
from seawright_console.cli.outcome import INVALID
from seawright_shared.access.key_files import keys_in
from seawright_shared.access.keys import principal_of
from seawright_shared.stores.clock import utc_now

PEPPER = "p" * 32


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEAWRIGHT_ACCESS_PEPPER", PEPPER)
    return tmp_path / "keys.json"


def call(file: Path, *words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(command_line(), ["keys", *words, "--file", str(file)])
    return result.exit_code, result.stdout, result.stderr


def test_a_key_is_printed_once_and_its_hash_is_kept(file: Path):
    code, out, _ = call(file, "create", "ci", "--scope", "read", "--scope", "synth:write")
    key = out.strip()
    assert code == 0
    (kept,) = keys_in(file)
    principal = principal_of(kept, PEPPER.encode(), key, utc_now())
    assert principal is not None
    assert principal.scopes == {"read", "synth:write"}
    assert key not in file.read_text()
    _, listed, shown = call(file, "list")
    assert kept.id in listed + shown
    assert key not in listed + shown


def test_a_key_is_taken_back_by_its_id(file: Path):
    call(file, "create", "ci")
    (kept,) = keys_in(file)
    assert call(file, "revoke", "unknown")[0] == INVALID
    assert call(file, "revoke", kept.id)[0] == 0
    assert keys_in(file) == []


def test_a_key_that_ends_says_when(file: Path):
    call(file, "create", "ci", "--days", "2")
    (kept,) = keys_in(file)
    assert kept.expires_at is not None
    assert (kept.expires_at - kept.created_at).days == 2


def test_an_unknown_scope_is_named_with_the_known_ones(file: Path):
    code, _, err = call(file, "create", "ci", "--scope", "write")
    assert code == INVALID
    assert "synth:write" in err
    assert not file.exists()


def test_without_a_pepper_no_key_is_made(file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("SEAWRIGHT_ACCESS_PEPPER")
    code, _, err = call(file, "create", "ci")
    assert code == INVALID
    assert "SEAWRIGHT_ACCESS_PEPPER" in err
