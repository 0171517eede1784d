"""Laws of attempts that run in a cluster, with an API server that behaves well and badly."""

import asyncio
from pathlib import Path

import pytest

from seawright_shared.errors import ConflictError, ForbiddenError, UnavailableError
from seawright_trainer.adapters.kubernetes_api import NUM_TRIES
from seawright_trainer.adapters.kubernetes_launcher import KubernetesAttempt, KubernetesLauncher
from seawright_trainer.core.attempts import AttemptConfig, ExitCode, Outcome
from seawright_trainer.core.rank_manifests import attempt_labels
from tests.support.fake_cluster import FakeCluster
from tests.unit.trainer.core.test_rank_manifests import config_of, places_of

pytestmark = pytest.mark.anyio
KINDS = pytest.mark.parametrize("backend", ["job", "jobset"])
AWAY = (503, "etcd has no leader")


@pytest.fixture
def config(tmp_path: Path) -> AttemptConfig:
    return config_of(16).model_copy(update={"outcome_dir": str(tmp_path / "attempt_2")})


def launcher_at(cluster: FakeCluster, backend: str = "job") -> KubernetesLauncher:
    return KubernetesLauncher(api=cluster.api, places=places_of(backend), look_seconds=0)


async def launched(
    cluster: FakeCluster, config: AttemptConfig, backend: str = "job"
) -> KubernetesAttempt:
    """Launch while the controller starts both pods as soon as it sees the attempt."""
    kind = f"{backend}s"

    def controller(_: int) -> None:
        if not cluster.pods and any(each == kind for each, _ in cluster.objects):
            cluster.run_pods(kind, 2)

    cluster.looked = controller
    attempt = await launcher_at(cluster, backend).launch(config)
    cluster.looked = lambda _: None
    return attempt


@KINDS
async def test_an_attempt_that_completes_is_done(config: AttemptConfig, backend: str):
    cluster = FakeCluster()
    attempt = await launched(cluster, config, backend)
    written = Path(config.outcome_dir) / "config.json"
    assert AttemptConfig.model_validate_json(written.read_bytes()) == config
    cluster.end(f"{backend}s", "Complete" if backend == "job" else "Completed")
    assert (await attempt.wait()).exit_code == ExitCode.DONE


async def test_a_jobs_pods_have_a_service_that_goes_with_it(config: AttemptConfig):
    cluster = FakeCluster()
    await launched(cluster, config)
    (owner,) = cluster.only("services")["metadata"]["ownerReferences"]
    assert owner["uid"] == cluster.only("jobs")["metadata"]["uid"]


async def test_what_a_rank_wrote_is_why_it_ended(config: AttemptConfig):
    cluster = FakeCluster()
    attempt = await launched(cluster, config)
    said = Outcome(rank=3, exit_code=ExitCode.CONFIG, code="invalid-request", message="no model")
    (Path(config.outcome_dir) / "rank_3.json").write_text(said.model_dump_json())
    cluster.end("jobs", "Failed", reason="PodFailurePolicy")
    assert await attempt.wait() == said


async def test_an_evicted_pod_is_named_with_its_reason(config: AttemptConfig):
    cluster = FakeCluster()
    attempt = await launched(cluster, config)
    cluster.pods[1]["status"] = {"phase": "Failed", "reason": "Evicted", "message": "memory"}
    cluster.end("jobs", "Failed", reason="PodFailurePolicy")
    outcome = await attempt.wait()
    assert (outcome.exit_code, outcome.message) == (ExitCode.FAULT, "pod pod-1: Evicted: memory")


async def test_a_killed_container_is_named_with_its_status(config: AttemptConfig):
    cluster = FakeCluster()
    attempt = await launched(cluster, config)
    ended = {"state": {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}}
    cluster.pods[0]["status"] = {"phase": "Failed", "containerStatuses": [ended]}
    cluster.end("jobs", "Failed")
    assert (await attempt.wait()).message == "pod pod-0: OOMKilled, status 137"


async def test_an_attempt_that_somebody_removed_has_died(config: AttemptConfig):
    cluster = FakeCluster()
    attempt = await launched(cluster, config)
    cluster.objects.clear()
    assert (await attempt.wait()).exit_code == ExitCode.FAULT


async def test_a_launch_waits_for_a_queue_as_long_as_that_takes(config: AttemptConfig):
    cluster = FakeCluster()

    def controller(num_calls: int) -> None:
        if num_calls == 40:
            cluster.run_pods("jobs", 2, "Pending")
        if num_calls == 80:
            cluster.run_pods("jobs", 2)

    cluster.looked = controller
    await launcher_at(cluster).launch(config)
    assert len(cluster.calls) >= 80


async def test_a_launch_that_is_cancelled_leaves_nothing(config: AttemptConfig):
    cluster = FakeCluster()
    task = asyncio.ensure_future(launcher_at(cluster).launch(config))

    def controller(num_calls: int) -> None:
        if num_calls == 10:
            task.cancel()

    cluster.looked = controller
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not [kind for kind, _ in cluster.objects if kind == "jobs"]


async def test_an_answer_that_was_lost_is_found_again(config: AttemptConfig):
    cluster = FakeCluster()
    first = await launched(cluster, config)
    again = await launched(cluster, config)
    assert first.config == again.config
    assert cluster.calls.count("POST jobs") == 2


async def test_a_name_that_is_somebody_elses_is_a_conflict(config: AttemptConfig):
    cluster = FakeCluster()
    await launched(cluster, config)
    cluster.only("jobs")["metadata"]["labels"] = {}
    with pytest.raises(ConflictError, match="already exists"):
        await launched(cluster, config)
    assert cluster.only("jobs"), "and is left alone"


async def test_what_the_account_may_not_do_is_said_in_the_clusters_words(config: AttemptConfig):
    cluster = FakeCluster(faults=[(403, "jobs.batch is forbidden")])
    with pytest.raises(ForbiddenError, match=r"403 to POST .*: jobs.batch is forbidden"):
        await launcher_at(cluster).launch(config)
    assert cluster.calls == ["POST jobs"], "asking again would not help"


async def test_a_cluster_that_is_away_for_a_moment_is_asked_again(config: AttemptConfig):
    cluster = FakeCluster(faults=[AWAY] * (NUM_TRIES - 1))
    await launched(cluster, config)
    assert cluster.calls.count("POST jobs") == NUM_TRIES


async def test_a_cluster_that_stays_away_fails_the_launch(config: AttemptConfig):
    cluster = FakeCluster(faults=[AWAY] * 100)
    with pytest.raises(UnavailableError, match="etcd has no leader"):
        await launcher_at(cluster).launch(config)


async def test_ranks_go_on_while_the_cluster_cannot_be_asked(config: AttemptConfig):
    cluster = FakeCluster()
    attempt = await launched(cluster, config)
    cluster.end("jobs", "Complete")
    cluster.faults = [AWAY] * (3 * NUM_TRIES)
    assert (await attempt.wait()).exit_code == ExitCode.DONE


async def test_a_stopped_attempt_is_gone_and_stopping_again_is_harmless(config: AttemptConfig):
    cluster = FakeCluster()
    attempt = await launched(cluster, config)
    await attempt.stop()
    await attempt.stop()
    assert not [kind for kind, _ in cluster.objects if kind == "jobs"]
    assert await cluster.api.pods(attempt_labels(config)) == []
