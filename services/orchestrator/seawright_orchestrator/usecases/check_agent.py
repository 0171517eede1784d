"""Refuse, before anything is stored, an agent that nobody serves."""

from dataclasses import dataclass

from seawright_orchestrator.core.ports import Models
from seawright_orchestrator.core.refusals import refused
from seawright_shared.errors import NotFoundError
from seawright_shared.records.trajectories import AgentSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAgent:
    """Asks the policy whether it serves a model."""

    models: Models

    async def __call__(self, agent: AgentSpec) -> None:
        """Raise naming `/agent/model` where the policy does not know it."""
        if agent.kind == "scripted":
            return
        try:
            await self.models.require(agent.model)
        except NotFoundError as error:
            raise refused("/agent/model", "unknown-model", error.detail) from error
