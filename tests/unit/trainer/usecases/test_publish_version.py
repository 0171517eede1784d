"""Laws of serving weights while the policy comes and goes."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from seawright_shared.contracts.policy import PublishRequest, RenderingRequest, ServedModel
from seawright_shared.contracts.trainer import TrainingRun
from seawright_shared.errors import ConflictError
from seawright_shared.records.jobs import JobStatus
from seawright_shared.records.rollouts import PolicyVersion
from seawright_shared.records.specs import ModelSpec, TrainingSpec
from seawright_shared.stores.traces import TokenTrace
from seawright_trainer.core.model_folders import ModelLimits
from seawright_trainer.core.training_runs import RunState
from seawright_trainer.usecases.publish_version import PublishVersion, ServeStart

SPEC = TrainingSpec(
    kind="grpo", model=ModelSpec(uri="/base", name="rl"), dataset_id="ds", num_steps=9
)


def version_of(number: int) -> PolicyVersion:
    return PolicyVersion(model="rl", version=number, uri=f"/step_{number}", sha256=str(number))


@dataclass
class RisingPolicy:
    """As the policy service: versions only rise, and only what was prepared is committed."""

    current: int | None = None
    prepared: set[int] = field(default_factory=set[int])
    forgets_after: int | None = None
    """Restarts, once, after so many publications."""
    overtaken_by: int | None = None
    """Commits this version when the first one is prepared, as a step's report would."""
    num_calls: int = 0

    async def served(self, name: str) -> ServedModel | None:
        if self.current is None:
            return None
        return ServedModel(name=name, current=version_of(self.current))

    async def publish(self, name: str, version: int, request: PublishRequest) -> ServedModel:
        if self.current is not None and version < self.current:
            raise ConflictError(f"version {version} is older than {self.current}")
        if request.phase == "prepare":
            self.prepared.add(version)
            self.current = self.overtaken_by if self.overtaken_by is not None else self.current
        elif version not in self.prepared:
            raise ConflictError(f"version {version} is not prepared")
        else:
            self.current = version
        self.num_calls += 1
        if self.num_calls == self.forgets_after:
            self.current, self.prepared = None, set()
        return ServedModel(name=name)

    async def renderings(self, request: RenderingRequest) -> list[TokenTrace]:
        raise AssertionError("nothing is rendered here")


@dataclass
class Versions:
    """The port, over what the run served last."""

    last: PolicyVersion
    marked: list[int] = field(default_factory=list[int])

    async def mark_served(self, run_id: str, version: PolicyVersion) -> None:
        self.marked.append(version.version)

    async def adopt_version(self, run_id: str, version: PolicyVersion) -> None: ...

    async def allocate_version(self, run_id: str, wanted: PolicyVersion) -> PolicyVersion:
        raise AssertionError("no number is needed")

    async def of_step(self, run_id: str, step: int) -> PolicyVersion | None:
        return None

    async def checkpoint_weights(self, run_id: str, step: int) -> PolicyVersion | None:
        return None

    async def current(self, run_id: str) -> PolicyVersion | None:
        return self.last


class NoWeights:
    async def limits(self, uri: str) -> ModelLimits:
        raise AssertionError("not asked here")

    async def sha256(self, uri: str) -> str:
        raise AssertionError("nothing is hashed here")


def run_at(version: int) -> RunState:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    shown = TrainingRun(
        id="trun_1",
        status=JobStatus.RUNNING,
        created_at=now,
        updated_at=now,
        spec=SPEC,
        version=version,
    )
    return RunState(
        shown=shown,
        desired="run",
        begun_attempt=1,
        num_failures=0,
        stream_id=None,
        group_cursor=0,
        num_flat_groups=0,
        rendering=None,
    )


async def restore(policy: RisingPolicy, last: int) -> Versions:
    versions = Versions(version_of(last))
    publish = PublishVersion(policy=policy, versions=versions)
    serve = ServeStart(policy=policy, versions=versions, weights=NoWeights(), publish=publish)
    await serve.restore(run_at(last))
    return versions


async def test_a_policy_that_restarts_between_the_phases_gets_both_again():
    policy, versions = RisingPolicy(forgets_after=1), Versions(version_of(3))
    await PublishVersion(policy=policy, versions=versions)("trun_1", version_of(3))
    assert policy.current == 3
    assert versions.marked == [3]


async def test_weights_that_the_policy_lost_are_served_again():
    policy = RisingPolicy()
    assert (await restore(policy, 2)).marked == [2]
    assert policy.current == 2


@pytest.mark.parametrize("current", [2, 5])
async def test_what_is_served_already_is_left_alone(current: int):
    policy = RisingPolicy(current=current)
    assert (await restore(policy, 2)).marked == []
    assert policy.num_calls == 0


async def test_a_newer_version_that_overtakes_the_restoration_is_no_conflict():
    policy = RisingPolicy(overtaken_by=3)
    assert (await restore(policy, 2)).marked == []
    assert policy.current == 3


async def test_a_real_conflict_is_raised():
    policy = RisingPolicy(current=7)
    publish = PublishVersion(policy=policy, versions=Versions(version_of(3)))
    with pytest.raises(ConflictError, match="older than 7"):
        await publish("trun_1", version_of(3))
