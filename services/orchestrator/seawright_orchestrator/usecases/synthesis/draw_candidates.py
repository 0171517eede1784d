"""Draw drafts until a plan's candidates are found, or the bound on draws is reached."""

from dataclasses import dataclass

from seawright_orchestrator.core.synthesis.identities import draft_key
from seawright_orchestrator.core.synthesis.ports import DraftSource, KnownWishes
from seawright_orchestrator.core.synthesis.sampling import Exclusions, Selection
from seawright_orchestrator.core.synthesis.seeds import derive_seed
from seawright_shared.contracts.environment import DraftRequest
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.plans import Plan

OVERSAMPLING = 2
"""Drafts drawn in a round, per candidate that is missing."""
MIN_DRAFTS = 200
"""Per round, however few candidates are wanted: strict rules let few drafts through."""
MAX_ROUNDS = 10
MAX_IDLE_ROUNDS = 2
"""Rounds in a row that filled nothing, after which the rest is taken from the surplus."""
MAX_DRAFTS = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateOrder:
    """How many candidates of which plan, from which customers."""

    plan: Plan
    database: DatabaseRef
    split: str
    holdout_share: float
    num: int
    seed: int
    exclusions: Exclusions
    wishes: KnownWishes | None = None
    """Wishes that are resampled at once where they were accepted before; None: nobody looks."""
    keeps_mix: bool = False
    """Rather too few candidates than other goal types than wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawCandidates:
    """Ask the environment for drafts and apply the plan to them; a function of the order."""

    drafts: DraftSource

    async def __call__(self, order: CandidateOrder) -> Selection:
        """Return the selection with at most `order.num` candidates in it."""
        selection = Selection(
            plan=order.plan,
            num=order.num,
            seed=order.seed,
            exclusions=order.exclusions,
            keeps_mix=order.keeps_mix,
        )
        idle = 0
        for number in range(MAX_ROUNDS):
            missing = selection.num_missing
            drafts = await self.drafts.draw(_request(order, number, selection))
            known = frozenset[str]()
            if order.wishes is not None:
                known = await order.wishes.known([draft_key(draft) for draft in drafts])
            selection.offer(drafts, known)
            if selection.is_full:
                break
            idle = idle + 1 if selection.num_missing == missing else 0
            if idle >= MAX_IDLE_ROUNDS:
                break
        return selection


def _request(order: CandidateOrder, number: int, selection: Selection) -> DraftRequest:
    plan = order.plan
    rules = [rule for rule in plan.rules if rule.status == "active"]
    return DraftRequest.model_validate(
        {
            "database": order.database,
            "split": order.split,
            "holdout_share": order.holdout_share,
            "seed": _draw_seed(order.seed, number),
            "num": min(MAX_DRAFTS, max(MIN_DRAFTS, OVERSAMPLING * selection.num_missing)),
            "goals": selection.missing_goals(),
            "num_goals": plan.num_goals,
            "disclosures": plan.disclosures,
            "references": plan.references,
            "personas": plan.personas,
            "contrast_rate": plan.contrast_rate,
            "rules": rules,
        }
    )


def first_draw(seed: int) -> int:
    """Return the seed of the first request that an order of this seed makes."""
    return _draw_seed(seed, 0)


def _draw_seed(seed: int, number: int) -> int:
    return derive_seed(seed, "draw", number)
