"""Agents of episodes: a model of the policy service, token-exact, or the scripted oracle."""

from collections.abc import Sequence
from dataclasses import dataclass

from seawright_orchestrator.adapters.trace_sizes import require_extension
from seawright_orchestrator.core.ports import AgentPlayer, AgentTurn, Domains
from seawright_orchestrator.core.prompts import agent_system
from seawright_orchestrator.core.scripted_agent import ScriptedAgent
from seawright_orchestrator.core.seeds import derived_seed, seeded
from seawright_shared.clients.policy import PolicyClient
from seawright_shared.contracts.policy import GenerationRequest
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.messages import Message, ToolSchema
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import AgentSpec


@dataclass(slots=True, kw_only=True)
class PolicyAgent:
    """A model's side of one episode. The context is the policy's own and travels untouched."""

    client: PolicyClient
    spec: AgentSpec
    seed: int
    system: str
    tools: list[ToolSchema]
    context: bytes | None = None
    num_turns: int = 0

    async def turn(self, new: Sequence[Message]) -> AgentTurn:
        """Sample the next turn after what is new; the first call also sends system and tools."""
        messages = list(new)
        if self.context is None:
            messages.insert(0, Message(role="system", content=self.system))
        else:
            # The context ends with the turn that was sampled: it is not sent back.
            messages = [message for message in messages if message.role != "assistant"]
        sampling = self.spec.sampling.model_copy(
            update={"seed": derived_seed(self.seed, self.spec.sampling.seed, self.num_turns)}
        )
        response = await self.client.generate(
            GenerationRequest(
                model=self.spec.model,
                version=self.spec.version,
                context=self.context,
                messages=messages,
                tools=self.tools if self.context is None else [],
                sampling=sampling,
            )
        )
        require_extension(self.context, response.context)
        self.context = response.context
        self.num_turns += 1
        return AgentTurn(
            message=response.message,
            is_context_full=response.finish == "context_full",
            num_prompt_tokens=response.num_prompt_tokens,
            num_sampled_tokens=response.num_sampled_tokens,
        )

    def trace(self) -> bytes | None:
        """Return the context: it is the encoded token trace."""
        return self.context


@dataclass(slots=True, kw_only=True)
class OracleAgent:
    """The scripted agent behind the same port."""

    script: ScriptedAgent

    async def turn(self, new: Sequence[Message]) -> AgentTurn:
        """Return the script's next turn."""
        message = self.script.turn(new)
        return AgentTurn(message=message, slip=self.script.slip)

    def trace(self) -> bytes | None:
        """Return nothing: no tokens were sampled."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeAgents:
    """Makes agents by their spec's kind."""

    policy: PolicyClient
    domains: Domains

    async def open(self, task: Task, spec: AgentSpec, seed: int) -> AgentPlayer:
        """Return the agent of one episode."""
        if spec.kind == "scripted":
            if task.solution is None:
                raise InvalidRequestError(f"task {task.id} has no solution to be played")
            rng = seeded(seed, "slips")
            script = ScriptedAgent(solution=task.solution, rng=rng, slip_rate=spec.slip_rate)
            return OracleAgent(script=script)
        domain = await self.domains.domain(task.domain)
        return PolicyAgent(
            client=self.policy,
            spec=spec,
            seed=seed,
            system=agent_system(domain.domain_policy, spec.domain_policy),
            tools=[tool for tool in domain.tools if tool.requestor == "assistant"],
        )
