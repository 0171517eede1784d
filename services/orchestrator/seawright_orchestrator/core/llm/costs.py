"""What was spent at a model's endpoint, by stage."""

from collections.abc import Iterable, Mapping
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
class Purse:
    """What a whole run has spent, shared by those of its iterations that this process runs.

    A call is made while anything is left and paid for when it ended: the calls under way when the
    bound is reached are what a run may spend beyond it.
    """

    spec: LlmSpec
    dollars: float = 0.0
    num_tokens: int = 0

    def know(self, usages: Iterable[Mapping[str, StageUsage]]) -> None:
        """Learn what the run is known to have spent, here or elsewhere."""
        stages = [stage for usage in usages for stage in usage.values()]
        self.dollars = max(self.dollars, sum(one.dollars for one in stages))
        num_tokens = sum(one.num_prompt_tokens + one.num_sampled_tokens for one in stages)
        self.num_tokens = max(self.num_tokens, num_tokens)

    def pay(self, price: float, num_tokens: int) -> None:
        """Take out the price of a call."""
        self.dollars += price
        self.num_tokens += num_tokens

    @property
    def is_spent(self) -> bool:
        """Whether the run may ask nothing more."""
        most_dollars, most_tokens = self.spec.max_dollars_per_run, self.spec.max_tokens_per_run
        return (most_dollars is not None and self.dollars >= most_dollars) or (
            most_tokens is not None and self.num_tokens >= most_tokens
        )


@dataclass(slots=True, kw_only=True)
class Ledger:
    """Counts one iteration's calls. A cached call counts, and costs nothing."""

    spec: LlmSpec
    purse: Purse | None = None
    """The whole run's; None: only this iteration is bounded."""
    spent: dict[str, StageUsage] = field(default_factory=dict[str, StageUsage])
    dollars: float = 0.0

    @property
    def is_spent(self) -> bool:
        """Whether nothing more may be asked."""
        return bool(self.why_spent)

    @property
    def why_spent(self) -> str:
        """Which budget is spent; empty: none."""
        if self.purse is not None and self.purse.is_spent:
            return "the run's budget is spent"
        most = self.spec.max_dollars_per_iteration
        is_spent = most is not None and self.dollars >= most
        return "the iteration's budget is spent" if is_spent else ""

    def count(self, stage: str, reply: ChatReply) -> None:
        """Count one call."""
        if reply.is_cached:
            self._add(stage, StageUsage(num_calls=1, num_cached=1))
            return
        price = dollars(self.spec, reply.num_prompt_tokens, reply.num_sampled_tokens)
        self.dollars += price
        if self.purse is not None:
            self.purse.pay(price, reply.num_prompt_tokens + reply.num_sampled_tokens)
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
