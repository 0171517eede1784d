"""After an iteration: contest the revision, and tell what was spent and how the judges did."""

from dataclasses import dataclass, replace

from seawright_orchestrator.core.llm.costs import Ledger
from seawright_orchestrator.core.synthesis.state import PlanStream
from seawright_orchestrator.usecases.llm.contest_proposals import ContestProposals
from seawright_orchestrator.usecases.llm.judge_trajectories import JudgeTrajectories
from seawright_orchestrator.usecases.llm.propose_revision import ProposeRevision
from seawright_orchestrator.usecases.synthesis.run_iteration import IterationOutcome
from seawright_shared.records.specs import SynthesisSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcludeIteration:
    """The last word on an iteration that a model had a part in."""

    propose: ProposeRevision
    contest: ContestProposals
    judges: JudgeTrajectories
    ledger: Ledger

    async def __call__(self, spec: SynthesisSpec, outcome: IterationOutcome) -> IterationOutcome:
        """Return the outcome with the better plan, the costs and the judges' scores in it."""
        stream = outcome.stream
        is_open = outcome.reflection is not None and outcome.reflection.accepted is None
        if is_open and spec.evolution == "reflect":
            before = _before(stream)
            proposal = await self.propose(spec, before)
            if proposal is not None:
                stream = await self.contest(spec, stream, proposal)
        usage = self.ledger.taken()
        if outcome.report.iteration == 0:
            usage = {**stream.planning, **usage}
        report = stream.reports[-1].model_copy(
            update={"usage": usage, "judges": self.judges.scores}
        )
        stream = stream.model_copy(update={"reports": [*stream.reports[:-1], report]})
        return replace(
            outcome,
            report=report,
            stream=stream,
            reflection=stream.reflections[-1] if is_open else outcome.reflection,
        )


def _before(stream: PlanStream) -> PlanStream:
    """Return the stream as it was before its last revision: what the model may read."""
    return stream.model_copy(
        update={"plans": stream.plans[:-1], "reflections": stream.reflections[:-1]}
    )
