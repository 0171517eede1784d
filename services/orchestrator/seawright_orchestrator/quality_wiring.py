"""Joins the parts of user quality reports."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter

from seawright_orchestrator.adapters.sql_user_quality import (
    REPORT_JOB,
    SqlUserQuality,
    UserQualityJob,
)
from seawright_orchestrator.api.user_quality_reports import ReportRoutes, user_quality_routes
from seawright_orchestrator.core.ports import Domains
from seawright_orchestrator.store_wiring import Stores
from seawright_orchestrator.usecases.draw_sample import DrawSample
from seawright_orchestrator.usecases.play_episode import PlaysEpisodes
from seawright_orchestrator.usecases.user_quality.draw_probes import DrawProbes
from seawright_orchestrator.usecases.user_quality.measure_user import MeasureUser
from seawright_orchestrator.usecases.user_quality.start_report import StartReport
from seawright_shared.jobs.context import Handler
from seawright_shared.records.ids import new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityParts:
    """What reports stand on."""

    stores: Stores
    domains: Domains
    play: PlaysEpisodes
    draw: DrawSample

    @property
    def reports(self) -> SqlUserQuality:
        """The store of reports."""
        return SqlUserQuality(self.stores.runs, self.stores.episodes)

    def handlers(self) -> Mapping[str, Handler]:
        """Return the work behind the jobs of reports."""
        draw = DrawProbes(
            domains=self.domains,
            datasets=self.stores.datasets,
            tasks=self.stores.tasks,
            sample_tasks=self.draw.sample_tasks,
            benchmarks=self.draw.benchmarks,
        )
        measure = MeasureUser(play=self.play, draw=draw)
        return {REPORT_JOB: UserQualityJob(self.reports, measure)}

    def router(self) -> APIRouter:
        """Return the routes."""
        reports = self.reports
        return user_quality_routes(
            ReportRoutes(
                start=StartReport(
                    reports=reports,
                    datasets=self.stores.datasets,
                    domains=self.domains,
                    new_id=new_id,
                ),
                reports=reports,
                verbs=self.stores.runs,
                events=self.stores.kit.events,
                idempotency=self.stores.idempotency,
            )
        )
