"""Run specs: the complete, serialized description of one execution. A typo is refused."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, ModelWrapValidatorHandler, model_validator

from seawright_shared.records.base import Request
from seawright_shared.records.domains import DatabaseRef, Outcome
from seawright_shared.records.llm import LlmSpec
from seawright_shared.records.retention import RetentionSpec
from seawright_shared.records.trajectories import AgentSpec, UserSpec


class SynthesisSpec(Request):
    """One synthesis run (DESIGN 6): `num_streams` plans, each `num_iterations` long."""

    domain: str
    database: DatabaseRef
    num_streams: int = Field(default=4, ge=1, le=64)
    num_iterations: int = Field(default=8, ge=1, le=64)
    candidates_per_iteration: int = Field(default=100, ge=1, le=2000)
    seed: int = 0
    author: Literal["procedural", "llm"] = "procedural"
    llm: LlmSpec | None = None
    """With author `llm`: the model that proposes and judges; every check stays as it is."""
    verification: bool = True
    """Ablation: without it, drafts that merely execute are kept."""
    evolution: Literal["reflect", "none", "random_edits"] = "reflect"
    holdout_share: float = Field(default=0.3, ge=0.0, lt=1.0)
    """Share of customers kept aside, by a hash of their id: no draft ever names them."""
    goals: list[str] = []
    """Goal types to use; empty: all of the domain."""
    max_goals: int = Field(default=2, ge=1, le=4)
    """Most wishes of one customer."""
    agent: AgentSpec = AgentSpec(kind="scripted")
    user: UserSpec = UserSpec()
    rollouts_per_task: int = Field(default=1, ge=0, le=8)
    repair: bool = False
    """Mend at most two things of a draft that a check of the environment stops, and check it
    again. More tasks for the same draws; reflection learns less from what was mended."""
    contrast_rate: float = Field(default=0.0, ge=0.0, le=1.0)
    """Share of the candidates that are drawn as contrast pairs."""
    num_accepted: int | None = Field(default=None, ge=1)
    """Accepted tasks after which the run ends: each stream ends when it has its share of them,
    so that what comes out does not depend on which stream was faster. None: no such end."""

    @model_validator(mode="after")
    def _has_its_author(self) -> Self:
        if (self.author == "llm") != (self.llm is not None):
            raise ValueError("author 'llm' and the table llm go together")
        return self


class DatasetSpec(Request):
    """A dataset version made from synthesis runs' accepted tasks and trajectories."""

    name: str
    kind: Literal["agent_sft", "user_sft", "rl_tasks"]
    synthesis_run_ids: list[str] = Field(min_length=1)
    max_items: int | None = Field(default=None, ge=1)
    max_per_signature: int | None = Field(default=None, ge=1)
    """Most items that share one sequence of tool names."""
    goals: list[str] = []
    """Keep tasks whose goal types are all among these; empty: all tasks."""
    domain_policy: Literal["full", "none"] | None = None
    """agent_sft: whether system texts hold the domain policy; None: as it was played."""
    seed: int = 0
    max_degenerate_share: float = Field(default=0.15, ge=0.0, le=1.0)
    """Share of the tasks that a policy which does not read them may pass; over it, nothing is
    made: such a set teaches to refuse, to hand over, or to say yes."""
    max_overlaps: int = Field(default=0, ge=0)
    """Tasks that may be a benchmark's or name one of its customers or their things."""
    outcome_shares: dict[Outcome, float] = {}
    """Most of the items that may end so, as in `refuse = 0.3`; outcomes not named: any share."""
    test_share: float = Field(default=0.0, ge=0.0, lt=1.0)
    """Share of the customers whose tasks exports put into the split `test`."""


class EvaluationSpec(Request):
    """pass^k of one agent on a fixed set of tasks."""

    name: str
    task_ids: list[str] = []
    dataset_id: str | None = None
    """Tasks of a dataset version, instead of `task_ids`."""
    agent: AgentSpec
    user: UserSpec = UserSpec()
    num_trials: int = Field(default=4, ge=1, le=32)
    seed: int = 0
    max_turns: int = Field(default=30, ge=1)
    """Most messages of one episode, of either side."""
    bootstrap_samples: int = Field(default=2000, ge=100)


class RolloutStreamSpec(Request):
    """A supply of rollout groups for one training run; it plays while it has credits."""

    training_run_id: str
    dataset_id: str
    """An `rl_tasks` dataset version."""
    agent: AgentSpec
    user: UserSpec = UserSpec()
    group_size: int = Field(default=8, ge=2, le=256)
    seed: int = 0
    max_turns: int = Field(default=30, ge=1)
    shuffle_rewards: bool = False
    """Control: rewards are permuted over the stream's episodes, so they carry no signal."""
    curriculum: Literal["uniform", "frontier"] = "uniform"
    """Which task is drawn: each as often, or rather those that the current policy passes
    sometimes, as far as groups and evaluations have shown."""


class ModelSpec(Request):
    """The model to start from."""

    uri: str
    """A folder in Hugging Face layout."""
    name: str
    """The policy service's model name under which versions are published."""
    dtype: Literal["float32", "bfloat16"] = "bfloat16"
    """Compute type; master weights and optimizer state are always float32."""


class LoraSpec(Request):
    """Low-rank adapters: the base is frozen, and its linear layers learn a small addition."""

    rank: int = Field(default=16, ge=1, le=512)
    alpha: float = Field(default=32.0, gt=0)
    """The addition is scaled by alpha / rank."""
    targets: list[str] = Field(
        default=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
        min_length=1,
    )
    """Names of linear layers. Of a mixture, the experts are none: attention alone learns."""
    export: Literal["merged", "adapter"] = "merged"
    """What is published: whole weights with the addition in them, which every engine serves; or
    the adapter alone in PEFT's layout, which vLLM loads over the base it already serves."""


class OptimizerSpec(Request):
    """AdamW with fp32 master weights; constant rate after a linear warm-up."""

    learning_rate: float = Field(default=1e-6, gt=0)
    betas: tuple[float, float] = (0.9, 0.999)
    weight_decay: float = Field(default=0.01, ge=0)
    max_grad_norm: float = Field(default=1.0, gt=0)
    num_warmup_steps: int = Field(default=0, ge=0)
    schedule: Literal["constant", "cosine"] = "constant"


class BatchSpec(Request):
    """How rollouts or dialogues become optimizer steps."""

    tasks_per_step: int = Field(default=8, ge=1)
    """GRPO: groups with variance per optimizer step. SFT: dialogues per step."""
    group_size: int = Field(default=8, ge=2, le=256)
    token_budget: int = Field(default=8192, ge=64)
    """Most tokens of one packed micro-batch."""
    max_length: int = Field(default=2048, ge=16)
    """Longer sequences are dropped and counted."""


PRESETS: Mapping[str, Mapping[str, JsonValue]] = {
    "paper": {},
    "areal-public": {
        "loss": "decoupled",
        "clip_low": 0.4,
        "clip_high": 0.4,
        "advantage": "batch_std",
        "dropped_groups": "solved",
    },
    "dr-grpo": {"advantage": "group_mean", "normalization": "constant"},
    "gspo": {"loss": "gspo", "clip_low": 3e-4, "clip_high": 4e-4, "normalization": "sequences"},
    "cispo": {"loss": "cispo", "clip_low": 1.0, "clip_high": 4.0},
}
"""What `AlgorithmSpec.preset` sets; a field that is named beside it wins.

`areal-public` is the objective of AReaL's published tau2 runs: advantages relative to the whole
batch, groups that all failed kept. Its rewards are scaled there, which the division undoes.
"""


class AlgorithmSpec(Request):
    """The objective (DESIGN 7); the defaults are the paper's."""

    preset: Literal["paper", "areal-public", "dr-grpo", "gspo", "cispo"] = "paper"
    loss: Literal["grpo", "decoupled", "gspo", "cispo"] = "grpo"
    clip_low: float = Field(default=0.2, gt=0)
    clip_high: float = Field(default=0.28, gt=0)
    dual_clip: float | None = Field(default=None, gt=1)
    """Bounds what a token of a failed rollout can cost, at so many times its advantage."""
    normalization: Literal["tokens", "sequences", "constant"] = "tokens"
    """What the sum over tokens is divided by, over the whole step: loss tokens; sequences, each
    token by its sequence's tokens first; or sequences times `batch.max_length` (Dr.GRPO)."""
    truncated: Literal["score", "mask", "drop"] = "score"
    """Rollouts that ran out of turns or context: as they were judged; part of mean and deviation
    but without loss; or not members at all."""
    advantage: Literal["group_std", "group_mean", "batch_std"] = "group_std"
    """Relative to a task's other rollouts, divided by their deviation or not; or relative to all
    rollouts of the step, over whose loss tokens mean and deviation are then taken."""
    dropped_groups: Literal["zero_variance", "solved"] = "zero_variance"
    """Which groups teach nothing: those of equal rewards, or those whose mean exceeds 0.95."""
    advantage_epsilon: float = 1e-6
    behaviour_cap: float | None = 5.0
    """Tokens whose ratio to the behaviour policy exceeds it are masked; None: not used."""
    behaviour_weight: Literal["mask", "truncate"] = "mask"
    """`decoupled`: what happens to a token over the cap; truncated, it weighs the cap."""
    max_staleness: int = Field(default=2, ge=0)
    """Groups whose oldest token is older, in versions, are dropped and counted."""
    min_valid_members: int = Field(default=2, ge=2)
    max_refills: int = Field(default=64, ge=1)
    """Groups without variance in a row after which the run fails, saying so."""

    @model_validator(mode="wrap")
    @classmethod
    def _filled(cls, data: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Fill in what the preset sets and nobody named."""
        given = handler(data)
        preset = PRESETS[given.preset].items()
        missing = {name: value for name, value in preset if name not in given.model_fields_set}
        if not missing:
            return given
        return handler({**given.model_dump(exclude_unset=True), **missing})


class EarlyStopSpec(Request):
    """SFT: evaluate while training, stop when it no longer helps, and serve the best weights."""

    dataset_id: str
    """An `rl_tasks` version whose tasks are played: held out, or the best is chosen by heart."""
    every: int = Field(default=10, ge=1)
    """Steps between two evaluations; the last step is evaluated always."""
    patience: int = Field(default=3, ge=1)
    """Evaluations in a row that are no better than the best, after which the run ends."""
    min_gain: float = Field(default=0.0, ge=0.0, lt=1.0)
    """By how much pass^1 must exceed the best to be better; 0: at all."""
    num_trials: int = Field(default=1, ge=1, le=32)
    """Episodes of each task."""


class MixSpec(Request):
    """SFT: which domains' dialogues are trained on, and how often each is drawn."""

    weights: dict[str, Annotated[float, Field(gt=0, allow_inf_nan=False)]] = Field(min_length=1)
    """Share of the steps' dialogues by domain, in any unit; domains not named are left out, so
    that one name alone trains on that domain separately."""
    steps: Literal["mixed", "separate"] = "mixed"
    """Whether each step has dialogues of all domains, or of one, the domains taking turns."""


class TrainingSpec(Request):
    """One training run: SFT of the agent or the user, or GRPO."""

    kind: Literal["sft", "grpo"]
    role: Literal["assistant", "user"] = "assistant"
    """Whose turns carry loss, for SFT."""
    targets: Literal["dialogue", "turns"] = "dialogue"
    """SFT: a dialogue is one sequence, all turns of the role carrying loss; or each such turn is a
    sequence of its own, with everything before it as context, and `tasks_per_step` counts turns."""
    model: ModelSpec
    dataset_id: str
    """An SFT dataset version (sft) or an `rl_tasks` one (grpo)."""
    num_steps: int = Field(ge=1)
    optimizer: OptimizerSpec = OptimizerSpec()
    batch: BatchSpec = BatchSpec()
    algorithm: AlgorithmSpec = AlgorithmSpec()
    agent: AgentSpec = AgentSpec()
    """GRPO: how rollouts are sampled; its model is `model.name`."""
    user: UserSpec = UserSpec()
    max_turns: int = Field(default=30, ge=1)
    early_stop: EarlyStopSpec | None = None
    """SFT of the assistant; None: all steps are done, and the last weights are served."""
    mix: MixSpec | None = None
    """SFT; None: all dialogues of the dataset, each as often."""
    lora: LoraSpec | None = None
    """None: all weights are trained."""
    num_ranks: int = Field(default=1, ge=1)
    num_replicas: int = Field(default=1, ge=1)
    """Copies of the sharded model (HSDP), as one in each node; gradients are summed over them."""
    expert_parallel: int = Field(default=1, ge=1)
    """Neighbouring ranks, of one node, that divide a mixture's experts; tokens travel to them."""
    threads_per_rank: int = Field(default=1, ge=1)
    """CPU only: torch threads of each rank."""
    recompute_blocks: bool = False
    """Keep only each block's input and repeat its forward: a third more work, less memory."""
    checkpoint_every: int = Field(default=10, ge=1)
    retention: RetentionSpec = RetentionSpec()
    publish_every: int = Field(default=1, ge=1)
    shuffle_rewards: bool = False
    """Control run: the reward carries no signal."""
    curriculum: Literal["uniform", "frontier"] = "uniform"
    """GRPO: how tasks are drawn; see `RolloutStreamSpec`."""
    seed: int = 0
    max_attempts: int = Field(default=3, ge=1)
    max_user_error: float = Field(default=0.05, ge=0.0, le=1.0)
    """GRPO with a model user: most of his probes with an error of his own, by his newest quality
    report on this domain; over it, or without a report, the run is refused."""
    user_error_override: str | None = Field(default=None, min_length=1, max_length=500)
    """Why the run starts all the same; recorded on it."""
