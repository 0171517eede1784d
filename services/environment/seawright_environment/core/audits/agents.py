"""Agents that ignore the task, and whether it rewards them."""

from collections.abc import Iterator, Sequence

from pydantic import JsonValue

from seawright_environment.core.audits.subjects import Scored, Subject
from seawright_environment.core.domain_content import DomainContent
from seawright_shared.records.audits import AgentKind, AgentPass, AuditFinding, Severity
from seawright_shared.records.tasks import EnvironmentCall

REFUSAL = "I am sorry, but I cannot do that for you."
TRANSFER = "I will transfer you to a person now."
MAX_SCRIPT = 64
"""Calls of the agent that plays one script for every task."""


def transfer_call(content: DomainContent) -> EnvironmentCall | None:
    """Return the call that hands a customer over to a person; None: there is no such tool."""
    for tool in content.toolkit.tools.values():
        if tool.kind == "generic" and "transfer" in tool.name:
            arguments: dict[str, JsonValue] = dict.fromkeys(
                tool.parameters, "The customer has a request."
            )
            return EnvironmentCall(requestor="assistant", name=tool.name, arguments=arguments)
    return None


def one_script(subjects: Sequence[Subject]) -> list[EnvironmentCall]:
    """Return every different write of a set's gold, in order; empty where they are too many.

    Where tasks share an entity, an agent could make all these calls whatever it is asked. A task
    of which it is just the gold is left out.
    """
    calls: dict[str, EnvironmentCall] = {}
    for subject in subjects:
        for step in subject.writes:
            calls.setdefault(step.call.model_dump_json(), step.call)
        if len(calls) > MAX_SCRIPT:
            return []
    return list(calls.values())


def agent_passes(subject: Subject, script: Sequence[EnvironmentCall]) -> Iterator[AgentPass]:
    """Yield the agents that the task rewards."""
    away = transfer_call(subject.base.content)
    episodes: dict[AgentKind, Scored] = {
        "noop": subject.idle_episode,
        "refusal": subject.play((), REFUSAL),
    }
    if away is not None:
        episodes["transfer"] = subject.play((away,), TRANSFER)
    if any(call not in subject.calls for call in script):
        episodes["script"] = subject.play(script, None)
    for agent, episode in episodes.items():
        if episode.is_rewarded:
            yield AgentPass(agent=agent, needs_judge=subject.has_unjudged)


def meets_default_basis(subject: Subject) -> bool:
    """Whether doing nothing meets DB and COMMUNICATE, whatever the task's own basis."""
    found = subject.idle_episode.evaluation
    return found.db_match is not False and all(found.communicate_met or ())


def pass_findings(subject: Subject, passes: Sequence[AgentPass]) -> Iterator[AuditFinding]:
    """Yield a finding per agent that is rewarded for ignoring the task."""
    is_transfer_right = any(
        step.call.name == away.name
        for step in subject.steps
        if (away := transfer_call(subject.base.content))
    )
    what = {
        "noop": "an agent that does nothing is rewarded",
        "refusal": "an agent that only refuses is rewarded",
        "transfer": "an agent that only transfers to a person is rewarded",
        "script": "an agent that plays one script for every task is rewarded",
    }
    for each in passes:
        severity: Severity = "note" if each.needs_judge else "warning"
        if each.agent == "transfer" and is_transfer_right:
            severity = "note"
        tail = ", unless a judge of natural language fails it" if each.needs_judge else ""
        yield AuditFinding(
            code=f"{each.agent}-passes",
            severity=severity,
            pointer=subject.pointer("evaluation_criteria", "reward_basis"),
            detail=what[each.agent] + tail,
            task_id=subject.id,
        )
