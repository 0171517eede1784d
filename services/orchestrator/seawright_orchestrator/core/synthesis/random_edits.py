"""The control: as many rules as the miner found, with tests chosen blindly."""

import random
from collections.abc import Sequence

from seawright_orchestrator.core.synthesis.literals import candidate_literals
from seawright_orchestrator.core.synthesis.mining import Evidence, rule_of
from seawright_shared.records.plans import Rule


def random_rules(
    rows: Sequence[Evidence], known: Sequence[Rule], *, num: int, seed: int
) -> list[Rule]:
    """Return up to `num` rules of one test each, drawn from the tests that the miner tries."""
    rng = random.Random(seed)  # noqa: S311 - a reproducible control, not a secret
    scopes = sorted({row.goal.type for row in rows})
    literals = {
        scope: candidate_literals([row.goal.features for row in rows if row.goal.type == scope])
        for scope in scopes
    }
    pool = [rule_of(scope, [literal]) for scope in scopes for literal in literals[scope]]
    taken = {rule.id for rule in known}
    fresh = [rule for rule in pool if rule.id not in taken]
    chosen = rng.sample(fresh, k=min(num, len(fresh)))
    return [rule.model_copy(update={"origin": "random"}) for rule in chosen]
