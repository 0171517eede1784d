"""A question to a role: its prompt, its material, the form of its answer."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import Generic, TypeVar

from pydantic import JsonValue, ValidationError

from seawright_orchestrator.core.llm.answers import Answer
from seawright_orchestrator.core.llm.chats import ChatMessage, ChatRequest
from seawright_shared.records.domains import Domain
from seawright_shared.records.llm import LlmRole, LlmSpec
from seawright_shared.records.messages import ToolSchema

A = TypeVar("A", bound=Answer)
PACKAGE = "seawright_orchestrator.core.llm"
GENERAL = "general"
"""The notes on a domain that brings none."""
MAX_QUOTED = 600


@dataclass(frozen=True, kw_only=True)
class Prompts:
    """The texts of one domain's roles."""

    domain: Domain

    def system(self, role: LlmRole) -> str:
        """Return a role's standing orders, with the domain's notes and policy."""
        notes = _text(f"domains/{self.domain.name}.md") or _text(f"domains/{GENERAL}.md")
        return f"{_text(f'{role}.md')}\n\n{notes}\n\n# The policy of {self.domain.name}\n\n{self._policy}"

    @cached_property
    def _policy(self) -> str:
        return self.domain.domain_policy


def _text(name: str) -> str:
    file = resources.files(PACKAGE).joinpath("prompts", name)
    return file.read_text(encoding="utf-8").strip() if file.is_file() else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Generic[A]):
    """What one role is asked once."""

    role: LlmRole
    system: str
    material: Mapping[str, JsonValue]
    form: type[A]
    seed: int
    tools: Sequence[ToolSchema] = ()
    objection: Callable[[A], str | None] = lambda _: None
    """Says what is wrong with an answer of the right form."""
    model: str | None = None
    """Another model than the role's, as of a committee's member."""

    def request(self, spec: LlmSpec, messages: Sequence[ChatMessage]) -> ChatRequest:
        """Return the call with these messages."""
        return ChatRequest(
            base_url=spec.base_url,
            model=self.model or spec.models.get(self.role, spec.model),
            messages=messages,
            tools=self.tools,
            schema_name=self.form.__name__,
            schema=self.form.model_json_schema(),
            temperature=spec.temperature,
            max_tokens=spec.max_tokens,
            seed=self.seed,
            timeout_seconds=spec.timeout_seconds,
            slow_seconds=spec.slow_seconds,
        )

    def opening(self) -> list[ChatMessage]:
        """Return the first messages."""
        material = json.dumps(dict(self.material), ensure_ascii=False, sort_keys=True)
        return [
            {"role": "system", "content": self.system},
            {"role": "user", "content": material},
        ]

    def parsed(self, content: str) -> A | str:
        """Return the answer, or what is wrong with it."""
        try:
            answer = self.form.model_validate_json(content)
        except ValidationError as error:
            problems = error.errors(include_url=False, include_input=False)
            told = [f"{'/'.join(map(str, one['loc']))}: {one['msg']}" for one in problems[:5]]
            return "; ".join(told)[:MAX_QUOTED]
        return self.objection(answer) or answer
