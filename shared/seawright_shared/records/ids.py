"""Identifiers: a prefix, then a UUIDv7 (time-ordered) or a content hash."""

import os
import time
import uuid
from collections.abc import Callable
from typing import NewType

SynthesisRunId = NewType("SynthesisRunId", str)
StreamId = NewType("StreamId", str)
PlanId = NewType("PlanId", str)
TaskId = NewType("TaskId", str)
EpisodeId = NewType("EpisodeId", str)
TrajectoryId = NewType("TrajectoryId", str)
EvaluationRunId = NewType("EvaluationRunId", str)
TrainingRunId = NewType("TrainingRunId", str)
DatasetId = NewType("DatasetId", str)
RolloutStreamId = NewType("RolloutStreamId", str)
GroupId = NewType("GroupId", str)
SessionId = NewType("SessionId", str)
JobId = NewType("JobId", str)

NewId = Callable[[str], str]
"""Makes an id from a prefix; passed in, so that tests are deterministic."""

LARGEST_ID = 2**63 - 1
"""No generated key and no sequence is beyond it: a larger number is none that a database has."""


def new_id(prefix: str) -> str:
    """Return `prefix_` and a UUIDv7 in hexadecimal (RFC 9562, section 5.7)."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & ((1 << 48) - 1)) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return f"{prefix}_{uuid.UUID(int=value).hex}"
