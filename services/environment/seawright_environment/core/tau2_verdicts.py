"""tau2-bench's evaluation as a verdict: one check per component, whether it counts or not."""

from collections.abc import Sequence

from seawright_environment.core.tau2_documents import Basis
from seawright_environment.core.tau2_evaluation import Tau2Evaluation
from seawright_shared.records.trajectories import StopReason
from seawright_shared.records.verdicts import Check, Verdict


def tau2_verdict(evaluation: Tau2Evaluation, stop: StopReason) -> Verdict:
    """Return the verdict. Checks outside the reward basis are named `diagnostic:...`."""
    basis = evaluation.basis
    if basis is None:
        ok = evaluation.reward == 1.0
        why = "the task states no criteria" if ok else f"the episode ended by {stop}"
        return Verdict(
            subject="trajectory",
            ok=ok,
            stage="tau2",
            failure_class="" if ok else f"stop:{stop}",
            rationale=why,
            reward=evaluation.reward,
        )
    checks = [
        _check("DB", basis, evaluation.db_match is not False, "final state differs from gold's"),
        _each("ENV_ASSERTION", basis, evaluation.env_assertions_met),
        _each("COMMUNICATE", basis, evaluation.communicate_met),
        _each("ACTION", basis, evaluation.action_match),
    ]
    if evaluation.num_unjudged or "NL_ASSERTION" in basis:
        why = f"not judged: {evaluation.num_unjudged} assertions counted as met"
        name = "NL_ASSERTION" if "NL_ASSERTION" in basis else "diagnostic:NL_ASSERTION"
        checks.append(Check(id=name, ok=True, why=why))
    failed = next((c for c in checks if not c.ok and not c.id.startswith("diagnostic:")), None)
    return Verdict(
        subject="trajectory",
        ok=evaluation.reward == 1.0,
        stage="tau2",
        failure_class=f"tau2:{failed.id}" if failed else "",
        rationale=failed.why if failed else "",
        checks=checks,
        reward=evaluation.reward,
        final_state_hash=evaluation.world.state_hash() if evaluation.world else None,
    )


def _each(component: Basis, basis: Sequence[Basis], met: Sequence[bool] | None) -> Check:
    missed = [str(index) for index, ok in enumerate(met or ()) if not ok]
    return _check(component, basis, not missed, f"not met: {', '.join(missed)}")


def _check(component: Basis, basis: Sequence[Basis], ok: bool, why: str) -> Check:  # noqa: FBT001
    name = component if component in basis else f"diagnostic:{component}"
    return Check(id=name, ok=ok, why="" if ok else why)
