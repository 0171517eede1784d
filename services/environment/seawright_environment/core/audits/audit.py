"""The audit of a task set: every check on every task, then what concerns the whole set."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from pydantic import JsonValue

from seawright_environment.core.audits.agents import (
    agent_passes,
    meets_default_basis,
    one_script,
    pass_findings,
)
from seawright_environment.core.audits.collateral import Inventor, observed_values
from seawright_environment.core.audits.criteria_findings import criteria_findings
from seawright_environment.core.audits.defect_findings import corrected, defect_findings
from seawright_environment.core.audits.duplicates import duplicate_findings
from seawright_environment.core.audits.entities import Entities
from seawright_environment.core.audits.gold_findings import gold_findings
from seawright_environment.core.audits.kills import kill_rows, total_rows
from seawright_environment.core.audits.mutations import Mutation, Workshop, goal_paths
from seawright_environment.core.audits.near_values import NearMisses
from seawright_environment.core.audits.part_references import part_findings
from seawright_environment.core.audits.policy_findings import policy_findings
from seawright_environment.core.audits.reading import read_task
from seawright_environment.core.audits.references import reference_findings
from seawright_environment.core.audits.repairs import with_repair
from seawright_environment.core.audits.subjects import Subject
from seawright_environment.core.audits.wording import Wording
from seawright_environment.core.drafting import Author
from seawright_environment.core.state import State
from seawright_environment.core.world import Base, World
from seawright_shared.records.audits import (
    SEVERITIES,
    AgentKind,
    AgentTotal,
    AuditedTask,
    AuditFinding,
    AuditReport,
    CodeTotal,
    gravest,
)
from seawright_shared.records.base import content_hash
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.tasks import EnvironmentCall

Watch = Callable[[int, int], None]
"""Told how many tasks are done, of how many; it stops the audit by raising."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Auditor:
    """What tasks are audited against."""

    base: Base
    author: Author | None
    max_mutants: int
    watch: Watch

    def audit(self, tasks: Sequence[JsonValue], database: DatabaseRef | None) -> AuditReport:
        """Return the report; one broken task never stops the others."""
        read = [read_task(self.base, index, value) for index, value in enumerate(tasks)]
        subjects = [subject for subject, _ in read if subject]
        shop = self._shop(subjects)
        script = one_script(subjects)
        audited: list[AuditedTask] = []
        for index, (subject, broken) in enumerate(read):
            self.watch(index, len(read))
            if subject is None:
                task_id = broken[0].task_id
                audited.append(
                    AuditedTask(index=index, task_id=task_id, is_audited=False, findings=broken)
                )
            else:
                audited.append(self._task(subject, shop, script))
        on_set = list(duplicate_findings(subjects))
        self.watch(len(read), len(read))
        return _report(self.base, database, content_hash(list(tasks)), audited, on_set)

    def _shop(self, subjects: Sequence[Subject]) -> Workshop:
        content = self.base.content
        entities = Entities(view=State(self.base.database).view())
        observed = observed_values([subject.calls for subject in subjects])
        return Workshop(
            entities=entities,
            wording=Wording(World.open(self.base)),
            near_misses=NearMisses(entities=entities, observed=observed),
            inventor=Inventor(content=content, entities=entities, observed=observed),
            author=self.author,
            corrected=corrected(self.base),
            goal_paths=goal_paths(subjects),
        )

    def _task(
        self, subject: Subject, shop: Workshop, script: Sequence[EnvironmentCall]
    ) -> AuditedTask:
        mutation = Mutation(subject=subject, shop=shop)
        passes = list(agent_passes(subject, script))
        findings = [
            *gold_findings(subject),
            *criteria_findings(subject),
            *pass_findings(subject, passes),
            *defect_findings(subject, shop.corrected),
            *policy_findings(mutation),
            *reference_findings(mutation),
            *part_findings(mutation),
        ]
        is_tried = self.max_mutants and subject.gold_episode.is_rewarded
        return AuditedTask(
            index=subject.index,
            task_id=subject.id,
            is_audited=True,
            findings=[with_repair(subject, finding) for finding in findings],
            passes=passes,
            passes_default_basis=meets_default_basis(subject),
            kills=kill_rows(mutation, self.max_mutants) if is_tried else [],
        )


def _report(
    base: Base,
    database: DatabaseRef | None,
    tasks_hash: str,
    audited: Sequence[AuditedTask],
    on_set: Sequence[AuditFinding],
) -> AuditReport:
    found = [finding for task in audited for finding in task.findings]
    return AuditReport(
        domain=base.content.name,
        database=database,
        tasks_hash=tasks_hash,
        num_tasks=len(audited),
        num_audited=sum(task.is_audited for task in audited),
        codes=_code_totals([*found, *on_set]),
        agents=list(_agent_totals(audited)),
        num_default_basis=sum(task.passes_default_basis for task in audited),
        kills=total_rows(task.kills for task in audited),
        num_gold_failing=sum(
            any(finding.code == "gold-fails" for finding in task.findings) for task in audited
        ),
        set_findings=list(on_set),
        tasks=list(audited),
    )


def _code_totals(findings: Iterable[AuditFinding]) -> list[CodeTotal]:
    groups: dict[str, list[AuditFinding]] = {}
    for finding in findings:
        groups.setdefault(finding.code, []).append(finding)
    totals = [
        CodeTotal(
            code=code,
            severity=gravest([each.severity for each in group]) or "note",
            num_findings=len(group),
            num_tasks=len({each.pointer.split("/")[1] for each in group}),
        )
        for code, group in groups.items()
    ]
    return sorted(totals, key=lambda each: (-SEVERITIES.index(each.severity), each.code))


def _agent_totals(audited: Sequence[AuditedTask]) -> Iterator[AgentTotal]:
    for agent in get_args(AgentKind):
        passed = [
            (task, each.needs_judge)
            for task in audited
            for each in task.passes
            if each.agent == agent
        ]
        yield AgentTotal(
            agent=agent,
            num_passed=len(passed),
            num_certain=sum(not needs_judge for _, needs_judge in passed),
            task_ids=[task.task_id or "" for task, _ in passed],
            judged_task_ids=[task.task_id or "" for task, needs_judge in passed if needs_judge],
        )
