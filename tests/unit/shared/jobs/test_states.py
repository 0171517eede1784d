"""The transition table: whatever is asked in whatever order, no illegal edge is taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from seawright_shared.errors import ConflictError
from seawright_shared.jobs.states import EDGES, HELD, may_follow, require_edge, sources_of
from seawright_shared.records.jobs import JobStatus

STATUSES = st.sampled_from(list(JobStatus))


def test_every_state_has_its_row():
    assert set(EDGES) == set(JobStatus)


def test_every_state_can_be_reached_from_queued():
    reached = {JobStatus.QUEUED}
    while new := {target for source in reached for target in EDGES[source]} - reached:
        reached |= new
    assert reached == set(JobStatus)


def test_every_open_state_can_still_end():
    for status in JobStatus:
        if status.is_final:
            continue
        reached = {status}
        while new := {target for source in reached for target in EDGES[source]} - reached:
            reached |= new
        assert any(end.is_final for end in reached)


def test_nothing_follows_an_end_but_the_requeue_of_a_dead_letter():
    for status in JobStatus:
        if status.is_final:
            expected = {JobStatus.QUEUED} if status is JobStatus.FAILED else set()
            assert EDGES[status] == expected


@given(source=STATUSES, target=STATUSES)
def test_the_table_reads_the_same_in_both_directions(source: JobStatus, target: JobStatus):
    assert may_follow(source, target) == (source in sources_of(target))
    if may_follow(source, target):
        require_edge(source, target)
    else:
        with pytest.raises(ConflictError):
            require_edge(source, target)


class OneJob(RuleBasedStateMachine):
    """A job to which anyone may do anything at any time: only what the table allows happens."""

    def __init__(self) -> None:
        super().__init__()
        self.status = JobStatus.QUEUED
        self.holder: int | None = None
        self.fence = 0
        self.ends = 0

    def move(self, target: JobStatus) -> bool:
        """Compare and set, as the kit does in SQL."""
        if self.status not in sources_of(target):
            return False
        if target.is_final:
            self.ends += 1
        self.status = target
        if target not in HELD:
            self.holder = None
        return True

    @rule()
    def claim(self) -> None:
        """A worker asks for it."""
        if self.status is JobStatus.QUEUED and self.move(JobStatus.RUNNING):
            self.fence += 1
            self.holder = self.fence

    @rule(fence=st.integers(1, 8), wanted=st.sampled_from([JobStatus.SUCCEEDED, JobStatus.QUEUED]))
    def end(self, fence: int, wanted: JobStatus) -> None:
        """Some worker, perhaps a zombie, ends its attempt."""
        before = self.status
        if self.holder == fence and self.status in HELD:
            self.move(wanted)
        else:
            assert self.status is before

    @rule()
    def cancel(self) -> None:
        """A person wants it to end; it does, or will."""
        waiting = {JobStatus.QUEUED, JobStatus.PAUSED}
        target = JobStatus.CANCELLED if self.status in waiting else JobStatus.CANCELLING
        moved = self.move(target)
        assert moved or self.status.is_final or self.status is JobStatus.CANCELLING

    @rule()
    def pause(self) -> None:
        """A person wants it to wait."""
        self.move(JobStatus.PAUSED)

    @rule()
    def resume(self) -> None:
        """A person wants it to go on."""
        if self.status is JobStatus.PAUSED:
            assert self.move(JobStatus.QUEUED)

    @precondition(lambda self: self.status is JobStatus.FAILED)
    @rule()
    def requeue(self) -> None:
        """A person takes a dead letter up again."""
        assert self.move(JobStatus.QUEUED)
        self.ends -= 1

    @rule()
    def expire(self) -> None:
        """The sweeper finds the lease run out."""
        if self.status is JobStatus.RUNNING:
            assert self.move(JobStatus.QUEUED)
        elif self.status is JobStatus.CANCELLING:
            assert self.move(JobStatus.CANCELLED)

    @rule()
    def fail(self) -> None:
        """The last attempt fails."""
        self.move(JobStatus.FAILED)

    @invariant()
    def it_ends_at_most_once(self) -> None:
        """No end is followed by another."""
        assert self.ends <= 1
        assert (self.ends == 1) == self.status.is_final

    @invariant()
    def only_a_held_job_has_a_holder(self) -> None:
        """A job that is not held belongs to nobody."""
        assert (self.holder is not None) == (self.status in HELD)


TestOneJob = OneJob.TestCase
