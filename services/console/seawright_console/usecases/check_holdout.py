"""Check that nothing about the held-out tasks is in the training data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seawright_console.core.deployment import Deployment
from seawright_console.usecases.read_pages import read_all
from seawright_shared.contracts.orchestrator import TaskSample
from seawright_shared.errors import ConflictError
from seawright_shared.records.datasets import DatasetVersion, Dialogue
from seawright_shared.records.tasks import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation:
    """What was compared, and what was found on both sides."""

    num_train_tasks: int
    num_train_customers: int
    num_heldout_tasks: int
    num_heldout_customers: int
    shared_tasks: tuple[str, ...]
    shared_customers: tuple[str, ...]
    shared_texts: tuple[str, ...] = ()
    """Held-out customers' ids that occur anywhere in the text of a training dialogue."""

    @property
    def is_clean(self) -> bool:
        """Whether no task, no customer and no text is on both sides."""
        return not (self.shared_tasks or self.shared_customers or self.shared_texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckHoldout:
    """Reads the training datasets whole and compares them with the held-out sample."""

    deployment: Deployment

    async def __call__(
        self, heldout: TaskSample, sft: DatasetVersion, rl_tasks: DatasetVersion
    ) -> Separation:
        """Return the comparison, or raise `ConflictError` where the two sides meet."""
        orchestrator = self.deployment.orchestrator
        dialogues = await read_all(
            lambda cursor: orchestrator.dataset_dialogues(sft.id, cursor=cursor)
        )
        tasks = await read_all(
            lambda cursor: orchestrator.dataset_tasks(rl_tasks.id, cursor=cursor)
        )
        separation = separation_of(heldout.tasks, tasks, dialogues)
        if not (separation.num_heldout_customers and separation.num_train_customers):
            raise ConflictError("tasks name no customers, so the separation cannot be checked")
        if not separation.is_clean:
            raise ConflictError(
                f"held-out data reached training: tasks {separation.shared_tasks[:3]}, "
                f"customers {separation.shared_customers[:3]}, texts {separation.shared_texts[:3]}"
            )
        return separation


def separation_of(
    heldout: Sequence[Task], tasks: Sequence[Task], dialogues: Sequence[Dialogue]
) -> Separation:
    """Compare by task id, by customer id, and by held-out ids in the dialogues' text."""
    train_ids = {task.id for task in tasks} | {dialogue.task_id for dialogue in dialogues}
    train_customers = _customers(tasks)
    heldout_customers = _customers(heldout)
    text = "\n".join(
        message.model_dump_json() for dialogue in dialogues for message in dialogue.messages
    )
    return Separation(
        num_train_tasks=len(train_ids),
        num_train_customers=len(train_customers),
        num_heldout_tasks=len(heldout),
        num_heldout_customers=len(heldout_customers),
        shared_tasks=tuple(sorted(train_ids & {task.id for task in heldout})),
        shared_customers=tuple(sorted(train_customers & heldout_customers)),
        shared_texts=tuple(sorted(each for each in heldout_customers if each in text)),
    )


def _customers(tasks: Iterable[Task]) -> set[str]:
    return {task.customer_id for task in tasks if task.customer_id is not None}
