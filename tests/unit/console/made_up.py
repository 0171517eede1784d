"""Made-up records of finished runs, as the services would return them."""

from datetime import UTC, datetime

from seawright_shared.contracts.orchestrator import (
    Episode,
    EvaluationRun,
    StreamState,
    SynthesisReport,
    SynthesisRun,
)
from seawright_shared.contracts.trainer import TrainingRun, TrainingStep
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.messages import Message, ToolCall
from seawright_shared.records.plans import Literal_, Plan, Reflection, Rule, RuleDiff
from seawright_shared.records.reports import EvaluationReport, Interval, IterationReport
from seawright_shared.records.specs import EvaluationSpec, ModelSpec, SynthesisSpec, TrainingSpec
from seawright_shared.records.trajectories import AgentSpec, StopReason, Trajectory, UserSpec
from seawright_shared.records.verdicts import Attribution, Check, Verdict

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
YIELDS = (0.1, 0.14, 0.25, 0.34, 0.47, 0.6, 0.72, 0.78)


def rule(number: int, *, status: str = "active", cause: str = "exec:wrong status") -> Rule:
    return Rule.model_validate(
        {
            "id": f"rule_{number}",
            "scope": "cancel_pending_order",
            "when": [Literal_(feature="order.status", op="!=", value=f"pending{number}")],
            "cause": cause,
            "support": 10 + number,
            "precision": 0.98,
            "status": status,
        }
    )


def plan(stream: int, version: int, rules: list[Rule], theme: str = "orders") -> Plan:
    return Plan(
        id=f"plan_{stream}_{version}",
        stream_id=f"stream_{stream}",
        version=version,
        domain="retail",
        theme=theme,
        seed=stream,
        goals={"cancel_pending_order": 1.0},
        rules=rules,
    )


def iteration(stream: int, at: int, share: float) -> IterationReport:
    accepted = round(100 * share)
    rejected = 100 - accepted
    return IterationReport(
        stream_id=f"stream_{stream}",
        iteration=at,
        plan_id=f"plan_{stream}_{at}",
        num_candidates=100,
        num_accepted=accepted,
        stages={"execution": rejected - rejected // 3, "policy": rejected // 3},
        causes={
            "exec:Non-pending order cannot be cancelled": rejected // 2,
            "policy:exchange for the same item": rejected // 3,
            "effect:the new address is the old one": rejected - rejected // 2 - rejected // 3,
        },
        attributions={"TASK": rejected - 3, "AGENT": 3},
        num_sequences=5 + at,
    )


def stream(index: int, *, theme: str = "orders that were cancelled") -> StreamState:
    rules = [rule(index * 10 + n) for n in range(5)]
    return StreamState(
        id=f"stream_{index}",
        index=index,
        status=JobStatus.SUCCEEDED,
        iteration=len(YIELDS),
        plans=[plan(index, v, [*rules[: v + 1]], theme) for v in range(3)]
        + [plan(index, 3, rules[1:], theme)],
        reflections=[
            Reflection(
                id=f"ref_{index}_{at}",
                stream_id=f"stream_{index}",
                iteration=at,
                plan_from=f"v{at}",
                plan_to=f"v{at + 1}",
                evaluation_from="e0",
                evaluation_to="e0",
                diff=RuleDiff(added=[rules[at]]),
                predicted_yield=YIELDS[at + 1],
                observed_yield=YIELDS[at + 1] - 0.02,
                accepted=at != 2,
            )
            for at in range(3)
        ],
        iterations=[
            iteration(index, at, max(0.0, share - 0.03 * index)) for at, share in enumerate(YIELDS)
        ],
    )


def synthesis(*, theme: str = "orders that were cancelled") -> SynthesisReport:
    run = SynthesisRun(
        id="srun_1",
        status=JobStatus.SUCCEEDED,
        created_at=NOON,
        updated_at=NOON,
        spec=SynthesisSpec(domain="retail", database=DatabaseRef(domain="retail"), seed=3),
        num_iterations_done=32,
        num_tasks=1234,
    )
    return SynthesisReport(run=run, streams=[stream(n, theme=theme) for n in range(4)])


def evaluation(name: str, share: float, *, num_tasks: int = 40) -> EvaluationRun:
    hats = {k: share**k for k in range(1, 5)}
    return EvaluationRun(
        id=f"erun_{name}",
        status=JobStatus.SUCCEEDED,
        created_at=NOON,
        updated_at=NOON,
        spec=EvaluationSpec(name=name, task_ids=["t"], agent=AgentSpec(model=name)),
        num_episodes=4 * num_tasks,
        num_episodes_done=4 * num_tasks,
        report=EvaluationReport(
            num_tasks=num_tasks,
            num_episodes=4 * num_tasks,
            num_excluded=2,
            pass_hat={
                k: Interval(value=v, low=max(0.0, v - 0.08), high=min(1.0, v + 0.08))
                for k, v in hats.items()
            },
            pass_at={1: Interval(value=share, low=share, high=share)},
            per_task={f"task_{n}": (round(4 * share), 4) for n in range(num_tasks)},
        ),
    )


def training(kind: str = "grpo", *, num_steps: int = 20) -> tuple[TrainingRun, list[TrainingStep]]:
    spec = TrainingSpec.model_validate(
        {
            "kind": kind,
            "model": ModelSpec(uri="models/base", name=f"demo-{kind}").model_dump(),
            "dataset_id": "ds_1",
            "num_steps": num_steps,
        }
    )
    run = TrainingRun(
        id=f"trun_{kind}",
        status=JobStatus.SUCCEEDED,
        created_at=NOON,
        updated_at=NOON,
        spec=spec,
        step=num_steps,
        version=num_steps,
    )
    steps = [
        TrainingStep(
            step=at,
            attempt=1,
            version=at,
            metrics={
                "loss": 2.0 / at,
                "reward_mean": 0.3 + 0.02 * at,
                "entropy": 1.0 - 0.02 * at,
                "clip_share": 0.02,
            },
        )
        for at in range(1, num_steps + 1)
    ]
    return run, steps


def episode(
    number: int, *, is_ok: bool = True, said: str = "I cancelled it.", task_id: str | None = None
) -> Episode:
    call = ToolCall(id="c1", name="cancel_pending_order", arguments={"order_id": "#W1"})
    return Episode(
        id=f"ep_{number}",
        task_id=task_id or f"task_{number}",
        status=JobStatus.SUCCEEDED,
        trajectory=Trajectory(
            id=f"traj_{number}",
            episode_id=f"ep_{number}",
            task_id=task_id or f"task_{number}",
            agent=AgentSpec(),
            user=UserSpec(),
            seed=number,
            messages=[
                Message(role="user", content="Please cancel order #W1, I no longer need it."),
                Message(role="assistant", content="May I have your email?"),
                Message(role="user", content="mia@example.com"),
                Message(role="assistant", tool_calls=[call]),
                Message(role="tool", content='{"status": "cancelled"}', tool_call_id="c1"),
                Message(role="assistant", content=said),
                Message(role="user", content="Thanks! ###STOP###"),
            ],
            stop_reason=StopReason.USER_STOP,
        ),
        verdict=Verdict(
            subject="trajectory",
            ok=is_ok,
            stage="checker",
            checks=[
                Check(id="goal", ok=is_ok, why="" if is_ok else "orders/#W1/status is pending"),
                Check(id="frame", ok=True),
            ],
            attribution=None if is_ok else Attribution.AGENT,
            rationale="" if is_ok else "the order was never cancelled",
            reward=1.0 if is_ok else 0.0,
        ),
    )
