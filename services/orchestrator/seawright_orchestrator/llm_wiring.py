"""Joins the author that asks a model: endpoints, desks, and its parts in an iteration."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import httpx

from seawright_orchestrator.adapters.llm.environment_desks import EnvironmentDesks
from seawright_orchestrator.adapters.llm.folder_replies import FolderReplies
from seawright_orchestrator.adapters.llm.openai_chat import OpenAiChat
from seawright_orchestrator.adapters.synthesis_peers import EnvironmentChecker, EnvironmentDrafts
from seawright_orchestrator.core.llm.concurrency import Window
from seawright_orchestrator.core.llm.costs import Ledger, Purse
from seawright_orchestrator.core.llm.endpoints import objection_to
from seawright_orchestrator.core.ports import Domains
from seawright_orchestrator.core.synthesis.seeds import derive_seed
from seawright_orchestrator.core.synthesis.state import PlanStream
from seawright_orchestrator.settings import Settings
from seawright_orchestrator.usecases.llm.ask_role import AskRole
from seawright_orchestrator.usecases.llm.conclude_iteration import ConcludeIteration
from seawright_orchestrator.usecases.llm.contest_proposals import ContestProposals
from seawright_orchestrator.usecases.llm.estimate_run import EstimateRun
from seawright_orchestrator.usecases.llm.judge_tasks import JudgeTasks
from seawright_orchestrator.usecases.llm.judge_trajectories import JudgeTrajectories
from seawright_orchestrator.usecases.llm.plan_streams import PlanStreams
from seawright_orchestrator.usecases.llm.propose_revision import ProposeRevision
from seawright_orchestrator.usecases.llm.write_drafts import WriteDrafts
from seawright_orchestrator.usecases.synthesis.draw_candidates import first_draw
from seawright_orchestrator.usecases.synthesis.run_iteration import RunIteration
from seawright_shared.clients.environment import EnvironmentClient
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.llm import LlmSpec
from seawright_shared.records.specs import SynthesisSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class LlmAuthor:
    """Gives each role its question; endpoints are shared by all runs of this process."""

    settings: Settings
    environment: EnvironmentClient
    domains: Domains
    http: httpx.AsyncClient
    chats: dict[str, OpenAiChat] = field(default_factory=dict[str, OpenAiChat])
    purses: dict[str, Purse] = field(default_factory=dict[str, Purse])
    """Of runs with a budget, by the first of their streams."""

    def objection(self, llm: LlmSpec) -> str | None:
        """Say why an endpoint may not be asked."""
        return objection_to(llm.base_url, self.settings.llm_allowed_hosts.split(","))

    def planner(self, llm: LlmSpec) -> PlanStreams:
        """Return the planner that asks this model."""
        return PlanStreams(ask=self._ask(llm, Purse(spec=llm)))

    def estimate(self) -> EstimateRun:
        """Return the dry run."""
        return EstimateRun(
            domains=self.domains,
            models=self,
            drafts=EnvironmentDrafts(client=self.environment),
            checker=EnvironmentChecker(client=self.environment),
        )

    async def authored(
        self,
        run_iteration: RunIteration,
        spec: SynthesisSpec,
        stream: PlanStream,
        siblings: Sequence[PlanStream],
    ) -> RunIteration:
        """Return the use case with the model in it; as it is where the run asks none.

        `siblings` are all streams of the run, whose reports tell what it has spent so far.
        """
        if spec.llm is None:
            return run_iteration
        if why := self.objection(spec.llm):
            raise InvalidRequestError(f"/llm/base_url: {why}")
        domain = await self.domains.domain(spec.domain)
        ask = self._ask(spec.llm, self._purse(spec.llm, siblings))
        seed = derive_seed(spec.seed, "iteration", stream.index, stream.iteration)
        judges = JudgeTrajectories(
            ask=ask,
            domain=domain,
            seed=seed,
            earlier=stream.reports[-1].judges if stream.reports else {},
        )
        return replace(
            run_iteration,
            drafts=WriteDrafts(
                drafts=run_iteration.drafts,
                checker=run_iteration.checker,
                desks=EnvironmentDesks(self.environment),
                ask=ask,
                domain=domain,
                theme=stream.plan.theme,
                first_seed=first_draw(seed),
            ),
            task_judge=JudgeTasks(ask=ask, domain=domain, seed=seed),
            trajectory_judge=judges,
            conclude=ConcludeIteration(
                propose=ProposeRevision(ask=ask, domain=domain),
                contest=ContestProposals(
                    drafts=run_iteration.drafts,
                    checker=run_iteration.checker,
                    num_probe_drafts=spec.llm.num_probe_drafts,
                ),
                judges=judges,
                ledger=ask.ledger,
            ),
        )

    def _purse(self, llm: LlmSpec, siblings: Sequence[PlanStream]) -> Purse | None:
        """Return what the run has left, one purse for all of its iterations in this process."""
        if not siblings or (llm.max_dollars_per_run is None and llm.max_tokens_per_run is None):
            return None
        run = min(stream.id for stream in siblings)
        purse = self.purses.setdefault(run, Purse(spec=llm))
        # A stream's planning stands in its first report, too.
        purse.know(
            usage
            for stream in siblings
            for usage in [report.usage for report in stream.reports] or [stream.planning]
        )
        return purse

    def _ask(self, llm: LlmSpec, purse: Purse | None = None) -> AskRole:
        key = self.settings.llm_api_key
        if llm.base_url not in self.chats:
            self.chats[llm.base_url] = OpenAiChat(
                http=self.http,
                known=FolderReplies(self.settings.blob_dir / "llm"),
                window=Window(most=self.settings.llm_max_concurrency),
                api_key=key.get_secret_value() if key else "",
            )
        return AskRole(
            chat=self.chats[llm.base_url], spec=llm, ledger=Ledger(spec=llm, purse=purse)
        )
