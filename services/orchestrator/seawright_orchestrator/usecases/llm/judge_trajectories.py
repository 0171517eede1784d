"""Let a committee read played episodes; replay decides, and calibrates the committee."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from seawright_orchestrator.core.llm.answers import JudgementAnswer
from seawright_orchestrator.core.llm.chats import Failure
from seawright_orchestrator.core.llm.committee import LENSES, majority, scored, summed
from seawright_orchestrator.core.llm.fences import MAX_JUDGED, fenced
from seawright_orchestrator.core.llm.questions import Prompts, Question
from seawright_orchestrator.core.synthesis.ports import PlayedEpisode
from seawright_orchestrator.core.synthesis.seeds import derive_seed, derive_share
from seawright_orchestrator.usecases.llm.ask_role import AskRole
from seawright_shared.records.base import canonical_json
from seawright_shared.records.domains import Domain
from seawright_shared.records.reports import JudgeScore
from seawright_shared.records.tasks import Task
from seawright_shared.records.verdicts import Attribution, Verdict

ROLE = "trajectory_verifier"
STAGE = "committee"


@dataclass(slots=True, kw_only=True)
class JudgeTrajectories:
    """The trajectory verifier. Who may vote follows from earlier iterations alone.

    So the verdicts of one iteration do not depend on the order in which its episodes end.
    """

    ask: AskRole
    domain: Domain
    seed: int
    earlier: Mapping[str, JudgeScore]
    found: dict[str, JudgeScore] = field(default_factory=dict[str, JudgeScore])
    """What this iteration's episodes say of the judges."""

    @property
    def scores(self) -> dict[str, JudgeScore]:
        """The judges' scores so far."""
        return summed(self.earlier, self.found)

    async def judge(self, task: Task, episode: PlayedEpisode) -> Verdict | None:
        """Return the committee's verdict, or None where it has none."""
        spec = self.ask.spec
        share = derive_share(self.seed, "judged", *_name(task, episode))
        is_settled = episode.verdict.attribution is not Attribution.INFRA
        if ROLE not in spec.roles or share >= spec.judged_share or not is_settled:
            return None
        async with asyncio.TaskGroup() as group:
            asked = {
                f"judge_{number}": group.create_task(
                    self.ask(self._question(task, episode, number))
                )
                for number in range(spec.num_judges)
            }
        answers = {judge: one.result() for judge, one in asked.items()}
        votes = {
            judge: answer.ok for judge, answer in answers.items() if not isinstance(answer, Failure)
        }
        for judge, vote in votes.items():
            old = self.found.get(judge, JudgeScore())
            self.found[judge] = scored(old, said_good=vote, is_good=episode.verdict.ok)
        verdict = majority(votes, self.earlier, spec.min_agreement)
        if verdict is None:
            return None
        told = [
            answer.rationale
            for answer in answers.values()
            if not isinstance(answer, Failure) and answer.ok == verdict
        ]
        return Verdict(subject="trajectory", ok=verdict, stage=STAGE, rationale=told[0])

    def _question(
        self, task: Task, episode: PlayedEpisode, number: int
    ) -> Question[JudgementAnswer]:
        shown = canonical_json(episode_material(task, episode)).decode()
        return Question(
            role=ROLE,
            system=Prompts(domain=self.domain).system(ROLE),
            material={
                "look_at": LENSES[number % len(LENSES)],
                "episode": fenced(shown, "the episode", MAX_JUDGED),
            },
            form=JudgementAnswer,
            seed=derive_seed(self.seed, "llm", ROLE, *_name(task, episode), number),
        )


def _name(task: Task, episode: PlayedEpisode) -> tuple[str, int]:
    """Name the episode by what was played: its id is another in each run."""
    return task.id, episode.trajectory.seed


def episode_material(task: Task, episode: PlayedEpisode) -> dict[str, JsonValue]:
    """Return what a judge is shown of an episode; not what replay said of it."""
    return {
        "wishes": [wish.text for wish in task.scenario.wishes],
        "stop_reason": episode.trajectory.stop_reason.value,
        "messages": [
            message.model_dump(
                mode="json",
                include={"role", "content", "tool_calls", "requestor"},
                exclude_none=True,
            )
            for message in episode.trajectory.messages
        ],
    }
