"""Traces: an episode's spans are one tree, over all services, and hold nothing of its contents."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from seawright_shared.contracts.orchestrator import EpisodeRequest
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import AgentSpec
from seawright_shared.telemetry.exporting import tracing_to
from seawright_shared.telemetry.tracing import trace_id_of
from tests.contract.orchestrator_house import FakePolicy, House, ended, opened, synthesis_spec

pytestmark = pytest.mark.anyio

POLICY = AgentSpec(kind="policy", model="tiny", domain_policy="none")
ORACLE = AgentSpec(kind="scripted")


@dataclass(slots=True)
class ListeningPolicy(FakePolicy):
    """A policy that keeps what traces it was told of."""

    parents: list[str] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.parents.append(request.headers.get("traceparent", ""))
        return FakePolicy.__call__(self, request)


@dataclass(frozen=True)
class Traced:
    house: House
    policy: ListeningPolicy
    task: Task
    exporter: InMemorySpanExporter

    async def play(self, episode_id: str, agent: AgentSpec) -> Sequence[ReadableSpan]:
        """Play an episode and return the spans of its trace."""
        self.policy.parents.clear()
        request = EpisodeRequest(task_id=self.task.id, agent=agent, max_turns=6)
        await self.house.client.play_episode(episode_id, request)
        await self.finished(episode_id)
        return self.spans(episode_id)

    async def finished(self, episode_id: str) -> None:
        for _ in range(5000):
            if (await self.house.client.episode(episode_id)).status.is_final:
                return
        raise AssertionError("the episode does not end")

    def spans(self, episode_id: str) -> list[ReadableSpan]:
        wanted = trace_id_of(episode_id)
        return [s for s in self.exporter.get_finished_spans() if ids(s)[0] == wanted]

    def roots(self, episode_id: str) -> list[ReadableSpan]:
        return [each for each in self.spans(episode_id) if each.parent is None]


@pytest.fixture(scope="module")
async def traced(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Traced]:
    exporter = InMemorySpanExporter()
    policy = ListeningPolicy()
    with tracing_to(SimpleSpanProcessor(exporter), "house"):
        async with opened(tmp_path_factory.mktemp("traces"), policy) as house:
            spec = synthesis_spec(num_streams=1, num_iterations=1, candidates_per_iteration=12)
            run = await house.client.start_synthesis(spec)
            assert await ended(house.client, run.id) == JobStatus.SUCCEEDED
            tasks = (await house.client.tasks(run_id=run.id, limit=10)).data
            yield Traced(house=house, policy=policy, task=tasks[0], exporter=exporter)


def ids(span: ReadableSpan) -> tuple[int, int]:
    """Return a span's trace and its own id."""
    assert span.context is not None
    return span.context.trace_id, span.context.span_id


def told(span: ReadableSpan, name: str) -> str:
    """Return an attribute, empty where it is not there."""
    return str((span.attributes or {}).get(name, ""))


def tree(spans: Sequence[ReadableSpan]) -> dict[str, set[str]]:
    """Return the names below each span's name; fails where there is not one root."""
    by_id = {ids(span)[1]: span for span in spans}
    roots = [span for span in spans if span.parent is None]
    assert len(roots) == 1
    below: dict[str, set[str]] = {}
    for span in spans:
        if span.parent is not None:
            below.setdefault(by_id[span.parent.span_id].name, set()).add(span.name)
    return below


async def test_an_episodes_spans_are_one_tree_over_all_services(traced: Traced):
    spans = await traced.play("ep_tree", POLICY)
    below = tree(spans)
    root = next(span for span in spans if span.parent is None)
    assert root.name == "invoke_agent retail"
    assert {"open_session", "chat tiny", "user_turn", "verify"} <= below[root.name]
    assert below["user_turn"] == {"POST /v1/user-turns"}
    assert below["open_session"] == {"POST /v1/env-sessions"}
    assert below["verify"] == {"POST /v1/verifications"}
    served = {told(s, "seawright.service") for s in spans if s.kind == SpanKind.SERVER}
    assert served == {"environment", "user_simulator"}


async def test_tool_calls_are_spans_with_the_environments_own_below(traced: Traced):
    spans = await traced.play("ep_tools", ORACLE)
    tools = {told(s, "gen_ai.tool.name") for s in spans if s.name.startswith("execute_tool")}
    assert tools
    below = tree(spans)
    for tool in tools:
        assert below[f"execute_tool {tool}"] == {"POST /v1/env-sessions/{session_id}/tool-calls"}


async def test_the_policy_is_told_the_trace_and_the_turn_that_asks(traced: Traced):
    spans = await traced.play("ep_told", POLICY)
    turns = [span for span in spans if span.name == "chat tiny"]
    parents = [parent.split("-")[1:3] for parent in traced.policy.parents]
    wanted = f"{trace_id_of('ep_told'):032x}"
    expected = [[wanted, f"{ids(turn)[1]:016x}"] for turn in turns]
    # What came before asked whether the model is served, in the trace of that request.
    assert [each for each in parents if each[0] == wanted] == expected
    assert [told(turn, "gen_ai.usage.output_tokens") for turn in turns] == ["3"] * len(turns)


async def test_attempts_at_an_episode_are_in_one_trace_and_a_failed_one_says_the_kind_of_fault(
    traced: Traced,
):
    traced.house.switchboard.off.add("users")
    request = EpisodeRequest(task_id=traced.task.id, agent=POLICY, max_turns=6)
    await traced.house.client.play_episode("ep_again", request)
    for _ in range(500):
        # A read of the database: others get their turn meanwhile.
        await traced.house.client.episode("ep_again")
        if traced.roots("ep_again"):
            break
    traced.house.switchboard.off.clear()
    await traced.finished("ep_again")
    *failed, last = traced.roots("ep_again")
    assert {told(each, "error.type") for each in failed} == {"unavailable"}
    assert {each.status.status_code.name for each in failed} == {"ERROR"}
    assert told(last, "error.type") == ""


async def test_probes_make_no_spans_and_contents_are_in_none(traced: Traced):
    await traced.play("ep_quiet", ORACLE)
    names = {span.name for span in traced.exporter.get_finished_spans()}
    assert not [name for name in names if "livez" in name or "metrics" in name]
    said = str(
        [(s.name, dict(s.attributes or {}), s.events) for s in traced.exporter.get_finished_spans()]
    )
    scenario = traced.task.scenario
    assert scenario is not None
    assert scenario.facts
    for secret in (scenario.opening, scenario.persona, *(fact.text for fact in scenario.facts)):
        assert secret not in said
