"""Dataset versions: immutable, content-hashed lists of tasks or dialogues."""

from typing import Literal

from seawright_shared.records.base import Record
from seawright_shared.records.messages import Message, ToolSchema


class DatasetVersion(Record):
    """The manifest; `id` is the content hash of the items and the spec."""

    id: str
    name: str
    kind: Literal["agent_sft", "user_sft", "rl_tasks"]
    num_items: int
    synthesis_run_ids: list[str]


class Dialogue(Record):
    """One SFT item: what the trainer renders to tokens. Loss falls on one role's turns."""

    id: str
    task_id: str
    trajectory_id: str
    system: str
    tools: list[ToolSchema]
    messages: list[Message]
