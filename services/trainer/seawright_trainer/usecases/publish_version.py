"""Publish weights to the policy service: prepare on all, then commit."""

from dataclasses import dataclass

from seawright_shared.contracts.policy import PublishRequest
from seawright_shared.errors import ConflictError
from seawright_shared.records.rollouts import PolicyVersion
from seawright_trainer.core.model_folders import Weights
from seawright_trainer.core.ports import Policy, Versions
from seawright_trainer.core.training_runs import RunState


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishVersion:
    """Both phases are idempotent, so a publication that was interrupted is simply repeated."""

    policy: Policy
    versions: Versions

    async def __call__(self, run_id: str, version: PolicyVersion) -> None:
        """Load the weights everywhere, switch to them, and remember that they are served."""
        request = PublishRequest(
            uri=version.uri,
            sha256=version.sha256,
            phase="prepare",
            training_run_id=version.training_run_id,
            step=version.step,
        )
        try:
            await self._both_phases(version, request)
        except ConflictError:
            # A policy that restarted in between forgot what was prepared.
            await self._both_phases(version, request)
        await self.versions.mark_served(run_id, version)

    async def _both_phases(self, version: PolicyVersion, request: PublishRequest) -> None:
        await self.policy.publish(version.model, version.version, request)
        commit = request.model_copy(update={"phase": "commit"})
        await self.policy.publish(version.model, version.version, commit)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeStart:
    """Serve what an attempt starts from, before it waits for rollouts of it."""

    policy: Policy
    versions: Versions
    weights: Weights
    publish: PublishVersion

    async def __call__(self, run: RunState, step: int) -> int:
        """Return the version now served: of the checkpoint at `step`, or of the base at 0.

        Versions of a model only rise: going back to older weights gives them a new number.
        """
        return (await self.serve_weights(run, await self._wanted(run, step))).version

    async def serve_step(self, run: RunState, step: int) -> None:
        """Serve the weights that a step of this run published, or was about to."""
        wanted = await self.versions.of_step(run.shown.id, step)
        assert wanted is not None, "evaluated steps are published with their report"
        await self.serve_weights(run, wanted)

    async def serve_weights(self, run: RunState, wanted: PolicyVersion) -> PolicyVersion:
        """Serve these weights under the model's next number, or under the one they are served as."""
        served = await self.policy.served(wanted.model)
        current = None if served is None else served.current
        if current is not None:
            await self.versions.adopt_version(run.shown.id, current)
            if current.sha256 == wanted.sha256:
                return current
        version = await self.versions.allocate_version(run.shown.id, wanted)
        await self.publish(run.shown.id, version)
        return version

    async def serve_base(self, run: RunState) -> None:
        """Serve the base where the model is not served at all: its renderer is needed."""
        served = await self.policy.served(run.spec.model.name)
        if served is None or served.current is None:
            await self(run, 0)

    async def restore(self, run: RunState) -> None:
        """Serve the run's version again where the policy lost it: it was restarted."""
        if await self._is_served(run.spec.model.name, run.shown.version):
            return
        version = await self.versions.current(run.shown.id)
        if version is None:
            return
        try:
            await self.publish(run.shown.id, version)
        except ConflictError:
            # A step that was reported meanwhile has published newer weights.
            if not await self._is_served(version.model, version.version + 1):
                raise

    async def _is_served(self, model: str, version: int) -> bool:
        """Return whether this version of the model, or a newer one, is served."""
        served = await self.policy.served(model)
        current = None if served is None else served.current
        return current is not None and current.version >= version

    async def _wanted(self, run: RunState, step: int) -> PolicyVersion:
        if step > 0:
            exported = await self.versions.checkpoint_weights(run.shown.id, step)
            assert exported is not None, "every checkpoint is reported with an export"
            return exported
        uri = run.spec.model.uri
        return PolicyVersion(
            model=run.spec.model.name,
            version=0,
            uri=uri,
            sha256=await self.weights.sha256(uri),
            training_run_id=run.shown.id,
            step=0,
        )
