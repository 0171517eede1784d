"""A toy policy and orchestrator for trainer tests: they sample from the published weights.

The task: after the prompt tokens, say the token `WANTED`. Reward 1 where the answer does.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from transformers import Qwen3ForCausalLM

from seawright_shared.contracts.orchestrator import EvaluationRun
from seawright_shared.contracts.policy import PublishRequest, RenderingRequest, ServedModel
from seawright_shared.errors import (
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    UnavailableError,
)
from seawright_shared.records.datasets import DatasetVersion, Dialogue
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.messages import Message
from seawright_shared.records.reports import EvaluationReport, Interval
from seawright_shared.records.rollouts import GroupMember, PolicyVersion, RolloutGroup
from seawright_shared.records.specs import EvaluationSpec, RolloutStreamSpec
from seawright_shared.records.trajectories import StopReason
from seawright_shared.stores.blobs import FolderBlobs
from seawright_shared.stores.traces import TokenTrace, encode_trace

WANTED = 7
ANSWER_TOKENS = 3
PROMPT_TOKENS = 4
KINDS: dict[str, Literal["agent_sft", "user_sft", "rl_tasks"]] = {
    "ds_toy": "agent_sft",
    "ds_user": "user_sft",
    "ds_tasks": "rl_tasks",
    "ds": "rl_tasks",
}
"""Datasets that exist."""
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class ToyPolicy:
    """The port `Policy`; commits load real weights."""

    served_model: ServedModel | None = None
    model: Qwen3ForCausalLM | None = None
    commits: list[PolicyVersion] = field(default_factory=list)
    prepared: int | None = None
    is_away: bool = False
    """Takes no publications for the moment."""
    refusal: InvalidRequestError | None = None
    """Why it takes no weights of this model's folder."""

    async def served(self, name: str) -> ServedModel | None:
        return self.served_model

    async def publish(self, name: str, version: int, request: PublishRequest) -> ServedModel:
        if self.is_away:
            raise UnavailableError("the policy is away")
        if self.refusal is not None:
            raise self.refusal
        current = None if self.served_model is None else self.served_model.current
        if current is not None and version < current.version:
            raise ConflictError("versions only rise")
        if request.phase == "prepare":
            self.prepared = version
        elif current is None or current.version != version:
            assert self.prepared == version, "committed what was never prepared"
            self.model = await asyncio.to_thread(Qwen3ForCausalLM.from_pretrained, request.uri)
            current = PolicyVersion(
                model=name,
                version=version,
                uri=request.uri,
                sha256=request.sha256,
                training_run_id=request.training_run_id,
                step=request.step,
            )
            self.commits.append(current)
        self.served_model = ServedModel(name=name, current=current)
        return self.served_model

    async def renderings(self, request: RenderingRequest) -> list[TokenTrace]:
        """A dialogue's text is token numbers; loss falls on the assistant's."""
        return [_rendered(dialogue) for dialogue in request.dialogues]


def _rendered(dialogue: Dialogue) -> TokenTrace:
    ids: list[int] = []
    mask: list[bool] = []
    for message in dialogue.messages:
        tokens = [int(word) for word in (message.content or "").split()]
        ids += tokens
        mask += [message.role == "assistant"] * len(tokens)
    return TokenTrace(
        token_ids=np.array(ids, np.uint32),
        logprobs=np.zeros(len(ids), np.float32),
        loss_mask=np.array(mask),
        versions=np.full(len(ids), -1, np.int32),
    )


def toy_dialogues(num: int, seed: int = 0) -> list[Dialogue]:
    """Questions of random tokens, each answered by WANTED three times."""
    generator = np.random.default_rng(seed)
    dialogues = []
    for index in range(num):
        length = int(generator.integers(2, 20))
        words = " ".join(str(token) for token in generator.integers(0, 32, length))
        messages = [
            Message(role="user", content=words),
            Message(role="assistant", content=" ".join([str(WANTED)] * ANSWER_TOKENS)),
        ]
        dialogues.append(
            Dialogue(
                id=f"d{index}",
                task_id=f"task{index}",
                trajectory_id=f"traj{index}",
                system="",
                tools=[],
                messages=messages,
            )
        )
    return dialogues


@dataclass
class ToyRollouts:
    """The port `Rollouts`: plays groups with the served weights while it has credits."""

    policy: ToyPolicy
    blobs: FolderBlobs
    dialogue_list: list[Dialogue] = field(default_factory=list)
    reward_all: float | None = None
    """Gives every member this reward: no group has variance."""
    spoil: Callable[[TokenTrace], TokenTrace] | None = None
    """What befalls each group's first trace on its way."""
    granted: int = 0
    spec: RolloutStreamSpec | None = None
    played: list[RolloutGroup] = field(default_factory=list)
    is_closed: bool = False

    async def open_stream(self, spec: RolloutStreamSpec, *, key: str) -> str:
        self.spec = spec
        return "rstr_toy"

    async def grant(self, stream_id: str, granted: int) -> None:
        assert granted >= self.granted, "credits are cumulative"
        self.granted = granted

    async def groups(
        self, stream_id: str, *, after: int, wait_seconds: float
    ) -> list[RolloutGroup]:
        while self._may_play(after):
            self.played.append(await self._play(len(self.played) + 1))
        found = self.played[after:]
        if not found:
            await asyncio.sleep(0.02)
        return found

    def _may_play(self, after: int) -> bool:
        assert self.policy.commits, "rollouts before anything was published"
        is_wanted = len(self.played) < self.granted and len(self.played) <= after
        return is_wanted and self.policy.served_model is not None

    async def close_stream(self, stream_id: str) -> None:
        self.is_closed = True

    async def dataset(self, dataset_id: str) -> DatasetVersion:
        if dataset_id not in KINDS:
            raise NotFoundError(f"no dataset {dataset_id}")
        return DatasetVersion(
            id=dataset_id,
            name="toy",
            kind=KINDS[dataset_id],
            num_items=1,
            synthesis_run_ids=[],
        )

    async def dialogues(self, dataset_id: str) -> list[Dialogue]:
        if not self.dialogue_list:
            raise NotFoundError(f"no dataset {dataset_id}")
        return self.dialogue_list

    async def _play(self, sequence: int) -> RolloutGroup:
        assert self.spec is not None
        assert self.policy.served_model is not None
        current = self.policy.served_model.current
        assert current is not None
        assert self.policy.model is not None
        members = []
        traces = await asyncio.to_thread(
            sample_answers, self.policy.model, self.spec.group_size, sequence, current.version
        )
        for place, sampled in enumerate(traces):
            trace = sampled
            if place == 0 and self.spoil is not None:
                trace = self.spoil(trace)
            is_right = WANTED in trace.token_ids[PROMPT_TOKENS:]
            reward = float(is_right) if self.reward_all is None else self.reward_all
            members.append(
                GroupMember(
                    episode_id=f"ep_{sequence}_{place}",
                    trajectory_id=f"traj_{sequence}_{place}",
                    reward=reward,
                    trace=await self.blobs.put(encode_trace(trace)),
                    num_tokens=len(trace),
                    num_loss_tokens=ANSWER_TOKENS,
                    min_version=current.version,
                    max_version=current.version,
                    stop_reason=StopReason.USER_STOP,
                )
            )
        return RolloutGroup(
            id=f"group_{sequence}",
            stream_id="rstr_toy",
            sequence=sequence,
            task_id=f"task_{sequence}",
            members=members,
        )


@dataclass
class ToyEvaluations:
    """The port `Evaluations`: each run measures the weights that were served when it began."""

    policy: ToyPolicy
    told: list[float | None] = field(default_factory=list)
    """What evaluations come to, in order; None: one fails. Empty: the weights are played."""
    specs: list[EvaluationSpec] = field(default_factory=list)
    steps: list[int | None] = field(default_factory=list)
    """Of the weights that each one met."""
    ids: dict[str, str] = field(default_factory=dict)
    """By idempotency key."""
    measured: dict[str, float | None] = field(default_factory=dict)
    is_held: bool = False
    """Nothing ends for the moment."""

    async def start(self, spec: EvaluationSpec, *, key: str) -> str:
        if key in self.ids:
            return self.ids[key]
        served = self.policy.served_model
        assert served is not None
        assert served.current is not None
        assert self.policy.model is not None
        self.ids[key] = evaluation_id = f"erun_{len(self.ids)}"
        self.specs.append(spec)
        self.steps.append(served.current.step)
        self.measured[evaluation_id] = (
            self.told.pop(0)
            if self.told
            else await asyncio.to_thread(share_of, self.policy.model, 40)
        )
        return evaluation_id

    async def run(self, evaluation_run_id: str) -> EvaluationRun:
        value = self.measured[evaluation_run_id]
        status = JobStatus.RUNNING if self.is_held else JobStatus.SUCCEEDED
        report = None
        if value is None:
            status = JobStatus.FAILED
        elif not self.is_held:
            interval = Interval(value=value, low=value, high=value)
            report = EvaluationReport(
                num_tasks=8, num_episodes=8, num_excluded=0, pass_hat={1: interval}, pass_at={}
            )
        return EvaluationRun(
            id=evaluation_run_id,
            status=status,
            created_at=MOMENT,
            updated_at=MOMENT,
            spec=self.specs[int(evaluation_run_id.removeprefix("erun_"))],
            num_episodes_done=8 if report else 3,
            num_episodes=8,
            report=report,
        )


@torch.no_grad()
def sample_answers(model: Qwen3ForCausalLM, num: int, seed: int, version: int) -> list[TokenTrace]:
    """Sample answers to one random prompt, with their log-probs."""
    generator = torch.Generator().manual_seed(seed)
    prompt = torch.randint(0, 32, (1, PROMPT_TOKENS), generator=generator)
    ids = prompt.repeat(num, 1)
    logprobs = torch.zeros(num, 0)
    for _ in range(ANSWER_TOKENS):
        scores = model(ids).logits[:, -1].float().log_softmax(-1)
        drawn = torch.multinomial(scores.exp(), 1, generator=generator)
        logprobs = torch.cat([logprobs, scores.gather(1, drawn)], 1)
        ids = torch.cat([ids, drawn], 1)
    mask = np.array([False] * PROMPT_TOKENS + [True] * ANSWER_TOKENS)
    blank = np.zeros(PROMPT_TOKENS, np.float32)
    return [
        TokenTrace(
            token_ids=row.numpy().astype(np.uint32),
            logprobs=np.concatenate([blank, logprob.numpy()]).astype(np.float32),
            loss_mask=mask,
            versions=np.where(mask, version, -1).astype(np.int32),
        )
        for row, logprob in zip(ids, logprobs, strict=True)
    ]


def share_right(folder: str | Path, num: int = 200) -> float:
    """Return the share of right answers of a model folder."""
    return share_of(Qwen3ForCausalLM.from_pretrained(folder), num)


def share_of(model: Qwen3ForCausalLM, num: int) -> float:
    """Return the share of right answers of a model."""
    traces = [trace for seed in range(8) for trace in sample_answers(model, num // 8, -seed - 1, 0)]
    return sum(WANTED in trace.token_ids[PROMPT_TOKENS:] for trace in traces) / len(traces)
