"""What a run would ask of its model: calls, tokens and dollars, before anything is spent."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from seawright_orchestrator.core.llm.answers import (
    Answer,
    DraftsAnswer,
    JudgementAnswer,
    PlanAnswer,
    RevisionAnswer,
)
from seawright_orchestrator.core.llm.costs import added, dollars
from seawright_orchestrator.core.llm.ports import read_tools
from seawright_orchestrator.core.llm.questions import Prompts
from seawright_shared.records.domains import Domain
from seawright_shared.records.llm import LlmEstimate, LlmRole, LlmSpec
from seawright_shared.records.reports import StageUsage
from seawright_shared.records.specs import SynthesisSpec

CHARACTERS_PER_TOKEN = 4
BEST_YIELD = 0.85
"""Where reflection is taken to lead in the end."""
CLOSED = 0.25
"""Share of the way there that an iteration of `FULL` candidates closes; fewer teach less."""
FULL = 200
CHOSEN_YIELD = 0.3
"""Taken for the share of a model's drafts that are accepted; measured with a server that chooses
blindly among what can be done, in three domains: a model that reads the policy does better."""
PALETTE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large one question of a role is beyond its prompt, in tokens; how large the answer."""

    material: int
    material_per_unit: int = 0
    """As of an entry of the palette, of an earlier plan."""
    looks: float = 0.0
    """Tool calls before the answer; each repeats the conversation so far."""
    look: int = 0
    """One tool's answer, with the call."""
    answer: int
    answer_per_unit: int = 0


SIZES: Mapping[LlmRole, Size] = {
    "meta_planner": Size(material=60, material_per_unit=40, answer=90),
    "task_synthesizer": Size(
        material=60, material_per_unit=130, looks=1.0, look=220, answer=10, answer_per_unit=75
    ),
    "task_verifier": Size(material=560, answer=30),
    "trajectory_verifier": Size(material=2200, answer=30),
    "reflector": Size(material=2600, answer=120),
}
"""Measured on the generated shop with scripted agents, at four characters a token."""
FORMS: Mapping[LlmRole, type[Answer]] = {
    "meta_planner": PlanAnswer,
    "task_synthesizer": DraftsAnswer,
    "task_verifier": JudgementAnswer,
    "trajectory_verifier": JudgementAnswer,
    "reflector": RevisionAnswer,
}


def num_accepted_of(spec: SynthesisSpec, first_yield: float) -> int:
    """Return how many tasks the run is taken to make, from what its first plans were seen to yield."""
    num_written = 0
    if spec.llm is not None and "task_synthesizer" in spec.llm.roles:
        num_written = min(spec.llm.drafts_per_iteration, spec.candidates_per_iteration)
    num_drawn = spec.candidates_per_iteration - num_written
    share, total = first_yield, 0.0
    pace = CLOSED * min(1.0, spec.candidates_per_iteration / FULL)
    for _ in range(spec.num_iterations):
        total += CHOSEN_YIELD * num_written + share * num_drawn
        if spec.evolution == "reflect":
            share += pace * max(0.0, BEST_YIELD - share)
    num_accepted = math.ceil(spec.num_streams * total)
    return num_accepted if spec.num_accepted is None else min(num_accepted, spec.num_accepted)


def estimated(spec: SynthesisSpec, domain: Domain, first_yield: float) -> LlmEstimate:
    """Return what the run is taken to cost; nothing where no model is asked."""
    num_accepted = num_accepted_of(spec, first_yield)
    num_candidates = spec.num_streams * spec.num_iterations * spec.candidates_per_iteration
    stages: dict[str, StageUsage] = {}
    if spec.llm is not None:
        stages = {
            role: _stage(spec, spec.llm, domain, role, num_accepted) for role in spec.llm.roles
        }
    total = StageUsage()
    for usage in stages.values():
        total = added(total, usage)
    return LlmEstimate(
        stages=stages,
        total=total,
        assumed_yield=round(num_accepted / num_candidates, 4),
        num_accepted=num_accepted,
        dollars_per_accepted=round(total.dollars / max(1, num_accepted), 6),
    )


def _stage(
    spec: SynthesisSpec, llm: LlmSpec, domain: Domain, role: LlmRole, num_accepted: int
) -> StageUsage:
    size = SIZES[role]
    volume = _volume(spec, llm, domain, role, num_accepted)
    num_questions = volume.num_questions
    prompt = tokens_in(Prompts(domain=domain).system(role)) + _form_tokens(role)
    if size.looks:
        prompt += sum(tokens_in(json.dumps(tool.as_openai())) for tool in read_tools(domain))
    base = prompt + size.material + size.material_per_unit * volume.num_shown
    looks = min(size.looks, llm.max_tool_calls)
    num_calls = num_questions * (1.0 + looks)
    num_prompt = num_questions * (base * (1.0 + looks) + size.look * looks * (looks + 1) / 2)
    num_sampled = num_questions * (
        size.answer + size.answer_per_unit * volume.num_told + 25 * looks
    )
    return StageUsage(
        num_calls=math.ceil(num_calls),
        num_prompt_tokens=math.ceil(num_prompt),
        num_sampled_tokens=math.ceil(num_sampled),
        dollars=dollars(llm, math.ceil(num_prompt), math.ceil(num_sampled)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Volume:
    """How often a role is asked, units of material in each question and of each answer."""

    num_questions: float
    num_shown: float = 0.0
    num_told: float = 0.0


def _volume(
    spec: SynthesisSpec, llm: LlmSpec, domain: Domain, role: LlmRole, num_accepted: int
) -> _Volume:
    num_iterations = spec.num_streams * spec.num_iterations
    if role == "meta_planner":
        fixed = len(spec.goals or domain.goal_types) + len(domain.policy_rules)
        earlier = (spec.num_streams - 1) / 2
        shown = fixed + len(domain.features) / 8 + earlier
        return _Volume(num_questions=spec.num_streams, num_shown=shown)
    if role == "task_synthesizer":
        told = min(llm.drafts_per_call, llm.drafts_per_iteration)
        return _Volume(
            num_questions=num_iterations
            * math.ceil(llm.drafts_per_iteration / llm.drafts_per_call),
            num_shown=PALETTE * llm.drafts_per_call,
            num_told=told,
        )
    if role == "task_verifier":
        return _Volume(num_questions=llm.verified_share * num_accepted)
    if role == "trajectory_verifier":
        episodes = num_accepted * spec.rollouts_per_task
        return _Volume(num_questions=llm.judged_share * episodes * llm.num_judges)
    revisions = spec.num_iterations - 1 if spec.evolution == "reflect" else 0
    return _Volume(num_questions=spec.num_streams * revisions)


def _form_tokens(role: LlmRole) -> int:
    form: JsonValue = FORMS[role].model_json_schema()
    return tokens_in(json.dumps(form))


def tokens_in(text: str) -> int:
    """Return about how many tokens a text has."""
    return math.ceil(len(text) / CHARACTERS_PER_TOKEN)
