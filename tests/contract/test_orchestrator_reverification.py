"""Stored episodes are judged again through the real environment."""

import json
from pathlib import Path

from sqlalchemy import create_engine, text

from seawright_shared.records.jobs import JobStatus
from tests.contract.orchestrator_house import ended, opened, synthesis_spec


async def test_stored_episodes_are_judged_the_same_again_and_a_false_verdict_is_found(
    tmp_path: Path,
):
    async with opened(tmp_path) as house:
        run = await house.client.start_synthesis(
            synthesis_spec(num_streams=1, candidates_per_iteration=20)
        )
        assert await ended(house.client, run.id) == JobStatus.SUCCEEDED
        first = await house.http.post(
            "/v1/reverifications", params={"limit": 3}, json={"run_id": run.id}
        )
        page = first.json()
        assert (page["num_same"], page["num_changed"], page["has_more"]) == (3, 0, True)
        ids = [each["episode_id"] for each in page["data"]]
        again = await house.http.post(
            "/v1/reverifications",
            params={"limit": 3, "cursor": page["next_cursor"]},
            json={"run_id": run.id},
        )
        assert set(ids).isdisjoint(each["episode_id"] for each in again.json()["data"])
        falsify(tmp_path / "orchestrator.db", ids[0])
        one = (await house.http.post(f"/v1/episodes/{ids[0]}/reverify")).json()
        assert (one["outcome"], one["reason"]) == ("changed", "reward")
        assert one["stored"]["reward"] != one["now"]["reward"]
        same = (await house.http.post(f"/v1/episodes/{ids[1]}/reverify")).json()
        assert same["outcome"] == "same"
        assert (await house.http.post("/v1/episodes/ep_none/reverify")).status_code == 404


def falsify(database: Path, episode_id: str) -> None:
    """Store another reward than the one that was found."""
    engine = create_engine(f"sqlite:///{database}")
    with engine.begin() as connection:
        wanted = {"id": episode_id}
        found = connection.execute(text("select verdict from episodes where id = :id"), wanted)
        verdict = json.loads(found.scalar_one())
        verdict["reward"] = 0.25
        connection.execute(
            text("update episodes set verdict = :verdict where id = :id"),
            wanted | {"verdict": json.dumps(verdict)},
        )
    engine.dispose()
