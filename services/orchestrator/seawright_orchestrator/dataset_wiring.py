"""Joins what dataset versions need: measures, baselines, exports."""

import asyncio
from dataclasses import dataclass

from fastapi import APIRouter
from pydantic import SecretStr

from seawright_orchestrator.adapters.benchmark_overlaps import EnvironmentOverlaps
from seawright_orchestrator.adapters.environment_worlds import EnvironmentJudge, EnvironmentWorlds
from seawright_orchestrator.adapters.exports.exchange_documents import ExchangeDocuments
from seawright_orchestrator.adapters.exports.hub_pushes import HubPushes
from seawright_orchestrator.adapters.exports.parquet_folders import ParquetFolders
from seawright_orchestrator.adapters.sql_datasets import SqlDatasets
from seawright_orchestrator.adapters.sql_episodes import SqlEpisodes
from seawright_orchestrator.adapters.sql_synthesis import SqlSynthesis
from seawright_orchestrator.adapters.sql_tasks import SqlTasks
from seawright_orchestrator.api.dataset_exports import ExportRoutes, export_routes
from seawright_orchestrator.api.datasets import DatasetRoutes, dataset_routes
from seawright_orchestrator.core.ports import Blobs, Domains
from seawright_orchestrator.usecases.create_dataset import CreateDataset
from seawright_orchestrator.usecases.exports.export_dataset import ExportDataset
from seawright_orchestrator.usecases.exports.push_dataset import PushDataset
from seawright_orchestrator.usecases.exports.read_version import ReadVersion
from seawright_orchestrator.usecases.list_rejects import ListRejects
from seawright_orchestrator.usecases.measure_dataset import MeasureDataset
from seawright_orchestrator.usecases.play_baselines import PlayBaselines
from seawright_shared.clients.environment import EnvironmentClient
from seawright_shared.clients.exchange import ExchangeClient

NUM_WORLDS = 16
"""Worlds that baselines keep open at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetParts:
    """What the service has that versions are made from."""

    runs: SqlSynthesis
    tasks: SqlTasks
    episodes: SqlEpisodes
    datasets: SqlDatasets
    domains: Domains
    blobs: Blobs
    environment: EnvironmentClient
    exchange: ExchangeClient
    hf_token: SecretStr | None


def dataset_routers(parts: DatasetParts) -> list[APIRouter]:
    """Return the routers under /v1/datasets."""
    baselines = PlayBaselines(
        worlds=EnvironmentWorlds(client=parts.environment),
        judge=EnvironmentJudge(client=parts.environment),
        slots=asyncio.Semaphore(NUM_WORLDS),
    )
    measure = MeasureDataset(
        runs=parts.runs,
        datasets=parts.datasets,
        domains=parts.domains,
        baselines=baselines,
        overlaps=EnvironmentOverlaps(client=parts.exchange),
    )
    create = CreateDataset(
        runs=parts.runs,
        tasks=parts.tasks,
        episodes=parts.episodes,
        datasets=parts.datasets,
        domains=parts.domains,
        measure=measure,
        blobs=parts.blobs,
    )
    rejects = ListRejects(datasets=parts.datasets)
    routes = DatasetRoutes(datasets=parts.datasets, create=create, rejects=rejects)
    return [dataset_routes(routes), _export_router(parts)]


def _export_router(parts: DatasetParts) -> APIRouter:
    export = ExportDataset(
        datasets=parts.datasets,
        read=ReadVersion(
            tasks=parts.tasks,
            episodes=parts.episodes,
            datasets=parts.datasets,
            domains=parts.domains,
            blobs=parts.blobs,
        ),
        documents=ExchangeDocuments(client=parts.exchange),
        folders=ParquetFolders(),
    )
    push = PushDataset(export=export, hub=HubPushes(token=parts.hf_token))
    return export_routes(ExportRoutes(export=export, push=push))
