"""What was spent at a model's endpoint, by stage."""

from dataclasses import dataclass, field

from seawright_orchestrator.core.llm.chats import ChatReply, Failure
from seawright_shared.records.llm import LlmSpec
from seawright_shared.records.reports import StageUsage

MILLION = 1e6


def dollars(spec: LlmSpec, num_prompt_tokens: int, num_sampled_tokens: int) -> float:
    """Return the price of so many tokens."""
    return (
        num_prompt_tokens * spec.dollars_per_million_prompt
        + num_sampled_tokens * spec.dollars_per_million_sampled
    ) / MILLION


def added(first: StageUsage, second: StageUsage) -> StageUsage:
    """Return both together."""
    names = sorted({*first.failures, *second.failures})
    return StageUsage(
        num_calls=first.num_calls + second.num_calls,
        num_cached=first.num_cached + second.num_cached,
        num_prompt_tokens=first.num_prompt_tokens + second.num_prompt_tokens,
        num_sampled_tokens=first.num_sampled_tokens + second.num_sampled_tokens,
        dollars=first.dollars + second.dollars,
        seconds=first.seconds + second.seconds,
        failures={
            name: first.failures.get(name, 0) + second.failures.get(name, 0) for name in names
        },
    )


@dataclass(slots=True, kw_only=True)
class Ledger:
    """Counts one iteration's calls. A cached call counts, and costs nothing."""

    spec: LlmSpec
    spent: dict[str, StageUsage] = field(default_factory=dict[str, StageUsage])
    dollars: float = 0.0

    @property
    def is_spent(self) -> bool:
        """Whether nothing more may be asked."""
        most = self.spec.max_dollars_per_iteration
        return most is not None and self.dollars >= most

    def count(self, stage: str, reply: ChatReply) -> None:
        """Count one call."""
        if reply.is_cached:
            self._add(stage, StageUsage(num_calls=1, num_cached=1))
            return
        price = dollars(self.spec, reply.num_prompt_tokens, reply.num_sampled_tokens)
        self.dollars += price
        usage = StageUsage(
            num_calls=1,
            num_prompt_tokens=reply.num_prompt_tokens,
            num_sampled_tokens=reply.num_sampled_tokens,
            dollars=price,
            seconds=reply.seconds,
        )
        self._add(stage, usage)

    def fail(self, stage: str, failure: Failure) -> None:
        """Count a question without an answer."""
        self._add(stage, StageUsage(failures={failure.name.value: 1}))

    def note(self, stage: str, name: str) -> None:
        """Count an answer that could not be used."""
        self._add(stage, StageUsage(failures={name: 1}))

    def taken(self) -> dict[str, StageUsage]:
        """Return what was spent by stage since this was asked last."""
        taken, self.spent = self.spent, {}
        return dict(sorted(taken.items()))

    def _add(self, stage: str, usage: StageUsage) -> None:
        self.spent[stage] = added(self.spent.get(stage, StageUsage()), usage)
