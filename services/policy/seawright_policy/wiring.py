"""Where the policy's ports meet their adapters."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from tokenizers import Tokenizer

from seawright_policy.adapters.engine_figures import Check, watch_replicas, watch_versions
from seawright_policy.adapters.model_folders import DiskFolders
from seawright_policy.adapters.tokenizers_codec import TokenizersCodec
from seawright_policy.adapters.torch_engine import TorchEngine, TorchOptions
from seawright_policy.adapters.torch_types import compute_type
from seawright_policy.adapters.vllm_engine import VllmEngine, VllmOptions
from seawright_policy.adapters.vllm_fleet import FleetOptions
from seawright_policy.api.chat import chat_routes
from seawright_policy.api.generations import generation_routes
from seawright_policy.api.served_models import served_model_routes
from seawright_policy.core.catalogue import Catalogue
from seawright_policy.core.rendering import Renderer, Rendering
from seawright_policy.core.replicas import Bounds
from seawright_policy.core.templates import PLAIN, TEMPLATES
from seawright_policy.core.templates.tiny import SPECIAL_TOKENS
from seawright_policy.settings import Settings
from seawright_policy.usecases.complete_chat import CompleteChat
from seawright_policy.usecases.generate_turn import GenerateTurn
from seawright_policy.usecases.open_models import OpenModels
from seawright_policy.usecases.publish_version import PublishVersion
from seawright_policy.usecases.render_dialogues import RenderDialogues
from seawright_shared.access.gate import OPEN, Access
from seawright_shared.telemetry.metrics import Meter
from seawright_shared.web.create_app import create_app

__all__ = ["SPECIAL_TOKENS", "Renderer", "Rendering", "build", "renderer_for"]

SERVICE = "policy"


def renderer_for(source: Path | Tokenizer, template: str = "tiny") -> Renderer:
    """Return the renderer of a model folder or of a tokenizer."""
    codec = (
        TokenizersCodec(source)
        if isinstance(source, Tokenizer)
        else TokenizersCodec.from_folder(source)
    )
    return Renderer(TEMPLATES[template](codec, PLAIN))


def engine_for(settings: Settings) -> TorchEngine | VllmEngine:
    """Return the engine that the settings ask for."""
    if settings.engine == "vllm":
        return vllm_for(settings)
    return TorchEngine(
        TorchOptions(
            device=settings.device,
            dtype=compute_type(settings.dtype),
            num_threads=settings.num_threads,
            num_slots=settings.max_sequences,
            max_context=settings.max_context_tokens,
            parked_tokens=settings.cache_tokens,
        )
    )


def vllm_for(settings: Settings) -> VllmEngine:
    """Return the engine over vLLM servers."""
    return VllmEngine(
        VllmOptions(
            fleet=FleetOptions(
                urls=settings.engine_urls,
                drain_seconds=settings.drain_seconds,
                bounds=Bounds(most=settings.engine_turns),
            ),
            max_context=settings.max_context_tokens,
        )
    )


def build(settings: Settings, access: Access = OPEN) -> FastAPI:
    """Assemble the service. Its models are loaded when it starts."""
    engine, catalogue, folders = engine_for(settings), Catalogue(), DiskFolders()
    # A vLLM server holds one version: none can be pinned beside it.
    num_kept = settings.kept_versions if settings.engine == "torch" else 0
    publish = PublishVersion(catalogue, engine, folders, num_kept)
    meter = Meter(SERVICE)
    load = meter.gauge("turns_num", "Turns being sampled, and waiting.", ["state"])
    load.labels("running").set_function(lambda: engine.load_of()[0])
    load.labels("waiting").set_function(lambda: engine.load_of()[1])

    pause = meter.gauge(
        "weights_pause_seconds", "How long the last new weights kept turns waiting."
    )
    pause.set_function(lambda: engine.pause_seconds)
    breaks = meter.counter("context_breaks_total", "Contexts that could not be extended.")

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        async with engine:
            await OpenModels(publish, folders)(settings.models)
            yield

    async def has_models() -> str | None:
        return None if catalogue.servings or not settings.models else "no model is loaded"

    watch_versions(meter, catalogue)
    checks: dict[str, Check] = {"models": has_models}
    if isinstance(engine, VllmEngine):
        checks["engines"] = watch_replicas(meter, engine.replicas)
    limit = settings.max_body_bytes
    return create_app(
        SERVICE,
        [
            generation_routes(
                GenerateTurn(catalogue, engine, breaks.inc), RenderDialogues(catalogue)
            ),
            chat_routes(CompleteChat(catalogue, engine)),
            served_model_routes(catalogue, publish),
        ],
        lifespan=lifespan,
        checks=checks,
        larger_bodies={"/v1/generations": limit, "/v1/renderings": limit},
        meter=meter,
        gate=access.gate,
    )
