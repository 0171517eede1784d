"""API keys: what is kept of them, and what a file of them does."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_shared.access.key_files import KeyFile, add_key, keys_in, remove_key
from seawright_shared.access.keys import KeyRecord, key_hash, key_id, mint, principal_of
from seawright_shared.errors import ConflictError, InvalidRequestError

PEPPER = b"p" * 32
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def record(key: str, **changes: object) -> KeyRecord:
    return KeyRecord.model_validate(
        {
            "id": key_id(key),
            "name": "someone",
            "scopes": ["read"],
            "hash": key_hash(PEPPER, key),
            "created_at": NOW,
            **changes,
        }
    )


@given(st.binary(min_size=6, max_size=6), st.binary(min_size=32, max_size=32))
def test_a_key_names_its_id_and_opens_only_with_its_pepper(number: bytes, secret: bytes):
    key = mint(number, secret)
    kept = record(key)
    assert kept.id == number.hex()
    principal = principal_of(kept, PEPPER, key, NOW)
    assert principal is not None
    assert principal.id == f"key:{number.hex()}"
    assert principal_of(kept, b"q" * 32, key, NOW) is None
    assert secret.hex() not in kept.model_dump_json()
    assert key not in kept.model_dump_json()


@given(st.text(max_size=80))
def test_what_is_no_key_has_no_id(text: str):
    assert key_id(text) is None
    assert key_id(mint(b"\0" * 6, b"\0" * 32) + text) is None or text == ""


def test_a_key_of_the_same_id_and_another_secret_is_refused():
    kept = record(mint(b"abcdef", b"1" * 32))
    assert principal_of(kept, PEPPER, mint(b"abcdef", b"2" * 32), NOW) is None


def test_a_key_ends_at_its_time():
    key = mint(b"abcdef", b"1" * 32)
    kept = record(key, expires_at=NOW + timedelta(days=1))
    assert principal_of(kept, PEPPER, key, NOW) is not None
    assert principal_of(kept, PEPPER, key, NOW + timedelta(days=1)) is None


def test_the_file_is_nobody_elses_and_is_read_again_when_it_changes(tmp_path: Path):
    path = tmp_path / "keys" / "keys.json"
    first, second = record(mint(b"aaaaaa", b"1" * 32)), record(mint(b"bbbbbb", b"2" * 32))
    add_key(path, first)
    assert path.stat().st_mode & 0o777 == 0o600
    file = KeyFile(path)
    assert file.find(first.id) == first
    assert file.find(second.id) is None
    add_key(path, second)
    assert file.find(second.id) == second
    remove_key(path, first.id)
    assert file.find(first.id) is None
    assert keys_in(path) == [second]


def test_a_broken_file_is_refused_at_the_start_and_changes_nothing_later(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    path = tmp_path / "keys.json"
    kept = record(mint(b"aaaaaa", b"1" * 32))
    add_key(path, kept)
    file = KeyFile(path)
    path.write_text('{"keys": [{"id": "short"}]}')
    with caplog.at_level(logging.ERROR):
        assert file.find(kept.id) == kept
    with pytest.raises(InvalidRequestError, match="keys/0/id"):
        KeyFile(path)
    path.unlink()
    with pytest.raises(InvalidRequestError, match="cannot be read"):
        KeyFile(path)


def test_ids_are_unique_and_only_known_ones_are_taken_back(tmp_path: Path):
    path = tmp_path / "keys.json"
    kept = record(mint(b"aaaaaa", b"1" * 32))
    add_key(path, kept)
    with pytest.raises(ConflictError, match=kept.id):
        add_key(path, kept)
    with pytest.raises(InvalidRequestError, match="no key 'other'"):
        remove_key(path, "other")
