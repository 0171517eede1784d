"""One telecom episode with both engines real: the agent on vLLM, the customer on SGLang.

    seawright engine vllm   --model AGENT --name agent --port 8200 --context-tokens 32768 ...
    seawright engine sglang --model USER  --name user  --port 8300 --context-tokens 16384 ...
    python deploy/bench/engines/real_episode.py --agent-url http://127.0.0.1:8200 \\
        --agent-model AGENT --user-url http://127.0.0.1:8300 --user-name user [--out FILE]

What is shown is the protocol, the tokens and their accounting: whether the models talk sense is up
to the models. Prints Markdown; fails where an account does not add up.
"""

import argparse
import asyncio
import re
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from fastapi import FastAPI

import seawright_environment.settings
import seawright_environment.wiring
import seawright_policy.settings
import seawright_policy.wiring
import seawright_user_simulator.settings
import seawright_user_simulator.wiring
from seawright_orchestrator.adapters.environment_worlds import EnvironmentWorlds
from seawright_orchestrator.adapters.played_agents import EpisodeAgents
from seawright_orchestrator.adapters.simulated_users import SimulatedUsers
from seawright_orchestrator.adapters.trace_sizes import measure
from seawright_orchestrator.usecases.play_episode import EpisodeOrder, Played, PlayEpisode
from seawright_shared.clients.environment import EnvironmentClient
from seawright_shared.clients.in_process import ApplicationTransport
from seawright_shared.clients.peer import Peer
from seawright_shared.clients.policy import PolicyClient
from seawright_shared.clients.user_simulator import UserSimulatorClient
from seawright_shared.contracts.environment import DraftRequest, TaskCheckRequest
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.plans import CheckConfig
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import AgentSpec, Sampling, UserSpec
from seawright_shared.stores.traces import TokenTrace, decode_trace, samples_of

CHECKS = ("schema", "execution", "policy", "effect", "reference", "selftest")
VLLM_COUNTERS = ("prompt_tokens_total", "generation_tokens_total")


@dataclass(slots=True)
class Kept:
    """Blobs in memory."""

    blobs: list[bytes] = field(default_factory=list[bytes])

    async def put(self, content: bytes) -> str:
        """Keep."""
        self.blobs.append(content)
        return str(len(self.blobs) - 1)

    async def get(self, reference: str) -> bytes:
        """Return."""
        return self.blobs[int(reference)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What there is to show."""

    task: Task
    played: Played
    trace: TokenTrace
    counted: dict[str, float]
    """What vLLM's own counters say of the episode."""


async def counters(url: str) -> dict[str, float]:
    """Return vLLM's own counts of tokens."""
    async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
        text = (await http.get("/metrics")).text
    return {
        name: sum(
            float(one) for one in re.findall(rf"^vllm:{name}{{.*}} (\S+)$", text, re.MULTILINE)
        )
        for name in VLLM_COUNTERS
    }


async def task_of(environment: EnvironmentClient, seed: int) -> Task:
    """Return a verified telecom task in which the customer has something to do himself."""
    database = DatabaseRef(domain="telecom", source="seed", seed=5, num_customers=100)
    goals = {"no_mobile_data": 1.0}
    drafts = await environment.draw_drafts(
        DraftRequest(database=database, seed=seed, num=20, goals=goals)
    )
    checks = [CheckConfig(id=name) for name in CHECKS]
    request = TaskCheckRequest(drafts=drafts.drafts, checks=checks)
    results = (await environment.check_tasks(request)).results
    tasks = [one.task for one in results if one.task is not None]
    assert tasks, "no draft passed its checks"
    return tasks[0]


async def play(given: argparse.Namespace) -> Shown:
    """Play the episode through all services."""
    async with AsyncExitStack() as stack:

        async def peer(app: FastAPI, name: str) -> Peer:
            await stack.enter_async_context(app.router.lifespan_context(app))
            made = Peer(
                f"http://{name}",
                transport=ApplicationTransport(app),
                timeout_seconds=given.patience,
            )
            stack.push_async_callback(made.aclose)
            return made

        worlds = seawright_environment.wiring.build(seawright_environment.settings.Settings())
        users = seawright_user_simulator.wiring.build(
            seawright_user_simulator.settings.Settings(
                model_url=given.user_url,
                model_timeout_seconds=given.patience,
                max_reply_tokens=given.tokens,
            )
        )
        models = seawright_policy.wiring.build(
            seawright_policy.settings.Settings(
                engine="vllm",
                engine_urls=[given.agent_url],
                models={"agent": str(given.agent_model.absolute())},
                max_context_tokens=1_000_000,
            )
        )
        environment = EnvironmentClient(await peer(worlds, "environment"))
        policy = PolicyClient(await peer(models, "policy"), generation_seconds=given.patience)
        kept = Kept()
        player = PlayEpisode(
            agents=EpisodeAgents(policy=policy, domains=environment),
            users=SimulatedUsers(client=UserSimulatorClient(await peer(users, "users"))),
            worlds=EnvironmentWorlds(client=environment),
            blobs=kept,
            measure=measure,
            slots=asyncio.Semaphore(1),
        )
        task = await task_of(environment, given.seed)
        before = await counters(given.agent_url)
        played = await player(
            EpisodeOrder(
                episode_id="ep_real",
                task=task,
                agent=AgentSpec(
                    model="agent", sampling=Sampling(max_tokens=given.tokens), domain_policy="none"
                ),
                user=UserSpec(kind="model", model=given.user_name),
                seed=given.seed,
                max_turns=given.turns,
            )
        )
        after = await counters(given.agent_url)
    counted = {name: after[name] - before[name] for name in VLLM_COUNTERS}
    return Shown(task=task, played=played, trace=decode_trace(kept.blobs[-1]), counted=counted)


def accounts(shown: Shown) -> list[tuple[str, float, float]]:
    """Return what must be equal: a name, our count, and the other one."""
    usage = shown.played.trajectory.usage
    samples = samples_of(shown.trace)
    loss = sum(int(one.loss_mask.sum()) for one in samples)
    versions = {int(one) for sample in samples for one in sample.versions[sample.loss_mask]}
    return [
        ("sampled tokens: turns, and loss tokens of the trace", usage.num_sampled_tokens, loss),
        (
            "sampled tokens: turns, and vLLM's own counter",
            usage.num_sampled_tokens,
            shown.counted["generation_tokens_total"],
        ),
        (
            "prompt tokens: turns, and vLLM's own counter",
            usage.num_prompt_tokens,
            shown.counted["prompt_tokens_total"],
        ),
        ("tokens of version 0 alone: number of versions", 1, len(versions)),
    ]


def report(shown: Shown, command: Sequence[str]) -> str:
    """Return the transcript and the accounts in Markdown."""
    trajectory, usage = shown.played.trajectory, shown.played.trajectory.usage
    lines = [
        "# A telecom episode with both engines real",
        "",
        f"`{' '.join(command)}`",
        "",
        f"Task `{shown.task.id}`; ended by `{trajectory.stop_reason.value}`; reward "
        f"{shown.played.verdict.reward}; fault: {trajectory.fault or 'none'}.",
        "",
        "## Accounts",
        "",
        "| what | here | there |",
        "|---|---|---|",
        *(f"| {name} | {ours:g} | {other:g} |" for name, ours, other in accounts(shown)),
        "",
        f"Turns {usage.num_turns}, tool calls {usage.num_tool_calls}, refused {usage.num_tool_errors}"
        f"; seconds {usage.seconds:.1f}: "
        + ", ".join(f"{name} {value:.2f}" for name, value in usage.stages.model_dump().items())
        + ".",
        f"Replies of the user model that could not stand: {trajectory.user_refusals or 'none'}.",
        "",
        "## Transcript",
        "",
    ]
    for message in trajectory.messages:
        said = message.content or message.malformed or ""
        calls = "".join(f" [call {one.name}({one.arguments})]" for one in message.tool_calls or ())
        lines += [f"**{message.role}**: {' '.join(said.split())[:400]!r}{calls}", ""]
    return "\n".join(lines)


def main() -> int:
    """Play, print, and check the accounts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agent-url", required=True)
    parser.add_argument("--agent-model", type=Path, required=True, help="the folder vLLM serves")
    parser.add_argument("--user-url", required=True)
    parser.add_argument("--user-name", default="user")
    parser.add_argument("--turns", type=int, default=8)
    parser.add_argument("--tokens", type=int, default=48, help="of a turn, at most")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--patience", type=float, default=300.0)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    shown = asyncio.run(play(given))
    text = report(shown, ["python", "deploy/bench/engines/real_episode.py", *sys.argv[1:]])
    print(text)
    if given.out:
        given.out.write_text(text)
    wrong = [name for name, ours, other in accounts(shown) if ours != other]
    for name in wrong:
        print(f"does not add up: {name}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
