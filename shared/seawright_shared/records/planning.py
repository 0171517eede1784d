"""What a training run will need, told without a GPU: the cluster, and the plan made for it."""

from pydantic import Field, JsonValue

from seawright_shared.records.base import Record, Request
from seawright_shared.records.specs import TrainingSpec


class ClusterSpec(Request):
    """Equal GPUs in equal nodes; the defaults are those of one H200."""

    num_gpus: int = Field(default=1, ge=1)
    gpus_per_node: int = Field(default=8, ge=1)
    memory_gib: float = Field(default=139.0, gt=0)
    """Of one GPU."""
    reserve_gib: float = Field(default=8.0, ge=0)
    """Of each GPU: contexts, communication buffers, fragments."""
    tflops: float = Field(default=788.0, gt=0)
    """Dense bf16 rate of one GPU, as measured, in 10^12 operations a second."""
    utilization: float = Field(default=0.45, gt=0, le=1)
    """Share of that rate which the model's own operations reach."""
    node_gigabytes_per_second: float = Field(default=370.0, gt=0)
    """Between GPUs of one node, per GPU and direction."""
    network_gigabytes_per_second: float = Field(default=50.0, gt=0)
    """Between nodes, per GPU and direction."""
    storage_gigabytes_per_second: float = Field(default=2.0, gt=0)
    """To and from the folder that weights are published through, all together."""


class PlanRequest(Request):
    """POST /v1/training-plans. `model_config_json` stands for `spec.model.uri`'s own config."""

    spec: TrainingSpec
    cluster: ClusterSpec = ClusterSpec()
    model_config_json: dict[str, JsonValue] | None = None
    """A Hugging Face `config.json`; None: the one in the folder `spec.model.uri`."""
    mean_length: int | None = Field(default=None, ge=1)
    """Tokens of an average rollout or dialogue; None: half of `batch.max_length`."""


class TrainingPlan(Record):
    """Memory of each GPU by part (GiB), operations and times of one optimizer step."""

    fits: bool
    memory_gib: dict[str, float]
    """By part; their sum is what one GPU holds at most."""
    total_gib: float
    available_gib: float
    largest_token_budget: int
    """Most tokens of a micro-batch that fit; 0: not one."""
    num_parameters: int
    num_active_parameters: int
    """Of one token, without embeddings."""
    num_trained_parameters: int = 0
    """Those with gradients: all, or the adapters'."""
    tokens_per_step: int
    micro_batches_per_step: int
    """Of each GPU."""
    flops_per_token: float
    step_seconds: float
    """Forward, backward and optimizer; communication where it takes longer."""
    compute_seconds: float
    communication_seconds: float
    publish_seconds: dict[str, float]
    """Of one version, by way: `disk`, `network`."""
    dispatch_gib: float = 0.0
    """That each GPU sends to experts of others, and back, where `expert_parallel` divides them."""
    dispatch_seconds: float = 0.0
    """Of these, within a node; they come on top of computing."""
    routes_gib: float = 0.0
    """Routes of a step's tokens, where a mixture is told what was sampled; they travel in blobs."""
    advice: list[str]
    """What to change where it does not fit, and what else is worth knowing."""
