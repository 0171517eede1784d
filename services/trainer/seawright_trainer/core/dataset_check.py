"""Whether a run can be trained on the datasets that it names."""

from seawright_shared.errors import FieldError, InvalidRequestError
from seawright_shared.records.datasets import DatasetVersion
from seawright_shared.records.specs import TrainingSpec


def refuse_wrong_dataset(spec: TrainingSpec, version: DatasetVersion) -> None:
    """Raise `InvalidRequestError` where the dataset trained on is of another kind, or too small."""
    sft = "agent_sft" if spec.role == "assistant" else "user_sft"
    _refuse(version, "rl_tasks" if spec.kind == "grpo" else sft, "/dataset_id")
    if spec.mix is None or version.report is None or not version.report.lineage:
        return
    there = {run.domain for run in version.report.lineage}
    missing = sorted(set(spec.mix.weights) - there)
    if missing:
        words = f"{version.id} has nothing of {', '.join(missing)}: its domains are "
        raise _fault("/mix/weights", "no-dialogues", words + ", ".join(sorted(there)))


def refuse_wrong_evaluation(version: DatasetVersion) -> None:
    """Raise `InvalidRequestError` where the dataset of early stopping has no tasks to be played."""
    _refuse(version, "rl_tasks", "/early_stop/dataset_id")


def unknown_dataset(pointer: str, dataset_id: str) -> InvalidRequestError:
    """Return the refusal of a dataset that does not exist."""
    return _fault(pointer, "unknown-dataset", f"no dataset version {dataset_id}")


def _refuse(version: DatasetVersion, kind: str, pointer: str) -> None:
    if version.kind != kind:
        raise _fault(pointer, "wrong-kind", f"{version.id} holds {version.kind}, not {kind}")
    if version.num_items == 0:
        raise _fault(pointer, "empty-dataset", f"{version.id} holds nothing")


def _fault(pointer: str, code: str, detail: str) -> InvalidRequestError:
    field = FieldError(pointer=pointer, code=code, detail=detail)
    return InvalidRequestError(f"{pointer}: {detail}", errors=[field])
