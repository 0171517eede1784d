"""The orchestrator's routes over ASGI: what is refused first, then what is promised."""

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from seawright_shared.contracts.orchestrator import EpisodeRequest, TaskSampleRequest
from seawright_shared.errors import ConflictError, InvalidRequestError, NotFoundError
from seawright_shared.records.datasets import DatasetVersion
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.specs import DatasetSpec, EvaluationSpec, RolloutStreamSpec
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import AgentSpec
from seawright_shared.records.verdicts import Attribution
from seawright_shared.stores.traces import decode_trace
from tests.contract.orchestrator_house import DATABASE, House, ended, opened, synthesis_spec

pytestmark = pytest.mark.anyio

ORACLE = AgentSpec(kind="scripted")
POLICY = AgentSpec(kind="policy", model="tiny", domain_policy="none")
SPEC = synthesis_spec().model_dump(mode="json")
SCRIPTED = {"kind": "scripted"}


@dataclass(frozen=True)
class Furnished:
    """A house in which one synthesis run has succeeded."""

    house: House
    run_id: str
    tasks: list[Task]
    rl: DatasetVersion


@pytest.fixture(scope="module")
async def furnished(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Furnished]:
    async with opened(tmp_path_factory.mktemp("house")) as house:
        spec = synthesis_spec(num_streams=1, candidates_per_iteration=60)
        run = await house.client.start_synthesis(spec)
        assert await ended(house.client, run.id) == JobStatus.SUCCEEDED
        tasks = (await house.client.tasks(run_id=run.id, limit=200)).data
        assert len(tasks) >= 4
        rl = await house.client.create_dataset(
            DatasetSpec(name="rl", kind="rl_tasks", synthesis_run_ids=[run.id])
        )
        yield Furnished(house=house, run_id=run.id, tasks=tasks, rl=rl)


REFUSED: list[tuple[str, str, Any, int, str]] = [
    ("POST", "/v1/synthesis-runs", {**SPEC, "num_streams": 0}, 422, "/num_streams"),
    ("POST", "/v1/synthesis-runs", {**SPEC, "num_strems": 1}, 422, "/num_strems"),
    ("POST", "/v1/synthesis-runs", {**SPEC, "domain": "spacecraft"}, 422, "/database/domain"),
    ("POST", "/v1/synthesis-runs", {**SPEC, "goals": ["fly"]}, 422, "/goals"),
    ("POST", "/v1/synthesis-runs", [], 422, ""),
    (
        "POST",
        "/v1/synthesis-runs",
        {**SPEC, "domain": "x", "database": {"domain": "x"}},
        422,
        "/domain",
    ),
    ("POST", "/v1/evaluation-runs", {"name": "e", "agent": SCRIPTED}, 422, "/task_ids"),
    (
        "POST",
        "/v1/evaluation-runs",
        {"name": "e", "agent": SCRIPTED, "task_ids": ["task_none"]},
        422,
        "/task_ids",
    ),
    (
        "POST",
        "/v1/evaluation-runs",
        {"name": "e", "agent": SCRIPTED, "dataset_id": "ds_none"},
        422,
        "/dataset_id",
    ),
    (
        "POST",
        "/v1/evaluation-runs",
        {"name": "e", "agent": {"model": "nobody"}, "task_ids": ["task_none"]},
        422,
        "/agent/model",
    ),
    (
        "POST",
        "/v1/datasets",
        {"name": "d", "kind": "rl_tasks", "synthesis_run_ids": ["srun_none"]},
        422,
        "/synthesis_run_ids/0",
    ),
    ("POST", "/v1/datasets", {"name": "d", "kind": "x", "synthesis_run_ids": []}, 422, "/kind"),
    (
        "POST",
        "/v1/task-samples",
        {"synthesis_run_id": "srun_none", "num": 1},
        422,
        "/synthesis_run_id",
    ),
    (
        "POST",
        "/v1/rollout-streams",
        {"training_run_id": "t", "dataset_id": "ds_none", "agent": {}},
        422,
        "/dataset_id",
    ),
    ("PUT", "/v1/episodes/ep_1", {"task_id": "task_none", "agent": SCRIPTED}, 422, "/task_id"),
    ("PUT", "/v1/rollout-streams/rstr_none/credits", {"granted": -1}, 422, "/granted"),
    ("PUT", "/v1/rollout-streams/rstr_none/credits", {"granted": 1}, 404, ""),
    ("GET", "/v1/tasks?cursor=nonsense", None, 422, "query:cursor"),
    ("GET", "/v1/tasks?limit=0", None, 422, "query:limit"),
    ("GET", "/v1/tasks/task_none", None, 404, ""),
    ("GET", "/v1/synthesis-runs/srun_none", None, 404, ""),
    ("GET", "/v1/synthesis-runs/srun_none/rejects", None, 404, ""),
    ("GET", "/v1/synthesis-runs/srun_none/events", None, 404, ""),
    ("POST", "/v1/synthesis-runs/srun_none/cancel", None, 404, ""),
    ("POST", "/v1/synthesis-runs/srun_none/explode", None, 422, ""),
    ("GET", "/v1/evaluation-runs/srun_none", None, 404, ""),
    ("GET", "/v1/datasets/ds_none/items", None, 404, ""),
    ("GET", "/v1/episodes/ep_none", None, 404, ""),
    ("GET", "/v1/trajectories/traj_none/trace", None, 404, ""),
    ("GET", "/v1/rollout-streams/rstr_none/groups", None, 404, ""),
    (
        "GET",
        "/v1/rollout-streams/rstr_none/groups?wait_seconds=1e9",
        None,
        422,
        "query:wait_seconds",
    ),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "pointer"), REFUSED)
async def test_bad_input_gets_a_problem_that_names_the_field(
    furnished: Furnished, method: str, path: str, body: Any, status: int, pointer: str
):
    response = await furnished.house.http.request(
        method, path, json=body, headers={"idempotency-key": f"{method}{path}{body}"[:150]}
    )
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    if pointer:
        assert pointer in [one["pointer"] for one in problem["errors"]]
        assert all(one["detail"] for one in problem["errors"])


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b'{"seed": NaN}', b"[" * 5000])
async def test_a_body_that_is_no_json_is_refused(furnished: Furnished, content: bytes):
    response = await furnished.house.http.post(
        "/v1/synthesis-runs", content=content, headers={"idempotency-key": "ugly"}
    )
    assert 400 <= response.status_code < 500
    assert response.json()["detail"]


@pytest.mark.parametrize("path", ["/v1/synthesis-runs", "/v1/evaluation-runs"])
async def test_starting_a_run_needs_an_idempotency_key(furnished: Furnished, path: str):
    body = SPEC
    if "evaluation" in path:
        body = {"name": "e", "agent": SCRIPTED, "task_ids": [furnished.tasks[0].id]}
    response = await furnished.house.http.post(path, json=body)
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "header:idempotency-key"


async def test_a_repeated_create_is_answered_with_the_first_run(furnished: Furnished):
    house = furnished.house
    spec = EvaluationSpec(name="once", agent=ORACLE, task_ids=[furnished.tasks[0].id], num_trials=1)
    first = await house.client.start_evaluation(spec, idempotency_key="once")
    again = await house.client.start_evaluation(spec, idempotency_key="once")
    assert first.id == again.id
    other = spec.model_copy(update={"seed": 9})
    with pytest.raises(InvalidRequestError):
        await house.client.start_evaluation(other, idempotency_key="once")


async def test_a_created_run_says_where_it_is(furnished: Furnished):
    body = {"name": "e", "agent": SCRIPTED, "task_ids": [furnished.tasks[0].id]}
    response = await furnished.house.http.post(
        "/v1/evaluation-runs", json=body, headers={"idempotency-key": "where"}
    )
    assert response.status_code == 202
    assert response.headers["location"] == f"/v1/evaluation-runs/{response.json()['id']}"


async def test_every_candidate_was_accepted_or_rejected_with_its_reason(furnished: Furnished):
    client = furnished.house.client
    report = await client.synthesis_report(furnished.run_id)
    iterations = [one for stream in report.streams for one in stream.iterations]
    assert report.run.num_iterations_done == len(iterations) == 2
    assert sum(one.num_accepted for one in iterations) == len(furnished.tasks)
    assert report.run.num_tasks == len(furnished.tasks)
    rejects = (await client.rejects(furnished.run_id, limit=200)).data
    asked = sum(one.num_candidates for one in iterations)
    assert len(rejects) + len(furnished.tasks) >= asked
    assert all(not one.verdict.ok and one.verdict.failure_class for one in rejects)


async def test_pages_of_rejects_join_without_holes_or_repeats(furnished: Furnished):
    client = furnished.house.client
    whole = (await client.rejects(furnished.run_id, limit=200)).data
    joined: list[str] = []
    cursor = None
    while True:
        page = await client.rejects(furnished.run_id, cursor=cursor, limit=7)
        joined += [one.draft_id for one in page.data]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert joined == [one.draft_id for one in whole]


async def test_tasks_are_found_by_goal_and_pages_join(furnished: Furnished):
    client = furnished.house.client
    goal = furnished.tasks[0].goal_types[0]
    found = (await client.tasks(run_id=furnished.run_id, goal_type=goal, limit=200)).data
    assert {one.id for one in found} == {
        one.id for one in furnished.tasks if goal in one.goal_types
    }
    first = await client.tasks(run_id=furnished.run_id, limit=3)
    rest = await client.tasks(run_id=furnished.run_id, limit=200, cursor=first.next_cursor)
    assert [one.id for one in first.data + rest.data] == [one.id for one in furnished.tasks]
    assert (await client.task(found[0].id)) == found[0]


async def test_an_accepted_task_was_played_to_reward_one_before_it_was_accepted(
    furnished: Furnished,
):
    episodes = (await furnished.house.client.episodes(run_id=furnished.run_id, limit=200)).data
    won = {one.task_id for one in episodes if one.verdict and one.verdict.reward == 1.0}
    assert won == {one.id for one in furnished.tasks}


async def test_a_run_that_has_ended_cannot_be_cancelled_paused_or_resumed(furnished: Furnished):
    for verb in ("cancel", "pause", "resume"):
        with pytest.raises(ConflictError):
            await furnished.house.client.synthesis_verb(furnished.run_id, verb)


async def test_events_are_numbered_without_holes_and_resume_where_they_stopped(
    furnished: Furnished,
):
    client, http = furnished.house.client, furnished.house.http
    events = (await client.events(furnished.run_id)).data
    assert [one.sequence for one in events] == list(range(1, len(events) + 1))
    assert [one.type for one in events] == [
        "run.created",
        "run.started",
        "iteration.finished",
        "iteration.finished",
        "run.succeeded",
    ]
    headers = {"accept": "text/event-stream", "last-event-id": "3"}
    stream = await http.get(f"/v1/synthesis-runs/{furnished.run_id}/events", headers=headers)
    ids = [line for line in stream.text.splitlines() if line.startswith("id: ")]
    assert ids == ["id: 4", "id: 5"]


async def test_dialogues_are_what_the_agent_saw_and_begin_with_the_greeting(furnished: Furnished):
    client = furnished.house.client
    spec = DatasetSpec(
        name="sft", kind="agent_sft", synthesis_run_ids=[furnished.run_id], domain_policy="none"
    )
    version = await client.create_dataset(spec)
    dialogues = (await client.dataset_dialogues(version.id)).data
    assert version.num_items == len(dialogues) > 0
    for one in dialogues:
        assert one.messages[0].role == "assistant"
        assert one.messages[1].role == "user"
        assert one.tools
        assert all(tool.requestor == "assistant" for tool in one.tools)
        assert "Policy" not in one.system
    full = await client.create_dataset(spec.model_copy(update={"domain_policy": "full"}))
    assert full.id != version.id
    assert "# Policy" in (await client.dataset_dialogues(full.id)).data[0].system


async def test_the_same_spec_makes_the_same_dataset_version(furnished: Furnished):
    client = furnished.house.client
    spec = DatasetSpec(name="rl", kind="rl_tasks", synthesis_run_ids=[furnished.run_id])
    assert (await client.create_dataset(spec)).id == furnished.rl.id
    items = (await client.dataset_tasks(furnished.rl.id)).data
    assert {one.id for one in items} == {one.id for one in furnished.tasks}
    capped = await client.create_dataset(spec.model_copy(update={"max_per_signature": 1}))
    kept = (await client.dataset_tasks(capped.id)).data
    signatures = [" ".join(action.name for action in one.golden_actions) for one in kept]
    assert len(set(signatures)) == len(signatures)


async def test_user_dialogues_hold_what_the_user_saw(furnished: Furnished):
    client = furnished.house.client
    spec = DatasetSpec(name="user", kind="user_sft", synthesis_run_ids=[furnished.run_id])
    version = await client.create_dataset(spec)
    for one in (await client.dataset_dialogues(version.id)).data:
        assert {message.role for message in one.messages} == {"assistant", "user"}
        assert not any(message.tool_calls for message in one.messages)


async def test_held_out_tasks_share_no_customer_with_any_dataset(furnished: Furnished):
    client = furnished.house.client
    request = TaskSampleRequest(synthesis_run_id=furnished.run_id, num=4, seed=3, balanced=False)
    drawn = await client.sample_tasks(request)
    assert drawn.task_ids == [one.id for one in drawn.tasks]
    assert 0 < len(drawn.tasks) <= 4
    train = {one.customer_id for one in furnished.tasks}
    assert not train & {one.customer_id for one in drawn.tasks}
    held = (await client.tasks(is_heldout=True, limit=200)).data
    assert {one.id for one in held} == set(drawn.task_ids)
    assert (await client.sample_tasks(request)).id == drawn.id
    again = await client.create_dataset(
        DatasetSpec(name="rl", kind="rl_tasks", synthesis_run_ids=[furnished.run_id])
    )
    assert again.id == furnished.rl.id


async def test_the_oracle_passes_every_trial_and_its_slips_do_not(furnished: Furnished):
    client = furnished.house.client
    ids = [one.id for one in furnished.tasks[:6]]
    spec = EvaluationSpec(name="oracle", agent=ORACLE, task_ids=ids, num_trials=3)
    run = await client.start_evaluation(spec)
    assert await ended(client, run.id) == JobStatus.SUCCEEDED
    done = await client.evaluation_run(run.id)
    assert done.report is not None
    assert done.num_episodes_done == done.num_episodes == done.report.num_episodes == 18
    assert sorted(done.report.pass_hat) == [1, 2, 3]
    assert all(one.value == 1.0 for one in done.report.pass_hat.values())
    slippery = AgentSpec(kind="scripted", slip_rate=1.0)
    run = await client.start_evaluation(spec.model_copy(update={"agent": slippery}))
    assert await ended(client, run.id) == JobStatus.SUCCEEDED
    worse = (await client.evaluation_run(run.id)).report
    assert worse is not None
    assert worse.pass_hat[1].value < 1.0
    failed = (await client.episodes(run_id=run.id, is_success=False, limit=200)).data
    assert failed
    assert all(one.verdict and one.verdict.attribution == Attribution.AGENT for one in failed)
    assert all(one.trajectory and one.trajectory.slips for one in failed)


async def test_a_useless_model_scores_zero_and_its_tokens_are_kept(furnished: Furnished):
    client = furnished.house.client
    spec = EvaluationSpec(
        name="tiny", agent=POLICY, dataset_id=furnished.rl.id, num_trials=1, max_turns=8
    )
    run = await client.start_evaluation(spec)
    assert await ended(client, run.id) == JobStatus.SUCCEEDED
    report = (await client.evaluation_run(run.id)).report
    assert report is not None
    assert report.pass_hat[1].value == 0.0
    assert report.num_excluded == 0
    episode = (await client.episodes(run_id=run.id)).data[0]
    assert episode.trajectory is not None
    trace = decode_trace(await client.trace(episode.trajectory.id))
    assert int(trace.loss_mask.sum()) == 3 * len(trace) // 4
    assert episode.trajectory.min_version == episode.trajectory.max_version == 3


async def test_the_model_is_told_only_what_is_new_and_its_context_travels_untouched(
    furnished: Furnished,
):
    house = furnished.house
    house.policy.requests.clear()
    request = EpisodeRequest(task_id=furnished.tasks[0].id, agent=POLICY, max_turns=6)
    await house.client.play_episode("ep_told", request)
    await finished_episode(house, "ep_told")
    first, *later = house.policy.requests
    assert [one["role"] for one in first["messages"]] == ["system", "assistant", "user"]
    assert first["context"] is None
    assert first["tools"]
    assert later
    for one in later:
        assert [message["role"] for message in one["messages"]] == ["user"]
        assert one["context"] is not None
        assert one["tools"] == []
    assert len({one["sampling"]["seed"] for one in house.policy.requests}) == 1 + len(later)


async def test_an_episode_is_idempotent_by_its_id(furnished: Furnished):
    client = furnished.house.client
    request = EpisodeRequest(task_id=furnished.tasks[0].id, agent=ORACLE)
    await client.play_episode("ep_mine", request)
    episode = await finished_episode(furnished.house, "ep_mine")
    assert episode.verdict.reward == 1.0
    again = await client.play_episode("ep_mine", request)
    assert again.trajectory == episode.trajectory
    with pytest.raises(ConflictError):
        await client.play_episode("ep_mine", request.model_copy(update={"seed": 1}))
    assert await client.trajectory(episode.trajectory.id) == episode.trajectory
    with pytest.raises(NotFoundError, match="not sampled"):
        await client.trace(episode.trajectory.id)


async def test_groups_come_in_order_without_holes_and_credits_are_cumulative(
    furnished: Furnished,
):
    client = furnished.house.client
    spec = RolloutStreamSpec(
        training_run_id="trun_1",
        dataset_id=furnished.rl.id,
        agent=POLICY,
        group_size=2,
        max_turns=4,
    )
    stream = await client.open_rollout_stream(spec)
    assert (await client.groups(stream.id, wait_seconds=0.05)).groups == []
    await client.grant_credits(stream.id, 3)
    await client.grant_credits(stream.id, 3)
    assert (await client.grant_credits(stream.id, 1)).granted == 3
    for endless in (10**6, 10**30):
        with pytest.raises(InvalidRequestError, match="one request may add") as refused:
            await client.grant_credits(stream.id, endless)
        assert [field.pointer for field in refused.value.errors] == ["/granted"]
    assert (await client.rollout_stream(stream.id)).granted == 3
    assert (await client.groups(stream.id, after=10**30)).groups == []
    groups = []
    while len(groups) < 3:
        page = await client.groups(
            stream.id, after=groups[-1].sequence if groups else 0, wait_seconds=10
        )
        assert page.groups, "no group came within the wait"
        groups += page.groups
    assert [one.sequence for one in groups] == [1, 2, 3]
    assert len({one.id for one in groups}) == len({one.task_id for one in groups}) == 3
    members = [member for one in groups for member in one.members]
    assert len({one.episode_id for one in members}) == 6
    for one in members:
        assert one.reward == 0.0
        assert one.trace is not None
        assert one.num_loss_tokens == 3 * one.num_tokens // 4
        assert one.min_version == one.max_version == 3
    assert (await client.rollout_stream(stream.id)).produced == 3
    assert (await client.close_rollout_stream(stream.id)).status == "closed"
    with pytest.raises(ConflictError):
        await client.grant_credits(stream.id, 9)
    assert (await client.groups(stream.id, after=3, wait_seconds=30)).groups == []


async def test_an_sft_dataset_feeds_no_rollouts(furnished: Furnished):
    client = furnished.house.client
    sft = await client.create_dataset(
        DatasetSpec(name="s", kind="agent_sft", synthesis_run_ids=[furnished.run_id])
    )
    spec = RolloutStreamSpec(training_run_id="t", dataset_id=sft.id, agent=POLICY)
    with pytest.raises(InvalidRequestError, match="not rl_tasks"):
        await client.open_rollout_stream(spec)


async def test_a_task_of_ones_own_is_stored_under_its_id(furnished: Furnished):
    client = furnished.house.client
    own = furnished.tasks[0].model_copy(update={"id": "task_own"})
    assert await client.put_task(own) == own
    plain = own.model_dump(mode="json")
    response = await furnished.house.http.put("/v1/tasks/task_other", json=plain)
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/id"
    with pytest.raises(ConflictError):
        await client.put_task(own.model_copy(update={"tier": own.tier + 1}))


async def test_a_paused_run_waits_and_a_resumed_one_ends(tmp_path: Path):
    async with opened(tmp_path, num_workers=0) as house:
        run = await house.client.start_synthesis(synthesis_spec(num_iterations=1))
        assert (await house.client.synthesis_verb(run.id, "pause")).status == JobStatus.PAUSED
        assert (await house.client.synthesis_verb(run.id, "pause")).status == JobStatus.PAUSED
    async with opened(tmp_path) as house:
        assert (await house.client.synthesis_run(run.id)).status == JobStatus.PAUSED
        await house.client.synthesis_verb(run.id, "resume")
        assert await ended(house.client, run.id) == JobStatus.SUCCEEDED


async def test_a_cancelled_run_ends_and_repeating_is_harmless(tmp_path: Path):
    async with opened(tmp_path, num_workers=0) as house:
        run = await house.client.start_synthesis(synthesis_spec())
        assert (await house.client.synthesis_verb(run.id, "cancel")).status == JobStatus.CANCELLED
        assert (await house.client.synthesis_verb(run.id, "cancel")).status == JobStatus.CANCELLED
        assert await ended(house.client, run.id) == JobStatus.CANCELLED
        streams = await house.client.streams(run.id)
        assert [one.index for one in streams] == [0, 1]
        assert all(one.status == JobStatus.CANCELLED for one in streams)


async def test_a_run_survives_a_peer_that_was_away(tmp_path: Path):
    async with opened(tmp_path) as house:
        spec = synthesis_spec(num_streams=1, num_iterations=1, candidates_per_iteration=40)
        house.switchboard.off.add("users")
        run = await house.client.start_synthesis(spec)
        await house.switchboard.refused.wait()
        house.switchboard.off.clear()
        assert await ended(house.client, run.id) == JobStatus.SUCCEEDED
        assert (await house.client.synthesis_run(run.id)).num_tasks > 0


async def test_two_runs_of_one_seed_accept_the_same_tasks(furnished: Furnished, tmp_path: Path):
    async with opened(tmp_path) as house:
        spec = synthesis_spec(num_streams=1, candidates_per_iteration=60)
        run = await house.client.start_synthesis(spec)
        assert await ended(house.client, run.id) == JobStatus.SUCCEEDED
        tasks = (await house.client.tasks(run_id=run.id, limit=200)).data
        assert {one.id for one in tasks} == {one.id for one in furnished.tasks}


async def test_health_and_openapi_are_served(furnished: Furnished):
    http = furnished.house.http
    assert (await http.get("/readyz")).status_code == 200
    paths = json.loads((await http.get("/openapi.json")).text)["paths"]
    assert "/v1/rollout-streams/{stream_id}/groups" in paths
    assert DATABASE.domain == "retail"


async def finished_episode(house: House, episode_id: str) -> Any:
    for _ in range(500):
        episode = await house.client.episode(episode_id)
        if episode.status.is_final:
            return episode
        await house.http.get("/livez")
    raise AssertionError("the episode does not end")


async def test_a_streams_plans_can_be_read_version_by_version_and_compared(furnished: Furnished):
    client, run_id = furnished.house.client, furnished.run_id
    (stream,) = await client.streams(run_id)
    versions = await client.plan_versions(run_id, stream.id)
    assert [one.plan for one in versions] == stream.plans
    assert await client.plan_version(run_id, stream.id, 0) == versions[0]
    diff = await client.plan_diff(run_id, stream.id, 0, versions[-1].version)
    assert [one.id for one in diff.added] == [rule.id for rule in stream.plans[-1].rules]
    with pytest.raises(NotFoundError, match="versions 0 to"):
        await client.plan_version(run_id, stream.id, 99)
    with pytest.raises(NotFoundError, match="no stream"):
        await client.plan_versions(run_id, "stream_none")
