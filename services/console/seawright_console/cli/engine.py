"""`engine vllm|sglang`: stock engine servers, in environments of their own."""

from pathlib import Path
from typing import Annotated, cast

import typer

from seawright_console.adapters.engine_servers import (
    EngineFailedError,
    answers,
    awaited,
    command_of,
    installed,
    started,
)
from seawright_console.adapters.uvicorn_server import address_of, bound_socket
from seawright_console.cli.outcome import run, screen
from seawright_console.core.engines import RECIPES, Device, EngineName, EngineOrder
from seawright_console.settings import Settings
from seawright_shared.errors import InvalidRequestError

Model = Annotated[Path | None, typer.Option(help="The model's folder, in Hugging Face layout.")]
Url = Annotated[str | None, typer.Option(help="A server that runs already: it is only checked.")]
Port = Annotated[int, typer.Option(help="Port to serve on; 0: any free one.")]
Venv = Annotated[Path | None, typer.Option(help="The engine's environment; made on first use.")]
Name = Annotated[str | None, typer.Option(help="What the model is called; else its folder's name.")]
Where = Annotated[str, typer.Option("--device", help="cpu or cuda.")]
Context = Annotated[int, typer.Option("--context-tokens", min=16, help="Longest context.")]
Turns = Annotated[int, typer.Option(min=1, help="Most turns sampled at a time.")]
Dtype = Annotated[str, typer.Option(help="auto, float32 or bfloat16.")]
LoraRank = Annotated[
    int, typer.Option(min=0, help="Highest rank of LoRA adapters, for versions that are such.")
]
Patience = Annotated[float, typer.Option("--start-seconds", help="How long a start may take.")]
EngineArgument = Annotated[str, typer.Argument(help="vllm or sglang.", metavar="ENGINE")]


def engine(
    which: EngineArgument,
    model: Model = None,
    url: Url = None,
    port: Port = 8200,
    venv: Venv = None,
    name: Name = None,
    device: Where = "cpu",
    context_tokens: Context = 4096,
    turns: Turns = 32,
    dtype: Dtype = "auto",
    lora_rank: LoraRank = 0,
    start_seconds: Patience = 1800.0,
) -> None:
    """Serve a model with a stock vLLM or SGLang server until Ctrl-C, or check a running one."""
    if which not in ("vllm", "sglang") or device not in ("cpu", "cuda"):
        run(_refused(f"there is no engine {which!r} on {device!r}: vllm or sglang, cpu or cuda"))
    kind = cast("EngineName", which)
    if url is not None:
        run(_check(kind, url))
        return
    if model is None or not (model / "config.json").is_file():
        run(_refused(f"--model names no folder with a config.json: {model}"))
    if lora_rank and kind == "sglang":
        run(_refused("--lora-rank is for vllm: the policy's versions may be adapters, users' not"))
    assert model is not None
    order = EngineOrder(
        model=model.absolute(),
        name=name or model.absolute().name,
        device=cast("Device", device),
        port=port or _free_port(),
        context_tokens=context_tokens,
        turns=turns,
        dtype=dtype,
        lora_rank=lora_rank,
    )
    run(_serve(kind, order, venv, start_seconds))


async def _refused(detail: str) -> None:
    raise InvalidRequestError(detail)


async def _check(kind: EngineName, url: str) -> None:
    await answers(kind, url.rstrip("/"), 30.0)
    screen().say(f"{kind} at {url} generates")


async def _serve(kind: EngineName, order: EngineOrder, venv: Path | None, seconds: float) -> None:
    recipe = RECIPES[kind, order.device]
    folder = Settings().folder.absolute() / "engines"
    folder.mkdir(parents=True, exist_ok=True)
    place = (venv or folder / f"{kind}-{recipe.version}-{order.device}").absolute()
    shown, log = screen(), folder / f"{kind}-{order.port}.log"
    with log.open("a", buffering=1) as output:
        shown.say(f"{kind} {recipe.version} in {place}; its log is {log}")
        python = await installed(place, recipe, output)
        command = command_of(kind, recipe, order, python)
        async with started(command, recipe.environment, output) as process:
            url = f"http://{order.host}:{order.port}"
            await awaited(kind, url, process, seconds)
            typer.echo(url)
            shown.say(f"{kind} serves {order.name!r}; Ctrl-C stops")
            status = await process.wait()
        raise EngineFailedError(f"{kind} ended with status {status}; {log} says why")


def _free_port() -> int:
    with bound_socket("127.0.0.1", 0) as listening:
        return int(address_of(listening).rsplit(":", 1)[1])
