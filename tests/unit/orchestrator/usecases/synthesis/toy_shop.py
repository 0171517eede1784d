"""A shop of four goals with known preconditions: a world for the loop's own tests."""

import random
from dataclasses import dataclass, field

from pydantic import JsonValue

from seawright_orchestrator.core.synthesis.ports import PlayedEpisode
from seawright_shared.contracts.environment import (
    DraftRequest,
    TaskCheckRequest,
    TaskCheckResult,
)
from seawright_shared.records.base import Scalar, content_hash, content_id
from seawright_shared.records.domains import DatabaseRef, Domain
from seawright_shared.records.specs import SynthesisSpec
from seawright_shared.records.tasks import Draft, DraftGoal, GoldenAction, Scenario, Task
from seawright_shared.records.trajectories import (
    AgentSpec,
    Slip,
    StopReason,
    Trajectory,
    UserSpec,
)
from seawright_shared.records.verdicts import Attribution, Verdict

GOALS = ("cancel", "return", "exchange", "address")
STATUSES = ("pending", "processed", "delivered", "cancelled")
REASONS = ("too late", "by mistake", "cheaper elsewhere")
DATABASE = DatabaseRef(domain="toy", seed=1, num_customers=300)
DOMAIN = Domain(
    name="toy", version="1", domain_policy="", tools=[], goal_types=list(GOALS), features=[]
)


def spec(**changes: object) -> SynthesisSpec:
    base: dict[str, object] = {
        "domain": "toy",
        "database": DATABASE,
        "num_streams": 1,
        "num_iterations": 5,
        "candidates_per_iteration": 80,
        "seed": 3,
    }
    return SynthesisSpec.model_validate({**base, **changes})


def flaw(goal: DraftGoal) -> str | None:
    """The world's law: why a goal cannot come out, if so."""
    status, reason = goal.features["order.status"], goal.features["reason"]
    if goal.features["prev_tool"] == "cancel":
        return "exec:order is already cancelled"
    if goal.type in {"cancel", "address"} and status != "pending":
        return f"exec:{goal.type} needs a pending order"
    if goal.type in {"return", "exchange"} and status != "delivered":
        return f"exec:{goal.type} needs a delivered order"
    if goal.type == "cancel" and reason == "cheaper elsewhere":
        return "policy:not a reason"
    if goal.type == "exchange" and goal.features["same_item"]:
        return "effect:nothing changes"
    return None


@dataclass
class ToyDrafts:
    """Draws orders of customers; deterministic by the request's seed."""

    requests: list[DraftRequest] = field(default_factory=list)

    async def draw(self, request: DraftRequest) -> list[Draft]:
        self.requests.append(request)
        rng = random.Random(f"{request.seed}:{request.split}")
        return [self._draft(request, rng) for _ in range(request.num)]

    def _draft(self, request: DraftRequest, rng: random.Random) -> Draft:
        count = rng.choices(list(request.num_goals), list(request.num_goals.values()))[0]
        types = rng.choices(list(request.goals), list(request.goals.values()), k=count)
        even = request.split == "train"
        customer = 2 * rng.randrange(150) + (0 if even else 1)
        orders: dict[int, str] = {}
        goals: list[DraftGoal] = []
        for name in types:
            order = rng.randrange(3)
            previous = orders.get(order, "none")
            orders[order] = name
            entity = f"#{customer}-{order}"
            facts = random.Random(entity)
            reason, gift = rng.choice(REASONS), rng.random() < 0.5
            features: dict[str, Scalar] = {
                "goal": name,
                "order.status": facts.choice(STATUSES),
                "order.total": facts.randrange(100, 90000),
                "reason": reason,
                "same_item": rng.random() < 0.3,
                "gift": gift,
                "prev_tool": previous,
            }
            arguments: dict[str, JsonValue] = {"order": entity, "reason": reason, "gift": gift}
            goals.append(
                DraftGoal(type=name, arguments=arguments, entity=entity, features=features)
            )
        blank = Draft(
            id="",
            domain="toy",
            database=request.database,
            customer_id=f"c{customer}",
            goals=goals,
            disclosure=rng.choice(list(request.disclosures)),
            reference=rng.choice(list(request.references)),
            persona=rng.choice(request.personas),
            seed=rng.getrandbits(31),
        )
        return blank.model_copy(update={"id": content_id("draft", blank)})


class ToyChecker:
    """Executes a draft by the world's law."""

    async def check(self, request: TaskCheckRequest) -> list[TaskCheckResult]:
        return [self._check(draft) for draft in request.drafts]

    def _check(self, draft: Draft) -> TaskCheckResult:
        for index, goal in enumerate(draft.goals):
            cause = flaw(goal)
            if cause is not None:
                refusal = Verdict(subject="task", ok=False, stage="execution", failure_class=cause)
                return TaskCheckResult(draft_id=draft.id, verdicts=[refusal], failed_goal=index)
        fine = Verdict(subject="task", ok=True, stage="execution")
        return TaskCheckResult(draft_id=draft.id, task=task_of(draft), verdicts=[fine])


def task_of(draft: Draft) -> Task:
    return Task(
        id=f"task_{content_hash(draft)[:20]}",
        domain="toy",
        database=draft.database,
        customer_id=draft.customer_id,
        scenario=Scenario(persona=draft.persona, opening="Hello", wishes=[]),
        golden_actions=[
            GoldenAction(id=str(index), name=goal.type, arguments=goal.arguments)
            for index, goal in enumerate(draft.goals)
        ],
        goal_types=[goal.type for goal in draft.goals],
    )


@dataclass
class ToyPlayer:
    """Plays by decree: `agent_fails` and so on say which tasks fail, and how."""

    agent_fails: frozenset[str] = frozenset()
    oracle_fails: frozenset[str] = frozenset()
    user_slips_at: int = -1
    """Number of the policy-agent play in which the user slips."""
    breaks: int = 0
    """Plays that infrastructure fails, before it recovers."""
    plays: list[tuple[str, str, int]] = field(default_factory=list)

    async def play(
        self, task: Task, agent: AgentSpec, user: UserSpec, seed: int, max_turns: int
    ) -> PlayedEpisode:
        self.plays.append((task.id, agent.kind, seed))
        number = len(self.plays) - 1
        if self.breaks > 0:
            self.breaks -= 1
            return played(task, agent, user, seed, ok=False, stop=StopReason.INFRASTRUCTURE)
        if agent.kind == "scripted":
            return played(task, agent, user, seed, ok=task.id not in self.oracle_fails)
        slips = number == self.user_slips_at
        ok = task.id not in self.agent_fails and not slips
        return played(task, agent, user, seed, ok=ok, slips=slips)


def played(
    task: Task,
    agent: AgentSpec,
    user: UserSpec,
    seed: int,
    *,
    ok: bool,
    stop: StopReason = StopReason.USER_STOP,
    slips: bool = False,
    blamed: Attribution | None = None,
) -> PlayedEpisode:
    episode = content_id("episode", [task.id, agent.kind, seed])
    trajectory = Trajectory(
        id=f"trajectory_{episode}",
        episode_id=episode,
        task_id=task.id,
        agent=agent,
        user=user,
        seed=seed,
        messages=[],
        stop_reason=stop,
        slips=[Slip(by="user", kind="stopped_early", message=0)] if slips else [],
    )
    verdict = Verdict(
        subject="trajectory",
        ok=ok,
        stage="checker",
        failure_class="" if ok else "checker:goal",
        reward=1.0 if ok else 0.0,
        attribution=blamed,
    )
    return PlayedEpisode(trajectory=trajectory, verdict=verdict)
