"""Draw the plan pairs of a run, each seeing the earlier ones."""

from seawright_orchestrator.core.synthesis.state import PlanStream
from seawright_shared.records.domains import Domain
from seawright_shared.records.specs import SynthesisSpec


def start_streams(run_id: str, spec: SynthesisSpec, domain: Domain) -> list[PlanStream]:
    """Return the initial state of `spec.num_streams` streams; deterministic."""
    raise NotImplementedError
