import asyncio
import socket
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from seawright_console.adapters.engine_servers import (
    EngineFailedError,
    answers,
    awaited,
    command_of,
    installed,
    started,
)
from seawright_console.core.engines import RECIPES, Device, EngineOrder, Recipe
from seawright_shared.errors import InvalidRequestError, UnavailableError
from tests.support.fake_vllm import FakeVllm, served

CHILD = "import subprocess,sys,time; print(subprocess.Popen(['sleep','60']).pid); sys.stdout.flush(); time.sleep(60)"


def is_over(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().split()[2] == "Z"


def order(device: Device = "cpu") -> EngineOrder:
    return EngineOrder(
        model=Path("m"), name="n", device=device, port=8200, context_tokens=64, turns=2
    )


@pytest.mark.parametrize(("kind", "device"), list(RECIPES))
def test_every_recipe_is_pinned_and_serves_the_model(kind, device):
    recipe = RECIPES[kind, device]
    assert any(f"=={recipe.version}" in part for one in recipe.pip_calls for part in one)
    command = command_of(kind, recipe, order(device), Path("python"))
    assert command[0] == "python"
    assert "--port=8200" in command
    assert any(part.endswith("=n") for part in command)


def test_vllm_is_asked_for_the_log_probs_of_the_drawn_distribution_and_for_its_control_routes():
    recipe = RECIPES["vllm", "cuda"]
    command = command_of("vllm", recipe, order("cuda"), Path("python"))
    assert "--logprobs-mode=processed_logprobs" in command
    assert recipe.environment["VLLM_SERVER_DEV_MODE"] == "1"


def test_vllm_finds_prompts_again_by_small_blocks_and_takes_adapters_only_when_asked_to():
    plain = command_of("vllm", RECIPES["vllm", "cpu"], order(), Path("python"))
    assert "--block-size=32" in plain
    assert not any("lora" in part for part in plain)
    ranked = replace(order(), lora_rank=12)
    command = command_of("vllm", RECIPES["vllm", "cpu"], ranked, Path("python"))
    assert {"--enable-lora", "--max-lora-rank=16", "--max-loras=2"} <= set(command)


def test_bridges_are_files_of_the_package():
    for (kind, _), recipe in RECIPES.items():
        if recipe.bridge is not None:
            script = command_of(kind, recipe, order(), Path("python"))[1]
            assert Path(script).is_file()


async def test_an_environment_is_made_once_and_completed_when_its_recipe_changes(tmp_path):
    log = tmp_path / "log"
    first = Recipe(version="1", pip_calls=[["--version"]])
    other = Recipe(version="1", pip_calls=[["install", "--no-such-option"]])
    with log.open("w") as output:
        python = await installed(tmp_path / "venv", first, output)
        assert python.exists()
        size = log.stat().st_size
        assert await installed(tmp_path / "venv", first, output) == python
        assert log.stat().st_size == size
        for _ in range(2):
            with pytest.raises(EngineFailedError, match="pip install"):
                await installed(tmp_path / "venv", other, output)
    assert "no such option" in log.read_text()


async def test_a_server_ends_with_all_its_children(tmp_path):
    log = tmp_path / "log"
    with log.open("w") as output:
        async with started([sys.executable, "-c", CHILD], {}, output) as process:
            # The child tells its child's number in a file: there is no event to wait for.
            while not log.read_text().strip():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            child = int(log.read_text())
            assert process.returncode is None
    assert process.returncode is not None
    async with asyncio.timeout(10):
        # A signal is on its way for a moment; a grandchild's end is nobody's event either.
        while not is_over(child):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_server_is_there_when_it_makes_a_token_and_not_before(tmp_path):
    server = FakeVllm()
    async with served(server) as url:
        await answers("vllm", url, 5.0)
        assert server.orders[-1]["sampling_params"]["max_tokens"] == 1
        with pytest.raises(InvalidRequestError, match="is it a sglang server"):
            await answers("sglang", url, 5.0)
    with pytest.raises(UnavailableError, match="cannot be reached"):
        await answers("vllm", url, 5.0)


async def test_a_server_that_ends_while_it_starts_is_told(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}"
    with (tmp_path / "log").open("w") as output:
        async with started([sys.executable, "-c", "raise SystemExit(3)"], {}, output) as process:
            with pytest.raises(EngineFailedError, match="ended with status 3"):
                await awaited("vllm", url, process, 30.0)
        async with started([sys.executable, "-c", CHILD], {}, output) as process:
            with pytest.raises(EngineFailedError, match=r"no token within 0\.1 s"):
                await awaited("vllm", url, process, 0.1)
