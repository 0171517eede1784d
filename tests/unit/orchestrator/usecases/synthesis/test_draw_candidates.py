"""What cannot be asked is drawn again: it is no failure of the plan."""

from seawright_orchestrator.core.synthesis.identities import draft_key
from seawright_orchestrator.core.synthesis.sampling import Exclusions
from seawright_orchestrator.core.synthesis.wishes import RememberedWishes
from seawright_orchestrator.usecases.synthesis.draw_candidates import (
    CandidateOrder,
    DrawCandidates,
)
from seawright_orchestrator.usecases.synthesis.start_streams import start_streams
from seawright_shared.contracts.environment import DraftRequest
from seawright_shared.records.tasks import Draft
from tests.unit.orchestrator.usecases.synthesis.toy_shop import DATABASE, DOMAIN, ToyDrafts, spec


class SparseDrafts(ToyDrafts):
    """Finds a customer who can ask only now and then."""

    async def draw(self, request: DraftRequest) -> list[Draft]:
        return (await super().draw(request))[:15]


def order(**changes: object) -> CandidateOrder:
    (stream,) = start_streams("run", spec(), DOMAIN)
    base: dict[str, object] = {
        "plan": stream.plan,
        "database": DATABASE,
        "split": "train",
        "holdout_share": 0.3,
        "num": 40,
        "seed": 1,
        "exclusions": Exclusions(),
    }
    return CandidateOrder(**{**base, **changes})  # type: ignore[arg-type]


async def test_guard_infeasible_what_nobody_can_ask_is_drawn_again_and_not_counted():
    drafts = SparseDrafts()
    selection = await DrawCandidates(drafts=drafts)(order())
    assert len(drafts.requests) > 1
    assert len(selection.candidates()) == 40
    assert len({request.seed for request in drafts.requests}) == len(drafts.requests)


async def test_what_was_accepted_before_is_drawn_again():
    plain = await DrawCandidates(drafts=ToyDrafts())(order())
    keys = {draft_key(one.draft) for one in plain.candidates()}
    wishes = RememberedWishes(keys)
    again = await DrawCandidates(drafts=ToyDrafts())(order(wishes=wishes))
    assert not keys & {draft_key(one.draft) for one in again.candidates()}
    assert len(again.candidates()) == 40
