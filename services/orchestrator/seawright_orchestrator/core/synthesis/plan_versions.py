"""Versions of a stream's plan pair, and what differs between two of them."""

from collections.abc import Iterator, Mapping

from pydantic import BaseModel, JsonValue

from seawright_orchestrator.core.synthesis.state import PlanStream
from seawright_shared.contracts.orchestrator import PlanDiff, PlanVersion
from seawright_shared.errors import NotFoundError

OWN = {"id", "version", "parent", "stream_id"}
"""Fields that differ by themselves."""


def plan_versions(stream: PlanStream) -> list[PlanVersion]:
    """Return every version, first one first, each with what made it and what it drew."""
    made_by = {reflection.plan_to: reflection for reflection in stream.reflections}
    evaluations = {plan.id: plan for plan in stream.evaluation_plans}
    in_force = stream.evaluation_plans[0]
    versions: list[PlanVersion] = []
    for plan in stream.plans:
        reflection = made_by.get(plan.id)
        if reflection is not None:
            in_force = evaluations[reflection.evaluation_to]
        versions.append(
            PlanVersion(
                version=plan.version,
                plan=plan,
                evaluation_plan=in_force,
                reflection=reflection,
                iterations=[report for report in stream.reports if report.plan_id == plan.id],
            )
        )
    return versions


def plan_version(stream: PlanStream, version: int) -> PlanVersion:
    """Return one version; a missing one is a fault that says which there are."""
    found = [one for one in plan_versions(stream) if one.version == version]
    if not found:
        last = stream.plans[-1].version
        raise NotFoundError(f"stream {stream.id} has versions 0 to {last}, not {version}")
    return found[0]


def diff_versions(first: PlanVersion, last: PlanVersion) -> PlanDiff:
    """Return what one must change of the first version to have the last one."""
    before = {rule.id: rule for rule in first.plan.rules}
    after = {rule.id: rule for rule in last.plan.rules}
    both = [(before[key], after[key]) for key in before if key in after]
    turned = [pair for pair in both if pair[0].status != pair[1].status]
    return PlanDiff(
        first=first.version,
        last=last.version,
        added=[rule for key, rule in after.items() if key not in before],
        removed=[rule for key, rule in before.items() if key not in after],
        retired=[now for _, now in turned if now.status == "retired"],
        revived=[now for _, now in turned if now.status == "active"],
        changed={
            **_changes("", _plain(first.plan, "rules"), _plain(last.plan, "rules")),
            **_changes("evaluation/", _checks(first), _checks(last)),
        },
    )


def _plain(record: BaseModel, *left_out: str) -> dict[str, JsonValue]:
    return record.model_dump(mode="json", exclude=OWN | set(left_out))


def _checks(version: PlanVersion) -> dict[str, JsonValue]:
    """Return the evaluation plan with its checks by name, and their order beside them."""
    plan = version.evaluation_plan
    names: list[JsonValue] = [check.id for check in plan.task_checks]
    by_name: dict[str, JsonValue] = {
        check.id: check.model_dump(mode="json", exclude={"id"}) for check in plan.task_checks
    }
    return {**_plain(plan, "task_checks"), "order": names, "checks": by_name}


def _changes(
    prefix: str, before: Mapping[str, JsonValue], after: Mapping[str, JsonValue]
) -> dict[str, tuple[JsonValue, JsonValue]]:
    flat_before, flat_after = dict(_leaves(prefix, before)), dict(_leaves(prefix, after))
    return {
        path: (flat_before.get(path), flat_after.get(path))
        for path in dict.fromkeys([*flat_before, *flat_after])
        if flat_before.get(path) != flat_after.get(path)
    }


def _leaves(path: str, tree: Mapping[str, JsonValue]) -> Iterator[tuple[str, JsonValue]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _leaves(f"{path}{key}/", value)
        else:
            yield f"{path}{key}", value
