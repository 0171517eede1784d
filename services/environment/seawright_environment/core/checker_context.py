"""The trusted side of `ctx`: answers what checker source asks of an episode."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject, at
from seawright_environment.core.replay import Replay
from seawright_environment.core.state import Table

MAX_QUESTIONS = 900
"""Of one check; more is a fault of the checker."""


class TooManyQuestionsError(RuntimeError):
    """The checker asked more than any honest one does."""


@dataclass(slots=True, kw_only=True)
class ContextAnswers:
    """Answers as plain JSON that shares nothing a sandbox could change."""

    run: Replay
    now: str = ""
    is_turned: bool = False
    """Whether the keys of every object come in the opposite order: it must not matter."""
    num_questions: int = 0
    views: dict[str, Mapping[str, Table]] = field(default_factory=dict[str, Mapping[str, Table]])

    def __call__(self, kind: str, side: str, table: str, key: str) -> JsonValue:
        """Return the answer; what does not exist is None."""
        self.num_questions += 1
        if self.num_questions > MAX_QUESTIONS:
            raise TooManyQuestionsError(f"more than {MAX_QUESTIONS} questions")
        answer = self._answer(kind, side, table, key)
        return _turned(answer) if self.is_turned else answer

    def _answer(self, kind: str, side: str, table: str, key: str) -> JsonValue:
        if kind == "entity":
            entities = self._view(side).get(table)
            return entities[key] if entities is not None and key in entities else None
        if kind == "diff":
            return self._diff()
        if kind == "calls":
            return self._calls()
        if kind == "said":
            return [m.content for m in self.run.messages if m.role == side and m.content]
        return self.now if kind == "now" else None

    def _view(self, side: str) -> Mapping[str, Table]:
        if side not in self.views:
            self.views[side] = self.run.initial if side == "initial" else self.run.final
        return self.views[side]

    def _diff(self) -> list[JsonValue]:
        initial = self.run.initial
        return [
            {
                "path": cast("list[JsonValue]", operation.path),
                "before": at(initial, operation.path),
                "after": operation.value,
            }
            for operation in self.run.diff
        ]

    def _calls(self) -> list[JsonValue]:
        return [
            {
                "requestor": call.requestor,
                "name": call.name,
                "arguments": dict(call.arguments),
                "ok": call.ok,
                "turn": call.turn,
                "content": call.content,
            }
            for call in self.run.calls
        ]


def _turned(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        turned: JsonObject = {key: _turned(value[key]) for key in reversed(value)}
        return turned
    if isinstance(value, list):
        return [_turned(each) for each in value]
    return value
