"""tau2-bench's reward info of an evaluation, as its results files hold it."""

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from seawright_environment.core.json_values import JsonObject, at
from seawright_environment.core.tau2_evaluation import Tau2Evaluation

UNJUDGED = "not judged: counted as met"


def reward_info(evaluation: Tau2Evaluation, task: Mapping[str, JsonValue]) -> JsonObject:
    """Return the reward info; assertions that need a judge say that they had none."""
    info = _info(evaluation.reward)
    if evaluation.basis is None:
        return info
    info["db_check"] = {
        "db_match": evaluation.db_match is not False,
        "db_reward": float(evaluation.db_match is not False),
    }
    info["env_assertions"] = [
        {"env_assertion": assertion, "met": met, "reward": float(met)}
        for assertion, met in _checked(task, "env_assertions", evaluation.env_assertions_met)
    ]
    info["action_checks"] = [
        {"action": action, "action_match": met, "action_reward": float(met)}
        for action, met in _checked(task, "actions", evaluation.action_match)
    ]
    info["communicate_checks"] = [
        {"info": text, "met": met, "justification": ""}
        for text, met in _checked(task, "communicate_info", evaluation.communicate_met)
    ]
    info["reward_basis"] = list(evaluation.basis)
    breakdown = evaluation.breakdown or {}
    info["reward_breakdown"] = {part: breakdown[part] for part in breakdown}
    if "NL_ASSERTION" in evaluation.basis:
        info["nl_assertions"] = [
            {"nl_assertion": text, "met": True, "justification": UNJUDGED}
            for text in _stated(task, "nl_assertions")
        ]
    return info


def _info(reward: float) -> JsonObject:
    return {
        "reward": reward,
        "db_check": None,
        "env_assertions": None,
        "action_checks": None,
        "nl_assertions": None,
        "communicate_checks": None,
        "reward_basis": None,
        "reward_breakdown": None,
        "info": None,
    }


def _stated(task: Mapping[str, JsonValue], name: str) -> list[JsonValue]:
    stated = at(task, ["evaluation_criteria", name])
    return stated if isinstance(stated, list) else []


def _checked(
    task: Mapping[str, JsonValue], name: str, met: Sequence[bool] | None
) -> list[tuple[JsonValue, bool]]:
    return list(zip(_stated(task, name), met or (), strict=True))
