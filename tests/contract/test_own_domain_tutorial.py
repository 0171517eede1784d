"""The tutorial's domain, installed as its page says, checked and played over HTTP."""

import importlib
import json
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from pathlib import Path
from typing import cast

import httpx
import pytest
from typer.testing import CliRunner

from seawright_console.app import command_line
from seawright_environment.core.domain_plugins import DomainClashError
from seawright_environment.settings import Settings
from seawright_environment.wiring import build
from seawright_shared.clients.environment import EnvironmentClient
from seawright_shared.clients.peer import Peer
from seawright_shared.errors import NotFoundError
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.verdicts import Verdict
from tests.support import tutorial
from tests.support.plugins import install

MOST_LINES = 300


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Generator[Path]:
    """Install the tutorial's package: its files and its metadata are on Python's path."""
    folder = tmp_path_factory.mktemp("tutorial")
    tutorial.write_files(folder)
    with install(folder, "library-loans", {"library_loans": "library_loans:DOMAIN"}):
        yield folder


@pytest.fixture
async def environment(package: Path) -> AsyncGenerator[EnvironmentClient]:
    app = build(Settings())
    peer = Peer("http://environment", transport=httpx.ASGITransport(app))
    async with app.router.lifespan_context(app):
        yield EnvironmentClient(peer)
    await peer.aclose()


def test_the_package_is_as_short_as_the_page_says():
    assert sum(len(text.splitlines()) for text in tutorial.files().values()) < MOST_LINES


@pytest.mark.parametrize("target", ["folder", "library_loans"])
def test_domain_check_passes_by_folder_and_by_name(package: Path, target: str):
    words = ["domain", "check", str(package) if target == "folder" else target, "--json"]
    result = CliRunner().invoke(command_line(), words)
    assert result.exit_code == 0, result.output
    (report,) = json.loads(result.stdout)
    assert report["name"] == "library_loans"
    assert all(not law["failures"] and law["tried"] for law in report["laws"])
    assert not any(law["notes"] for law in report["laws"])


async def test_the_episode_of_the_page_is_rewarded(environment: EnvironmentClient):
    scope: dict[str, object] = {}
    exec(compile(tutorial.episode(), str(tutorial.PAGE), "exec"), scope)
    play = cast("Callable[[EnvironmentClient], Awaitable[Verdict]]", scope["play"])
    verdict = await play(environment)
    assert verdict.ok, verdict.rationale
    assert verdict.reward == 1.0


async def test_the_domain_stands_beside_the_built_in_ones(environment: EnvironmentClient):
    names = [domain.name for domain in await environment.domains()]
    assert {"library_loans", "retail"} <= set(names)
    domain = await environment.domain("library_loans")
    assert "2 March 2026" in domain.domain_policy
    with pytest.raises(NotFoundError, match="tau2-bench's"):
        await environment.open_session(DatabaseRef(domain="library_loans", source="tau2"))


def test_a_library_of_a_million_members_makes_one_member_at_a_time(package: Path):
    assert str(package) in sys.path
    generate = importlib.import_module("library_loans.seed").generate
    members = generate(1, 1_000_000)["members"]
    assert members["M999999"]["member_id"] == "M999999"
    assert "M1000000" not in members
    assert members.num_kept == 1


async def test_a_broken_package_is_told_by_name_where_its_domain_is_asked_for(tmp_path: Path):
    with install(tmp_path, "spa-y", {"spa_y": "nowhere_to_be_found:DOMAIN"}):
        app = build(Settings())
    peer = Peer("http://environment", transport=httpx.ASGITransport(app))
    async with app.router.lifespan_context(app):
        client = EnvironmentClient(peer)
        assert "retail" in [domain.name for domain in await client.domains()]
        with pytest.raises(NotFoundError, match="'spa_y' is broken: nowhere_to_be_found:DOMAIN"):
            await client.domain("spa_y")
        with pytest.raises(NotFoundError, match="'spa_y' is broken: nowhere_to_be_found:DOMAIN"):
            await client.open_session(DatabaseRef(domain="spa_y"))
    await peer.aclose()


def test_a_service_whose_domains_clash_does_not_start(tmp_path: Path):
    with (
        install(tmp_path, "my-retail", {"retail": "nowhere_to_be_found:DOMAIN"}),
        pytest.raises(DomainClashError, match="'retail' is claimed by seawright itself"),
    ):
        build(Settings())
