"""Models and versions: what is served, and publishing."""

from fastapi import APIRouter, Path

from seawright_policy.core.catalogue import Catalogue, Serving
from seawright_policy.usecases.publish_version import PublishVersion
from seawright_shared.contracts.pages import Page
from seawright_shared.contracts.policy import (
    ChatModel,
    ChatModelList,
    PublishRequest,
    ServedModel,
)
from seawright_shared.records.rollouts import PolicyVersion


def record_of(serving: Serving) -> ServedModel:
    """Return what callers see of a model."""
    return ServedModel(
        name=serving.name,
        current=None if serving.current is None else serving.loaded[serving.current],
        prepared=serving.prepared,
        context_length=serving.context_length,
    )


def served_model_routes(catalogue: Catalogue, publish: PublishVersion) -> APIRouter:
    """Return the routes of models and their versions."""
    router = APIRouter(tags=["models"])

    @router.get("/v1/served-models")
    async def list_served_models() -> Page[ServedModel]:
        names = sorted(catalogue.servings)
        return Page(data=[record_of(catalogue.servings[name]) for name in names])

    @router.get("/v1/served-models/{name}")
    async def get_served_model(name: str) -> ServedModel:
        return record_of(catalogue.get(name))

    @router.put("/v1/models/{name}/versions/{version}")
    async def put_version(
        name: str, body: PublishRequest, version: int = Path(ge=0, lt=1 << 31)
    ) -> ServedModel:
        wanted = PolicyVersion(
            model=name,
            version=version,
            uri=body.uri,
            sha256=body.sha256.removeprefix("sha256:"),
            training_run_id=body.training_run_id,
            step=body.step,
        )
        return record_of(await publish(wanted, body.phase, is_rollback=body.rollback))

    @router.get("/v1/models")
    async def list_models() -> ChatModelList:
        return ChatModelList(data=[ChatModel(id=name) for name in sorted(catalogue.servings)])

    return router
