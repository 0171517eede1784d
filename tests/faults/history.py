"""The history of a drill, and the offline checker that says whether promises were kept.

A line of the history is one fact: `accepted` (the service said yes), `finished` (the work took
effect) or `trained` (an optimizer step used it). The checker sees nothing but those lines.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["accepted", "finished", "trained"]
Finding = Literal[
    "lost", "finished-twice", "finished-unaccepted", "trained-twice", "trained-unfinished"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line of a history."""

    kind: Kind
    id: str
    by: str = ""
    """Who did it: a worker, a training step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anomaly:
    """A promise that was broken, and for which id."""

    finding: Finding
    id: str


def anomalies(history: Iterable[Fact], *, is_over: bool = True) -> list[Anomaly]:
    """Return what is wrong with a history; `is_over`: all that was accepted should be finished."""
    counts: dict[str, Counter[str]] = {"accepted": Counter(), "finished": Counter()}
    counts["trained"] = Counter()
    for fact in history:
        counts[fact.kind][fact.id] += 1
    accepted, finished, trained = counts["accepted"], counts["finished"], counts["trained"]
    found = [
        *(_named("lost", [one for one in accepted if is_over and one not in finished])),
        *(_named("finished-twice", [one for one, num in finished.items() if num > 1])),
        *(_named("finished-unaccepted", [one for one in finished if one not in accepted])),
        *(_named("trained-twice", [one for one, num in trained.items() if num > 1])),
        *(_named("trained-unfinished", [one for one in trained if one not in finished])),
    ]
    return sorted(found, key=lambda anomaly: (anomaly.finding, anomaly.id))


def _named(finding: Finding, ids: Sequence[str]) -> list[Anomaly]:
    return [Anomaly(finding=finding, id=one) for one in ids]


@dataclass(frozen=True, slots=True)
class History:
    """A file of facts, one JSON object per line; any number of processes may append."""

    path: Path

    def add(self, kind: Kind, *ids: str, by: str = "") -> None:
        """Append facts; each line is one write, so that processes do not mix theirs."""
        with self.path.open("ab", buffering=0) as file:
            for one in ids:
                fact = Fact(kind=kind, id=one, by=by)
                file.write(json.dumps(asdict(fact)).encode() + b"\n")

    def read(self) -> list[Fact]:
        """Return all facts. A torn last line, of a killed writer, says nothing."""
        if not self.path.exists():
            return []
        lines = self.path.read_text().splitlines(keepends=True)
        return [Fact(**json.loads(line)) for line in lines if line.endswith("\n")]
