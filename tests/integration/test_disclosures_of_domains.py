"""Laws of the ways to tell a wish in the airline and at the carrier: words, pairs, and the oracle."""

from pathlib import Path

import pytest

from seawright_orchestrator.core.synthesis.plans import stamped
from seawright_orchestrator.core.synthesis.wishes import RememberedWishes
from seawright_orchestrator.usecases.synthesis.run_iteration import IterationOutcome, Surroundings
from seawright_orchestrator.usecases.synthesis.start_streams import start_streams
from seawright_shared.records.tasks import Disclosure, Task
from tests.integration.retail_synthesis import in_process, spec_of

STYLES: tuple[Disclosure, ...] = ("piecemeal", "changes_mind", "distractor")


async def told(folder: Path, domain: str, style: Disclosure) -> IterationOutcome:
    """Run one iteration of a plan whose customers all tell their wish in this way."""
    synthesis = in_process(folder)
    spec = spec_of("none", 5, candidates=160, iterations=1, domain=domain)
    spec = spec.model_copy(update={"contrast_rate": 0.3, "max_goals": 2})
    described = await synthesis.environment.domain(domain)
    (stream,) = start_streams("styles", spec, described)
    assert set(STYLES) <= set(described.disclosures)
    plan = stamped(stream.plan.model_copy(update={"disclosures": {style: 1.0}}))
    told_so = stream.model_copy(update={"plans": [plan]})
    return await synthesis.run_iteration(spec, told_so, Surroundings(wishes=RememberedWishes()))


@pytest.mark.slow
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("domain", ["airline", "telecom"])
async def test_the_right_agent_is_rewarded_whatever_way_the_wish_is_told(
    tmp_path: Path, domain: str, style: Disclosure
):
    made = await told(tmp_path, domain, style)
    tasks = [one.task for one in made.accepted]
    assert len(tasks) >= 10
    assert "oracle" not in made.report.stages, made.report.causes
    assert {task.scenario.disclosure for task in tasks} == {style}
    for task in tasks:
        _is_told(task, style)
    by_pair: dict[str, list[Task]] = {}
    for task in tasks:
        if task.pair is not None:
            by_pair.setdefault(task.pair, []).append(task)
    for halves in by_pair.values():
        assert len({half.scenario.opening for half in halves}) == 1
        assert len({tuple(fact.text for fact in half.scenario.facts) for half in halves}) == 1


def _is_told(task: Task, style: Disclosure) -> None:
    scenario = task.scenario
    wish, facts = scenario.wishes[0], {fact.key: fact for fact in scenario.facts}
    if style == "piecemeal":
        pieces = [fact for key, fact in facts.items() if key.startswith("wish_0.")]
        assert pieces
        assert all(fact.when == "on_ask" for fact in pieces)
        said = " ".join(fact.text for fact in pieces)
        assert all(mention in said for mention in wish.mentions if mention in wish.text)
    elif style == "changes_mind":
        assert wish.text not in scenario.opening
        assert facts["wish_0"].text == f"Wait, I changed my mind. {wish.text}"
    else:
        assert scenario.opening.endswith(facts["aside"].text)
        assert wish.text in scenario.opening
        assert not any(
            mention in facts["aside"].text for w in scenario.wishes for mention in w.mentions
        )
