"""The sizes of the demonstration: one place to tune it to fifteen minutes on two cores."""

from dataclasses import dataclass, field

from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.specs import (
    AlgorithmSpec,
    BatchSpec,
    DatasetSpec,
    EvaluationSpec,
    ModelSpec,
    OptimizerSpec,
    SynthesisSpec,
    TrainingSpec,
)
from seawright_shared.records.trajectories import AgentSpec, Sampling


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPlan:
    """What the demonstration does, and how much of it."""

    seed: int = 0
    tau2: bool = False
    """Start from tau2-bench's own retail data instead of a generated database."""
    rl_signal: bool = True
    """False: the control whose rewards are shuffled and so teach nothing."""

    num_customers: int = 400
    num_streams: int = 4
    num_iterations: int = 6
    candidates_per_iteration: int = 120
    max_goals: int = 1
    goals: tuple[str, ...] = (
        "cancel_pending_order",
        "modify_pending_order_address",
        "modify_user_address",
        "return_delivered_order_items",
    )
    """Goal types of the synthesis; empty: all of the domain."""

    agent_goals: tuple[str, ...] = ("cancel_pending_order", "modify_user_address")
    """Goal types that the tiny agent is trained and measured on."""
    max_per_signature: int | None = None
    max_sft_items: int | None = 400
    max_rl_items: int | None = None
    num_heldout_tasks: int = 60
    num_trials: int = 4
    temperature: float = 1.0
    """Of evaluations, the same for base, SFT and RL."""
    max_turns: int = 24
    max_tokens: int = 96
    """Most tokens of one turn of the agent."""

    sft_steps: int = 60
    sft_dialogues_per_step: int = 8
    sft_learning_rate: float = 1.5e-3
    rl_steps: int = 36
    rl_groups_per_step: int = 4
    rl_group_size: int = 8
    rl_temperature: float = 1.0
    rl_learning_rate: float = 3e-4
    token_budget: int = 2560
    max_length: int = 2560
    sft_threads: int = 2
    """Nothing else runs while the agent is fine-tuned."""
    rl_threads: int = 1
    """The other core plays the rollouts meanwhile."""
    max_staleness: int = 2
    max_refills: int = 64
    """Groups in a row without variance after which RL fails, saying so."""

    num_trajectories: int = 5
    """Shown in the report."""
    model_prefix: str = field(default="demo")
    """Names of the models served by the policy start with it."""

    def database(self) -> DatabaseRef:
        """Return the database that everything starts from."""
        if self.tau2:
            return DatabaseRef(domain="retail", source="tau2")
        return DatabaseRef(
            domain="retail", source="seed", seed=self.seed, num_customers=self.num_customers
        )

    def model(self, stage: str) -> str:
        """Return the served model's name of a stage: base, sft or rl."""
        return f"{self.model_prefix}-{stage}"

    def synthesis(self) -> SynthesisSpec:
        """Return the spec of the synthesis run."""
        return SynthesisSpec(
            domain="retail",
            database=self.database(),
            num_streams=self.num_streams,
            num_iterations=self.num_iterations,
            candidates_per_iteration=self.candidates_per_iteration,
            seed=self.seed,
            max_goals=self.max_goals,
            goals=list(self.goals),
        )

    def dataset(self, kind: str, synthesis_run_id: str) -> DatasetSpec:
        """Return the spec of the dataset that a stage trains on."""
        is_sft = kind == "agent_sft"
        return DatasetSpec(
            name=f"{self.model_prefix}-{kind}",
            kind="agent_sft" if is_sft else "rl_tasks",
            synthesis_run_ids=[synthesis_run_id],
            max_items=self.max_sft_items if is_sft else self.max_rl_items,
            max_per_signature=self.max_per_signature,
            goals=list(self.agent_goals),
            domain_policy="none" if is_sft else None,
            seed=self.seed,
        )

    def agent(self, stage: str, *, temperature: float) -> AgentSpec:
        """Return the agent of a stage: the tiny model reads no policy text."""
        return AgentSpec(
            kind="policy",
            model=self.model(stage),
            sampling=Sampling(temperature=temperature, max_tokens=self.max_tokens),
            domain_policy="none",
        )

    def evaluation(self, stage: str, task_ids: list[str]) -> EvaluationSpec:
        """Return the evaluation of a stage; all stages play the same tasks with the same seeds."""
        return EvaluationSpec(
            name=self.model(stage),
            task_ids=task_ids,
            agent=self.agent(stage, temperature=self.temperature),
            num_trials=self.num_trials,
            seed=self.seed + 1,
            max_turns=self.max_turns,
        )

    def sft(self, dataset_id: str, base_uri: str) -> TrainingSpec:
        """Return the fine-tuning run, from the base model."""
        return TrainingSpec(
            kind="sft",
            model=ModelSpec(uri=base_uri, name=self.model("sft"), dtype="bfloat16"),
            dataset_id=dataset_id,
            num_steps=self.sft_steps,
            optimizer=OptimizerSpec(
                learning_rate=self.sft_learning_rate,
                num_warmup_steps=max(1, self.sft_steps // 20),
                schedule="cosine",
            ),
            batch=BatchSpec(
                tasks_per_step=self.sft_dialogues_per_step,
                token_budget=self.token_budget,
                max_length=self.max_length,
            ),
            agent=self.agent("sft", temperature=self.rl_temperature),
            threads_per_rank=self.sft_threads,
            checkpoint_every=max(1, self.sft_steps // 4),
            publish_every=self.sft_steps,
            seed=self.seed,
        )

    def grpo(self, dataset_id: str, sft_uri: str) -> TrainingSpec:
        """Return the GRPO run, from the fine-tuned model's export."""
        return TrainingSpec(
            kind="grpo",
            model=ModelSpec(uri=sft_uri, name=self.model("rl"), dtype="bfloat16"),
            dataset_id=dataset_id,
            num_steps=self.rl_steps,
            optimizer=OptimizerSpec(learning_rate=self.rl_learning_rate, num_warmup_steps=2),
            batch=BatchSpec(
                tasks_per_step=self.rl_groups_per_step,
                group_size=self.rl_group_size,
                token_budget=self.token_budget,
                max_length=self.max_length,
            ),
            algorithm=AlgorithmSpec(max_staleness=self.max_staleness, max_refills=self.max_refills),
            agent=self.agent("rl", temperature=self.rl_temperature),
            max_turns=self.max_turns,
            threads_per_rank=self.rl_threads,
            checkpoint_every=max(1, self.rl_steps // 4),
            shuffle_rewards=not self.rl_signal,
            seed=self.seed,
        )
