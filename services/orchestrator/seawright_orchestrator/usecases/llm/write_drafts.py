"""Let a model choose wishes from what can be bound, look at the records, and tell them anew."""

import asyncio
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from seawright_orchestrator.core.llm.answers import DraftIdea, DraftsAnswer
from seawright_orchestrator.core.llm.chats import Failure
from seawright_orchestrator.core.llm.ports import Desks, read_tools
from seawright_orchestrator.core.llm.proposals import worded
from seawright_orchestrator.core.llm.questions import Prompts, Question
from seawright_orchestrator.core.synthesis.ports import DraftSource, TaskChecker
from seawright_orchestrator.core.synthesis.seeds import derive_seed
from seawright_orchestrator.usecases.llm.ask_role import AskRole
from seawright_shared.contracts.environment import DraftRequest, TaskCheckRequest, TaskCheckResult
from seawright_shared.records.domains import Domain
from seawright_shared.records.plans import CheckConfig
from seawright_shared.records.tasks import Draft

ROLE = "task_synthesizer"
PALETTE = 3
"""Drawn wishes shown for each draft that is asked for."""
NUM_SEEN = 300
"""Drawn drafts that palettes are filled from; few naive draws can be carried out."""
WORDS_CHECKS = [CheckConfig(id="schema"), CheckConfig(id="execution")]
"""Enough to put a draft into words; everything else is the cascade's business."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A drawn draft, and what its author's words for it are."""

    draft: Draft
    result: TaskCheckResult


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteDrafts:
    """The task synthesizer, before the drawn drafts: a stand-in for a `DraftSource`.

    Arguments are always those that the domain's author bound to the database: a model chooses
    among them, and its words are checked against the author's. Where its words are wrong the
    author's are used, and where it has no answer the drawn drafts stand alone.
    """

    drafts: DraftSource
    checker: TaskChecker
    desks: Desks
    ask: AskRole
    domain: Domain
    theme: str
    first_seed: int
    """Seed of an iteration's first draw, the only one that the model has a part in: so what comes
    out does not depend on what an earlier attempt at the iteration has drawn."""

    async def draw(self, request: DraftRequest) -> list[Draft]:
        """Return the model's drafts, at an iteration's first draw, then the drawn ones."""
        drawn = await self.drafts.draw(request)
        if ROLE not in self.ask.spec.roles or request.seed != self.first_seed:
            return drawn
        spec = self.ask.spec
        size = PALETTE * spec.drafts_per_call
        num_asked = math.ceil(spec.drafts_per_iteration / spec.drafts_per_call)
        entries = await self._entries([draft for draft in drawn if draft.pair is None])
        palettes = [entries[place::num_asked][:size] for place in range(num_asked)]
        async with asyncio.TaskGroup() as group:
            asked = [
                group.create_task(self._written(palette, place, request))
                for place, palette in enumerate(palettes)
                if palette
            ]
        written = [draft for one in asked for draft in one.result()]
        return [*written[: spec.drafts_per_iteration], *drawn]

    async def _entries(self, drafts: Sequence[Draft]) -> list[Entry]:
        """Return what palettes are filled from: wishes that can be told first, of all kinds.

        The second of a kind comes after the first of every kind: a plan has little room for each.
        """
        seen = drafts[:NUM_SEEN]
        told = await self._in_words(seen)
        kinds: Counter[str] = Counter()
        ranked: list[tuple[bool, int, Entry]] = []
        for draft, result in zip(seen, told, strict=True):
            kind = f"{draft.goals[0].type}:{len(draft.goals)}:{result.task is None}"
            ranked.append((result.task is None, kinds[kind], Entry(draft, result)))
            kinds[kind] += 1
        return [entry for *_, entry in sorted(ranked, key=lambda one: one[:2])]

    async def _written(
        self, palette: Sequence[Entry], place: int, request: DraftRequest
    ) -> list[Draft]:
        num = self.ask.spec.drafts_per_call
        seed = derive_seed(request.seed, "llm", ROLE, place)
        question = self._question(palette, num, seed)
        async with self.desks.open(request.database, self.domain) as desk:
            answer = await self.ask(question, desk)
        if isinstance(answer, Failure):
            return []
        ideas = list({idea.pick: idea for idea in answer.drafts}.values())[:num]
        return await self._checked([entry.draft for entry in palette], ideas)

    async def _checked(self, palette: Sequence[Draft], ideas: Sequence[DraftIdea]) -> list[Draft]:
        """Return the drafts, in the author's words where the model's tell something else."""
        drafts = [worded(palette[idea.pick], idea, in_own_words=True) for idea in ideas]
        results = await self._in_words(drafts)
        checked: list[Draft] = []
        for idea, draft, result in zip(ideas, drafts, results, strict=True):
            last = result.verdicts[-1]
            if result.task is None and last.stage == "wording":
                self.ask.ledger.note(ROLE, "misworded")
                checked.append(worded(palette[idea.pick], idea, in_own_words=False))
            elif result.task is None:
                checked.append(worded(draft, idea, in_own_words=False))
            else:
                checked.append(draft)
        return checked

    async def _in_words(self, drafts: Sequence[Draft]) -> list[TaskCheckResult]:
        if not drafts:
            return []
        return await self.checker.check(
            TaskCheckRequest(drafts=list(drafts), checks=WORDS_CHECKS, min_kill=0.0)
        )

    def _question(self, palette: Sequence[Entry], num: int, seed: int) -> Question[DraftsAnswer]:
        material: dict[str, JsonValue] = {
            "theme": self.theme,
            "num_drafts": num,
            "palette": [
                shown(number, entry.draft, entry.result) for number, entry in enumerate(palette)
            ],
        }

        def objection(answer: DraftsAnswer) -> str | None:
            for idea in answer.drafts:
                if idea.pick >= len(palette):
                    return f"pick {idea.pick} is not in the palette of {len(palette)}"
                if len(idea.wishes) != len(palette[idea.pick].draft.goals):
                    return f"pick {idea.pick} has {len(palette[idea.pick].draft.goals)} wishes"
            return None

        return Question(
            role=ROLE,
            system=Prompts(domain=self.domain).system(ROLE),
            material=material,
            form=DraftsAnswer,
            seed=seed,
            tools=read_tools(self.domain),
            objection=objection,
        )


def shown(number: int, draft: Draft, result: TaskCheckResult) -> dict[str, JsonValue]:
    """Return an entry of the palette; one that the tools refuse says so instead of its words."""
    words: dict[str, JsonValue] = {"refused": result.verdicts[-1].rationale}
    if result.task is not None:
        scenario = result.task.scenario
        words = {"opening": scenario.opening, "wishes": [wish.text for wish in scenario.wishes]}
    return {
        "pick": number,
        "customer_id": draft.customer_id,
        "disclosure": draft.disclosure,
        "reference": draft.reference,
        "goals": [
            {"type": goal.type, "arguments": dict(goal.arguments), "entity": goal.entity}
            for goal in draft.goals
        ],
        **words,
    }
