"""Dataset versions of a real synthesis: measures, rejects, data card, exports."""

import asyncio
import importlib.util
import io
import json
import zipfile
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest

from seawright_environment.core.areal_dialogues import areal_dialogue
from seawright_environment.core.areal_rows import Cursor, Line, SftRow
from seawright_orchestrator.adapters.environment_worlds import EnvironmentJudge, EnvironmentWorlds
from seawright_orchestrator.usecases.play_baselines import PlayBaselines
from seawright_shared.clients.dataset_exports import DatasetExportsClient
from seawright_shared.clients.environment import EnvironmentClient
from seawright_shared.clients.exchange import ExchangeClient
from seawright_shared.clients.peer import Peer
from seawright_shared.contracts.dataset_exports import ExportRequest, PushRequest
from seawright_shared.contracts.exchange import TaskImportRequest
from seawright_shared.errors import ForbiddenError, NotFoundError
from seawright_shared.records.checkers import CheckerSpec
from seawright_shared.records.datasets import DatasetVersion, Dialogue
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.messages import Message, ToolCall
from seawright_shared.records.specs import DatasetSpec
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import AgentSpec, UserSpec
from tests.contract.orchestrator_house import DATABASE, House, ended, opened, synthesis_spec

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


@dataclass(frozen=True)
class Furnished:
    """A house with versions of each kind, of one run with slips."""

    house: House
    exports: DatasetExportsClient
    versions: dict[str, DatasetVersion]
    folder: Path

    async def rows(self, kind: str, config: str) -> list[dict[str, Any]]:
        """Return all rows of a config, of both splits, read from the exported files."""
        found: list[dict[str, Any]] = []
        with zipfile.ZipFile(io.BytesIO(await self.archive(kind))) as archive:
            for name in archive.namelist():
                if name.startswith(f"{config}/"):
                    found += pq.read_table(io.BytesIO(archive.read(name))).to_pylist()
        return found

    async def archive(self, kind: str, form: str = "hf") -> bytes:
        request = ExportRequest.model_validate({"format": form})
        return await self.exports.export(self.versions[kind].id, request)

    async def dialogues(self, kind: str) -> list[Dialogue]:
        page = await self.house.client.dataset_dialogues(self.versions[kind].id)
        assert page.next_cursor is None
        return page.data


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def furnished(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Furnished]:
    folder = tmp_path_factory.mktemp("datasets")
    async with opened(folder) as house:
        spec = synthesis_spec(
            candidates_per_iteration=40,
            contrast_rate=0.3,
            rollouts_per_task=3,
            agent=AgentSpec(kind="scripted", slip_rate=0.4),
            user=UserSpec(slip_rate=0.05),
        )
        run = await house.client.start_synthesis(spec)
        assert await ended(house.client, run.id) == JobStatus.SUCCEEDED
        versions: dict[str, DatasetVersion] = {}
        for kind in ("rl_tasks", "agent_sft", "user_sft"):
            wanted = {"name": kind, "kind": kind, "synthesis_run_ids": [run.id], "test_share": 0.3}
            versions[kind] = await house.client.create_dataset(DatasetSpec.model_validate(wanted))
        exports = DatasetExportsClient(house.client.peer)
        yield Furnished(house=house, exports=exports, versions=versions, folder=folder)


async def test_the_manifest_accounts_for_every_candidate(furnished: Furnished):
    report = furnished.versions["rl_tasks"].report
    assert report is not None
    funnel = report.funnel
    assert funnel.num_candidates == 160
    assert sum(row.num for row in funnel.rejects) + funnel.num_accepted == 160
    left = funnel.num_accepted - funnel.num_unwanted - funnel.num_duplicates - funnel.num_over_caps
    assert left == funnel.num_items == furnished.versions["rl_tasks"].num_items
    assert report.lineage[0].plan_ids
    assert report.num_selftested == funnel.num_items
    assert all(row.killed >= row.mutants * 0.95 for style in report.kills for row in style.kills), (
        "the gate refuses weaker checkers"
    )


async def test_no_task_rewards_a_policy_that_does_not_read_it(furnished: Furnished):
    for version in furnished.versions.values():
        assert version.report is not None
        assert {one.policy: one.num_passed for one in version.report.baselines} == {
            "noop": 0,
            "refuse": 0,
            "transfer": 0,
            "greedy": 0,
        }
        assert {one.num_tasks for one in version.report.baselines} == {version.num_tasks}


async def test_checkers_without_evidence_are_found_out_by_the_baselines(furnished: Furnished):
    peer = Peer("http://environment", transport=furnished.house.switchboard)
    environment = EnvironmentClient(peer)
    play = PlayBaselines(
        worlds=EnvironmentWorlds(client=environment),
        judge=EnvironmentJudge(client=environment),
        slots=asyncio.Semaphore(4),
    )
    version = furnished.versions["rl_tasks"].id
    tasks = (await furnished.house.client.dataset_tasks(version)).data
    refusals = [task for task in tasks if task.outcome == "refuse"][:3]
    bare = CheckerSpec(never_called=["cancel*", "modify*", "return*", "exchange*"])
    blind = [task.model_copy(update={"checker": bare}) for task in refusals]
    found = {one.policy: one.share for one in await play(blind)}
    await peer.aclose()
    assert found["noop"] == found["refuse"] == found["transfer"] == 1.0


async def test_rejects_are_browsed_by_the_reasons_of_the_funnel(furnished: Furnished):
    version = furnished.versions["rl_tasks"]
    assert version.report is not None
    for row in version.report.funnel.rejects[:3]:
        found: list[str] = []
        cursor: str | None = None
        while True:
            page = await furnished.exports.rejects(
                version.id,
                stage=row.stage,
                cause=row.cause,
                attribution=row.attribution,
                cursor=cursor,
                limit=3,
            )
            found += [one.draft_id for one in page.data]
            if (cursor := page.next_cursor) is None:
                break
        assert len(found) == row.num
        assert all(one.verdict.stage == row.stage for one in page.data)
    assert (await furnished.exports.rejects(version.id, stage="no such stage")).data == []


async def test_equal_versions_give_equal_bytes(furnished: Furnished):
    for form in ("hf", "tau2"):
        first, again = [await furnished.archive("rl_tasks", form) for _ in range(2)]
        assert first == again
    await furnished.house.client.create_dataset(furnished.versions["rl_tasks"].spec or _none())
    assert await furnished.archive("rl_tasks") == await furnished.archive("rl_tasks")


async def test_the_same_seeds_give_the_same_dialogues_in_the_same_order(tmp_path: Path):
    async with opened(tmp_path) as house:
        chosen: list[list[list[Message]]] = []
        for _ in range(2):
            run = await house.client.start_synthesis(
                synthesis_spec(candidates_per_iteration=40, rollouts_per_task=2)
            )
            assert await ended(house.client, run.id) == JobStatus.SUCCEEDED
            version = await house.client.create_dataset(
                DatasetSpec(name="sft", kind="agent_sft", synthesis_run_ids=[run.id], max_items=9)
            )
            page = await house.client.dataset_dialogues(version.id)
            chosen.append([one.messages for one in page.data])
        assert len(chosen[0]) == 9
        assert chosen[0] == chosen[1]


def _none() -> DatasetSpec:
    raise AssertionError("the manifest holds its spec")


async def test_turns_of_the_agent_come_back_as_the_dialogues_they_were(furnished: Furnished):
    dialogues = {one.id: one for one in await furnished.dialogues("agent_sft")}
    rows = await furnished.rows("agent_sft", "sft_turns")
    assert {row["metadata"]["source_dialog_id"] for row in rows} == dialogues.keys()
    last: dict[str, dict[str, Any]] = {}
    for row in rows:
        source, index = row["metadata"]["source_dialog_id"], row["metadata"]["turn_index"]
        whole = dialogues[source]
        assert row["answer"]["content"] == whole.messages[index].content
        assert json.loads(row["tools"]) == [tool.as_openai() for tool in whole.tools]
        if index >= last.get(source, row)["metadata"]["turn_index"]:
            last[source] = row
    for source, row in last.items():
        whole = dialogues[source]
        place = Cursor(number=1, offset=0)
        line = Line(file="rows", text=b"", end=place)
        read = areal_dialogue(line, SftRow.model_validate(row), whole.tools)
        upto = whole.messages[: row["metadata"]["turn_index"] + 1]
        assert read.system == whole.system
        assert [plain(m) for m in read.messages] == [plain(m) for m in upto]


def plain(message: Message) -> tuple[str, str, list[tuple[str, dict[str, Any]]], bool]:
    """Return what a turn says, whatever its calls are numbered."""

    def call(one: ToolCall) -> tuple[str, dict[str, Any]]:
        return one.name, dict(one.arguments)

    calls = [call(one) for one in message.tool_calls or ()]
    return message.role, message.content or "", calls, message.error


async def test_who_is_to_learn_is_the_assistant_of_every_exported_dialogue(furnished: Furnished):
    (first, *_) = await furnished.dialogues("user_sft")
    rows = {row["id"]: row for row in await furnished.rows("user_sft", "sft_dialogs")}
    row = rows[first.id]
    assert row["role"] == "user"
    other = {"user": "assistant", "assistant": "user"}
    assert [one["role"] for one in row["messages"]] == [
        "system",
        *(other.get(one.role, one.role) for one in first.messages),
    ]


async def test_a_user_learns_nothing_from_or_after_his_own_slip(furnished: Furnished):
    client = furnished.house.client
    num_cut = 0
    for dialogue in await furnished.dialogues("user_sft"):
        trajectory = await client.trajectory(dialogue.trajectory_id)
        slips = [slip.message for slip in trajectory.slips if slip.by == "user"]
        said = [one for one in dialogue.messages if one.role == "user"]
        whole = [one for one in trajectory.messages if one.role == "user"]
        assert said == whole[: len(said)]
        if slips:
            before = [m for m in trajectory.messages[: min(slips)] if m.role == "user"]
            assert len(said) <= len(before)
            num_cut += 1
        else:
            assert said == whole, "nothing else is wrong with the scripted user"
    assert num_cut > 0


async def test_preferences_are_two_plays_of_one_task_of_which_one_passed(furnished: Furnished):
    rows = await furnished.rows("rl_tasks", "preferences")
    assert rows
    for row in rows:
        won = await furnished.house.client.trajectory(row["chosen_id"])
        lost = await furnished.house.client.trajectory(row["rejected_id"])
        assert won.task_id == lost.task_id == row["task_id"]
        assert not won.slips
        assert row["chosen"] != row["rejected"]
        assert row["prompt"][0]["role"] == "system"


async def test_whole_tasks_and_their_checkers_come_back_from_the_files(furnished: Furnished):
    version = furnished.versions["rl_tasks"]
    stored = (await furnished.house.client.dataset_tasks(version.id)).data
    rows = await furnished.rows("rl_tasks", "tasks")
    read = {row["id"]: Task.model_validate_json(row["document"]) for row in rows}
    assert read == {task.id: task for task in stored}
    checkers = {row["task_id"]: row for row in await furnished.rows("rl_tasks", "checkers")}
    for task in stored:
        assert CheckerSpec.model_validate_json(checkers[task.id]["spec"]) == task.checker
    rejected = await furnished.rows("rl_tasks", "rejected")
    assert version.report is not None
    assert len(rejected) == sum(row.num for row in version.report.funnel.rejects)


async def test_no_pair_is_split_and_whole_ones_are_there(furnished: Furnished):
    sides: dict[str, set[str]] = {}
    with zipfile.ZipFile(io.BytesIO(await furnished.archive("rl_tasks"))) as archive:
        for name in archive.namelist():
            if name.startswith("tasks/"):
                for row in pq.read_table(io.BytesIO(archive.read(name))).to_pylist():
                    if row["pair"]:
                        sides.setdefault(row["pair"], set()).add(name)
    assert sides
    assert all(len(names) == 1 for names in sides.values())


async def test_tau2_files_are_read_again_as_tasks_on_their_own_database(furnished: Furnished):
    with zipfile.ZipFile(io.BytesIO(await furnished.archive("rl_tasks", "tau2"))) as archive:
        (folder,) = {name.split("/")[1] for name in archive.namelist() if "/" in name}
        parts = {
            name: json.loads(archive.read(f"domains/{folder}/{name}.json"))
            for name in ("tasks", "split_tasks", "db")
        }
    ids = [document["id"] for document in parts["tasks"]]
    splits = parts["split_tasks"]
    assert sorted(splits["train"] + splits["test"]) == sorted(splits["base"]) == sorted(ids)
    peer = Peer("http://environment", transport=furnished.house.switchboard)
    request = TaskImportRequest(domain="retail", documents=parts["tasks"], database=DATABASE)
    read = await ExchangeClient(peer).import_tasks(request)
    await peer.aclose()
    assert len(read.tasks) == len(ids)
    assert {"users", "orders", "products"} <= parts["db"].keys()


async def test_the_card_is_served_and_is_the_readme_of_the_export(furnished: Furnished):
    version = furnished.versions["rl_tasks"]
    card = await furnished.exports.card(version.id)
    with zipfile.ZipFile(io.BytesIO(await furnished.archive("rl_tasks"))) as archive:
        assert card in archive.read("README.md").decode()
    with pytest.raises(NotFoundError):
        await furnished.exports.card("ds_none")


async def test_a_push_without_a_token_is_refused_before_anything_is_written(furnished: Furnished):
    version = furnished.versions["rl_tasks"].id
    with pytest.raises(ForbiddenError, match="HF_TOKEN"):
        await furnished.exports.push(version, PushRequest(repo_id="me/set"))


async def test_an_export_of_an_unknown_form_is_refused(furnished: Furnished):
    version = furnished.versions["rl_tasks"].id
    answer: httpx.Response = await furnished.house.http.post(
        f"/v1/datasets/{version}/exports", json={"format": "csv"}
    )
    assert answer.status_code == 422


@pytest.mark.skipif(importlib.util.find_spec("datasets") is None, reason="datasets is not here")
async def test_the_datasets_library_reads_every_config(furnished: Furnished, tmp_path: Path):
    import datasets  # pyright: ignore[reportMissingImports]

    with zipfile.ZipFile(io.BytesIO(await furnished.archive("rl_tasks"))) as archive:
        archive.extractall(tmp_path / "set")
    names = datasets.get_dataset_config_names(str(tmp_path / "set"))
    for name in names:
        read = datasets.load_dataset(str(tmp_path / "set"), name, cache_dir=str(tmp_path / "c"))
        assert sum(len(split) for split in read.values()) > 0
