"""What a customer lets out when he is asked: of the wish in hand, and not all of it at once."""

from collections.abc import Sequence

from seawright_shared.records.tasks import Fact, Scenario


def facts_in_hand(scenario: Scenario, wish: int) -> list[Fact]:
    """Return what belongs to a wish or to none: the details of other wishes wait for their turn.

    A wish's details are keyed `wish_0`, or `wish_0.0`, `wish_0.1`, ... where they come in pieces.
    """
    here = f"wish_{wish}"
    return [
        fact
        for fact in scenario.facts
        if fact.key.split(".")[0] == here or not fact.key.startswith("wish_")
    ]


def let_out(scenario: Scenario, fresh: Sequence[Fact]) -> list[Fact]:
    """Return what is told of new facts that were asked for: one a turn by who tells in pieces."""
    return list(fresh[:1] if scenario.disclosure == "piecemeal" else fresh)
