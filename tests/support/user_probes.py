"""Probes without any service: the oracle agent and the scripted user over a task's own world."""

import random
from collections.abc import Sequence

from seawright_environment.core.world import Base, World
from seawright_orchestrator.core.dialogue import (
    Limits,
    agent_spoke,
    begin,
    pending,
    seen_by_agent,
    seen_by_user,
    tools_answered,
    user_spoke,
)
from seawright_orchestrator.core.scripted_agent import ScriptedAgent
from seawright_orchestrator.core.user_quality.probes import Probe
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import AgentSpec, Slip, Trajectory, UserSpec
from seawright_shared.records.verdicts import Verdict
from seawright_user_simulator.core.ports import Cue
from seawright_user_simulator.core.scripted_user import scripted_reply


def probed(base: Base, tasks: Sequence[Task], user: UserSpec | None = None) -> list[Probe]:
    return [probe(base, task, user or UserSpec(), seed) for seed, task in enumerate(tasks)]


def probe(base: Base, task: Task, user: UserSpec, seed: int) -> Probe:
    assert task.solution is not None
    world = World.open(base, task.initial_patch, task.initial_calls)
    agent = ScriptedAgent(solution=task.solution, rng=random.Random(1))
    dialogue, num_told, slips = begin(Limits(max_turns=40)), 0, list[Slip]()
    while dialogue.next != "nobody":
        if dialogue.next == "agent":
            message = agent.turn(seen_by_agent(dialogue.messages[num_told:]))
            num_told = len(dialogue.messages) + 1
            dialogue = agent_spoke(dialogue, message)
        elif dialogue.next == "user":
            seen = seen_by_user(dialogue.messages)
            cue = Cue(scenario=task.scenario, messages=seen, user=user, seed=seed)
            reply = scripted_reply(cue)
            if reply.slip is not None:
                slips.append(Slip(by="user", kind=reply.slip, message=len(dialogue.messages)))
            dialogue = user_spoke(dialogue, reply.message, is_stop=reply.stop is not None)
        else:
            _, calls = pending(dialogue)
            results = [world.call(c.requestor, c.name, c.arguments, c.id) for c in calls]
            dialogue = tools_answered(dialogue, results)
    assert dialogue.stop is not None
    trajectory = Trajectory(
        id="traj",
        episode_id=f"ep_{seed}",
        task_id=task.id,
        agent=AgentSpec(kind="scripted"),
        user=user,
        seed=seed,
        messages=list(dialogue.messages),
        stop_reason=dialogue.stop,
        slips=slips,
    )
    verdict = Verdict(subject="trajectory", ok=True, stage="checker", reward=1.0)
    return Probe(task=task, trajectory=trajectory, verdict=verdict)
