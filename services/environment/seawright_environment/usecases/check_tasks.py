"""Run the cascade of task checks on drafts."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from seawright_environment.core.databases import Databases
from seawright_environment.core.drafting import Author
from seawright_environment.core.task_checks import Checked
from seawright_environment.core.task_checks_candidate import Candidate
from seawright_environment.core.task_repairs import Mender, check_or_mend
from seawright_environment.usecases.draft_tasks import author_of
from seawright_shared.records.plans import CheckConfig
from seawright_shared.records.tasks import Draft


@dataclass(frozen=True, slots=True)
class CheckTasks:
    """Load each draft's database, then check it, and mend it where a check says so."""

    databases: Databases
    authors: Mapping[str, Author]
    menders: Mapping[str, Mender] = field(default_factory=dict[str, Mender])
    """Who binds things of a domain's drafts anew where a check repairs."""
    clock: Callable[[], float] = time.thread_time
    """Of this thread's own work: which checkers are too slow, a busy machine must not decide."""

    def __call__(
        self, drafts: Sequence[Draft], checks: Sequence[CheckConfig], *, min_kill: float
    ) -> list[Checked]:
        """Return what came of each draft, in order. A bad draft never stops the others."""
        return [self._check(draft, checks, min_kill) for draft in drafts]

    def _check(self, draft: Draft, checks: Sequence[CheckConfig], min_kill: float) -> Checked:
        candidate = Candidate(
            draft=draft,
            base=self.databases.load(draft.database),
            author=author_of(self.authors, draft.database.domain),
        )
        mender = self.menders.get(draft.database.domain)
        return check_or_mend(candidate, checks, mender, min_kill=min_kill, clock=self.clock)
