"""Right episodes that look different from gold: a checker must pass them all."""

import itertools
from collections.abc import Iterator
from dataclasses import replace

from seawright_environment.core.mutants import Trial, writes_of
from seawright_environment.core.selftest_scripts import Script, calling, saying
from seawright_shared.records.messages import Message
from seawright_shared.records.tasks import EnvironmentCall

MAX_ORDERS = 24
"""Linear extensions tried."""


def equals_of(trial: Trial) -> Iterator[tuple[str, Script]]:
    """Yield right episodes that look different: points 2, 3 and 4."""
    script = trial.script
    reads = tuple(message for block in script.blocks for message in block.reads)
    if trial.task.outcome != "transfer":
        yield "extra_reads", replace(script, identify=(*script.identify, *reads, *script.identify))
    for order in _orders(trial):
        yield "orders", replace(script, blocks=tuple(script.blocks[place] for place in order))
    for number, block in enumerate(script.blocks):
        for index, call in enumerate(writes_of(replace(script, blocks=(block,)))):
            plain = EnvironmentCall(requestor="assistant", name=call.name, arguments=call.arguments)
            for equal in trial.author.equivalents(plain):
                writes = (*block.writes[:index], calling(equal), *block.writes[index + 1 :])
                blocks = list(script.blocks)
                blocks[number] = replace(block, writes=writes)
                yield "equivalents", replace(script, blocks=tuple(blocks))
    yield "equivalents", _respoken(script)


def _respoken(script: Script) -> Script:
    """Return the episode in capitals, with more blanks, and with another yes."""
    blocks = [
        replace(
            block,
            proposal=(
                saying((block.proposal[0].content or "").upper().replace(" ", "  ")),
                Message(role="user", content="  YES please, go on."),
            )
            if block.proposal
            else (),
            report=tuple(
                m.model_copy(update={"content": (m.content or "").upper()}) for m in block.report
            ),
        )
        for block in script.blocks
    ]
    return replace(script, blocks=tuple(blocks))


def _orders(trial: Trial) -> Iterator[tuple[int, ...]]:
    """Yield the orders of wishes that the partial order of the golden actions allows."""
    numbers = range(len(trial.script.blocks))
    owner: dict[str, int] = {}
    for number, block in enumerate(trial.script.blocks):
        for message in (*block.reads, *block.guidance, *block.writes):
            owner.update({call.id: number for call in message.tool_calls or ()})
    needs = {
        (owner[action.id], owner[earlier])
        for action in trial.task.golden_actions
        for earlier in action.depends_on
        if owner[action.id] != owner[earlier]
    }
    allowed = (
        order
        for order in itertools.permutations(numbers)
        if all(order.index(earlier) < order.index(later) for later, earlier in needs)
    )
    # The first is the script's own order.
    yield from itertools.islice(allowed, 1, MAX_ORDERS)
