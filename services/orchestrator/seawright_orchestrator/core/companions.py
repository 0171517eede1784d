"""What belongs to a version beside its items: plays to learn from, pairs to compare, rejects."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from seawright_orchestrator.core.dataset_items import PlayedTask, is_clean
from seawright_orchestrator.core.user_steps import num_right_messages
from seawright_shared.records.base import Record
from seawright_shared.records.tasks import Task
from seawright_shared.records.verdicts import Attribution


class UserPrefix(Record):
    """A play's first messages, all of whose user turns are right."""

    trajectory_id: str
    num_messages: int


class PlayPair(Record):
    """Two plays of one task."""

    chosen_id: str
    rejected_id: str


class Companions(Record):
    """Ids of rows that never change; what is exported of them is the same for ever."""

    agent_plays: list[str] = []
    """Trajectories that may teach the agent."""
    user_plays: list[UserPrefix] = []
    pairs: list[PlayPair] = []
    num_rejects: dict[str, int] = {}
    """By run: so many rejects of each, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayNote:
    """What must be known of a play to choose it; its messages are read again when it is."""

    task_id: str
    trajectory_id: str
    seed: int
    is_clean: bool
    is_failed_by_agent: bool
    num_user_messages: int
    """Messages up to the user's first wrong step; 0: it teaches no user."""


def note_of(played: PlayedTask, task: Task) -> PlayNote:
    """Return what is noted of a play."""
    trajectory, verdict = played.trajectory, played.verdict
    failed = not verdict.ok and verdict.attribution == Attribution.AGENT
    return PlayNote(
        task_id=task.id,
        trajectory_id=trajectory.id,
        seed=trajectory.seed,
        is_clean=is_clean(played),
        is_failed_by_agent=failed and trajectory.fault is None,
        num_user_messages=_num_for_user(played, task),
    )


def _num_for_user(played: PlayedTask, task: Task) -> int:
    """Successes teach the user, and what came before he spoiled an episode himself."""
    verdict = played.verdict
    if not verdict.ok and verdict.attribution != Attribution.USER:
        return 0
    messages = played.trajectory.messages
    num = num_right_messages(played.trajectory, task.scenario, verdict)
    return num if any(message.role == "user" for message in messages[:num]) else 0


def companions(
    notes: Sequence[PlayNote], task_ids: Collection[str], num_rejects: dict[str, int]
) -> Companions:
    """Return the companions of a version about these tasks."""
    ours = sorted(
        (note for note in notes if note.task_id in task_ids), key=lambda note: note.trajectory_id
    )
    return Companions(
        agent_plays=[note.trajectory_id for note in ours if note.is_clean],
        user_plays=[
            UserPrefix(trajectory_id=note.trajectory_id, num_messages=note.num_user_messages)
            for note in ours
            if note.num_user_messages
        ],
        pairs=_pairs(ours),
        num_rejects=num_rejects,
    )


def _pairs(notes: Sequence[PlayNote]) -> list[PlayPair]:
    """Pair each failure with a success of the same task, successes in turn."""
    by_task: dict[str, tuple[list[str], list[str]]] = {}
    for note in notes:
        won, lost = by_task.setdefault(note.task_id, ([], []))
        if note.is_clean:
            won.append(note.trajectory_id)
        elif note.is_failed_by_agent:
            lost.append(note.trajectory_id)
    pairs: list[PlayPair] = []
    for _, (won, lost) in sorted(by_task.items()):
        if won:
            turns = [won[index % len(won)] for index in range(len(lost))]
            pairs += [
                PlayPair(chosen_id=chosen, rejected_id=rejected)
                for chosen, rejected in zip(turns, lost, strict=True)
            ]
    return pairs
