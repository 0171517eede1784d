"""Golden actions as a partial order: two depend on each other where they do not commute."""

from collections.abc import Iterator, Sequence, Set
from itertools import islice

from seawright_environment.core.patches import diff_states
from seawright_environment.core.world import World
from seawright_shared.records.tasks import GoldenAction

MAX_EXTENSIONS = 24
"""Orders that are executed; of up to four actions, all."""


def golden_order(start: World, actions: Sequence[GoldenAction]) -> list[GoldenAction]:
    """Return the actions, each with those that it directly depends on.

    Two actions are independent where both orders of them do without a refusal and end alike, in a
    state where all that either needs was done. What follows from other dependencies is left out.
    Where orders that this allows do not end like the given one after all, the given one is kept.
    """
    needed: list[set[int]] = []
    for later in range(len(actions)):
        direct: set[int] = set()
        before: set[int] = set()
        for earlier in reversed(range(later)):
            if earlier in before:
                continue
            if not _commute(start, actions, (earlier, later), before):
                direct.add(earlier)
                before |= {earlier, *_closure(needed, earlier)}
        needed.append(direct)
    if len(actions) > 1 and not _all_end_alike(start, actions, needed):
        needed = [{later - 1} if later else set() for later in range(len(actions))]
    return [
        action.model_copy(
            update={"depends_on": [actions[earlier].id for earlier in sorted(needed[place])]}
        )
        for place, action in enumerate(actions)
    ]


def linear_extensions(actions: Sequence[GoldenAction]) -> Iterator[list[GoldenAction]]:
    """Yield every order that the dependencies allow, the given one first."""
    names = {action.id: place for place, action in enumerate(actions)}
    needs = [{names[name] for name in action.depends_on} for action in actions]
    for order in _orders(needs, ()):
        yield [actions[place] for place in order]


def executed(start: World, actions: Sequence[GoldenAction]) -> World | None:
    """Return the world after the actions; None where one of them is refused."""
    world = start.fork()
    for action in actions:
        if world.call(action.requestor, action.name, action.arguments).error:
            return None
    return world


def _closure(needed: Sequence[Set[int]], place: int) -> set[int]:
    found: set[int] = set()
    waiting = list(needed[place])
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += needed[one]
    return found


def _commute(
    start: World, actions: Sequence[GoldenAction], pair: tuple[int, int], before: Set[int]
) -> bool:
    """Execute both orders of a pair, after what stands before it and what the later one needs."""
    earlier, later = pair
    prefix = [actions[place] for place in range(later) if place < earlier or place in before]
    base = executed(start, prefix)
    if base is None:
        return False
    forth = executed(base, (actions[earlier], actions[later]))
    back = executed(base, (actions[later], actions[earlier]))
    return forth is not None and back is not None and not diff_states(forth.state, back.state)


def _all_end_alike(
    start: World, actions: Sequence[GoldenAction], needed: Sequence[Set[int]]
) -> bool:
    gold = executed(start, actions)
    if gold is None:
        return False
    for order in islice(_orders(needed, ()), 1, MAX_EXTENSIONS):
        other = executed(start, [actions[place] for place in order])
        if other is None or diff_states(gold.state, other.state):
            return False
    return True


def _orders(needed: Sequence[Set[int]], chosen: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    if len(chosen) == len(needed):
        yield chosen
        return
    for place in range(len(needed)):
        if place not in chosen and needed[place] <= set(chosen):
            yield from _orders(needed, (*chosen, place))
