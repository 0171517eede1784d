"""Follow synthesis runs side by side to their ends, telling each iteration's yields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from seawright_console.core.deployment import Deployment
from seawright_console.core.funnel import whole_iterations
from seawright_console.core.ports import Meter, Pause, Screen
from seawright_console.core.run_failure import failure_of
from seawright_shared.contracts.orchestrator import StreamState, SynthesisRun
from seawright_shared.errors import UnavailableError
from seawright_shared.records.jobs import JobStatus

POLL_SECONDS = 0.5
PATIENCE_SECONDS = 120.0
"""How long a deployment may be away (a restart) before following gives up."""
MOST_NAMED = 8
"""Streams whose yields are told one by one; of more, the lowest and the highest."""


@dataclass(slots=True, kw_only=True)
class _Seen:
    """What was told of one run."""

    run: SynthesisRun | None = None
    num_told: int = 0
    """Iterations that every stream has done."""


@dataclass(slots=True, kw_only=True)
class FollowSyntheses:
    """Waits until all are done; where one does not succeed, the others are waited for all the same."""

    deployment: Deployment
    screen: Screen
    pause: Pause
    seen: dict[str, _Seen] = field(default_factory=dict[str, _Seen])

    async def __call__(self, runs: Mapping[str, str], title: str) -> list[SynthesisRun]:
        """Return the runs, given by name and id, once each of them has ended or was paused.

        Raises `RunFailedError`, with the reason, where one of them did not succeed.
        """
        self.seen = {name: _Seen() for name in runs}
        with self.screen.phase(title) as meter:
            while not await self._look(runs, meter):
                await self.pause(POLL_SECONDS)
        ended = [each.run for each in self.seen.values() if each.run is not None]
        for run in ended:
            if run.status is not JobStatus.SUCCEEDED:
                raise failure_of(run.id, run.status, run.status_reason)
        return ended

    async def _look(self, runs: Mapping[str, str], meter: Meter) -> bool:
        """Read every run that goes on; return whether none does."""
        for name, run_id in runs.items():
            seen = self.seen[name]
            if seen.run is not None and _is_over(seen.run):
                continue
            run = await self._read(run_id, meter)
            if seen.run is None or run.num_iterations_done != seen.run.num_iterations_done:
                await self._tell(name, run, seen)
            seen.run = run
        known = [each.run for each in self.seen.values() if each.run is not None]
        meter.show(
            sum(run.num_iterations_done for run in known),
            sum(run.spec.num_streams * run.spec.num_iterations for run in known),
            ", ".join(
                f"{name} {each.run.num_tasks}" for name, each in self.seen.items() if each.run
            )
            + " tasks"
            + "".join(f"; {why}" for why in delays(known)),
        )
        return all(_is_over(run) for run in known)

    async def _read(self, run_id: str, meter: Meter) -> SynthesisRun:
        absent = 0.0
        while True:
            try:
                return await self.deployment.orchestrator.synthesis_run(run_id)
            except UnavailableError as error:
                absent += POLL_SECONDS
                if absent > PATIENCE_SECONDS:
                    raise
                meter.show(0, 1, f"waiting for the service: {error.code}")
                await self.pause(POLL_SECONDS)

    async def _tell(self, name: str, run: SynthesisRun, seen: _Seen) -> None:
        """Say the yields of iterations that all streams have done since."""
        if run.num_iterations_done // run.spec.num_streams <= seen.num_told:
            return
        streams = await self.deployment.orchestrator.streams(run.id)
        whole = whole_iterations(streams)
        for at in range(seen.num_told, whole):
            self.screen.say(iteration_words(name, streams, at))
        seen.num_told = max(seen.num_told, whole)


def iteration_words(name: str, streams: Sequence[StreamState], at: int) -> str:
    """Return one iteration's yield: of all streams, and of each (of many: the range)."""
    reports = [stream.iterations[at] for stream in streams if len(stream.iterations) > at]
    accepted = sum(report.num_accepted for report in reports)
    candidates = sum(report.num_candidates for report in reports)
    shares = [report.yield_share for report in reports]
    each = (
        " ".join(f"{share:.2f}" for share in shares)
        if len(shares) <= MOST_NAMED
        else f"{min(shares):.2f} to {max(shares):.2f} over {len(shares)} streams"
    )
    whole = accepted / max(1, candidates)
    return f"{name}, iteration {at}: {whole:.2f}, {accepted} of {candidates} accepted ({each})"


def delays(runs: Sequence[SynthesisRun]) -> list[str]:
    """Return why runs that go on wait for another attempt."""
    return [
        run.status_reason.message
        for run in runs
        if run.status_reason is not None and not run.status.is_final
    ]


def _is_over(run: SynthesisRun) -> bool:
    return run.status.is_final or run.status is JobStatus.PAUSED
