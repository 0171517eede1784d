"""Say what a training run will need, before anything is launched."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from pydantic import JsonValue

from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.records.planning import PlanRequest, TrainingPlan
from seawright_shared.records.specs import LoraSpec
from seawright_trainer.core.model_folders import refuse_broken_prefixes
from seawright_trainer.core.planning.plan import plan_training
from seawright_trainer.core.planning.shapes import ModelShape
from seawright_trainer.core.training_runs import (
    refuse_across_nodes,
    refuse_impossible,
    refuse_undivided,
)

ShapeOf = Callable[[Mapping[str, JsonValue], str, LoraSpec | None], ModelShape]
"""Takes a `config.json`, the name of the compute type, and the adapters if there are any."""
PrefixFault = Callable[[Path], str | None]
"""Says why no context can be continued in the words of a folder's chat template, or None."""


@dataclass(frozen=True, slots=True)
class PlanRun:
    """Holds nothing, starts nothing."""

    shape_of: ShapeOf
    prefix_fault: PrefixFault

    def __call__(self, request: PlanRequest) -> TrainingPlan:
        """Return the plan, also where it says that the run does not fit."""
        ranks = {"num_ranks": request.cluster.num_gpus}
        refuse_impossible(request.spec.model_copy(update=ranks))
        refuse_across_nodes(request.spec, request.cluster.gpus_per_node)
        folder = Path(request.spec.model.uri)
        refuse_broken_prefixes("/spec/model/uri", self.prefix_fault(folder))
        config = request.model_config_json or _config_in(folder)
        shape = self.shape_of(config, request.spec.model.dtype, request.spec.lora)
        refuse_undivided(request.spec, shape.num_experts)
        mean_length = request.mean_length or request.spec.batch.max_length // 2
        plan = plan_training(shape, request.spec, request.cluster, mean_length)
        if not all(map(isfinite, (plan.step_seconds, *plan.publish_seconds.values()))):
            raise _too_slow()
        return plan


def _too_slow() -> InvalidRequestError:
    detail = "with these rates a step or a publication takes longer than a number can say"
    error = FieldError(pointer="/cluster", code="endless", detail=detail)
    return InvalidRequestError(f"/cluster: {detail}", errors=[error])


def _config_in(folder: Path) -> dict[str, JsonValue]:
    try:
        return json.loads((folder / "config.json").read_text())
    except (OSError, ValueError) as error:
        detail = f"no config.json can be read in {folder}: name model_config_json instead"
        pointer = "/spec/model/uri"
        raise InvalidRequestError(
            f"{pointer}: {detail}",
            errors=[FieldError(pointer=pointer, code="no-config", detail=detail)],
        ) from error
