"""A batch loses nothing but what fails."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from seawright_environment.usecases.verify_batch import VerificationOrder, VerifyBatch
from seawright_shared.errors import InvalidRequestError, NotFoundError, SeawrightError
from seawright_shared.records.checkers import Checker, CheckerSpec
from seawright_shared.records.domains import DatabaseRef
from seawright_shared.records.messages import Message
from seawright_shared.records.tasks import Scenario, Task
from seawright_shared.records.trajectories import StopReason
from seawright_shared.records.verdicts import Verdict

pytestmark = pytest.mark.anyio


@dataclass
class Verifier:
    """Fails by the task's id; each verification takes a second."""

    now: float = 0.0

    def clock(self) -> float:
        return self.now

    async def __call__(
        self,
        task: Task,
        messages: Sequence[Message],
        stop: StopReason,
        *,
        scoring: str = "checker",
        checker: CheckerSpec | None = None,
        source_checker: Checker | None = None,
        is_solo: bool = False,
    ) -> Verdict:
        self.now += 1.0
        if task.id == "fault":
            raise NotFoundError("no domain 'spa'")
        if task.id == "bug":
            raise ZeroDivisionError
        return Verdict(subject="trajectory", ok=True, stage="checker", reward=1.0)


def order(task_id: str) -> VerificationOrder:
    task = Task(
        id=task_id,
        domain="retail",
        database=DatabaseRef(domain="retail"),
        customer_id="ann",
        scenario=Scenario(persona="plain", opening="hi", wishes=[]),
    )
    return VerificationOrder(
        task=task, messages=[], stop=StopReason.USER_STOP, scoring="checker", checker=None
    )


async def test_every_item_is_answered_in_order_whatever_becomes_of_the_others():
    verifier = Verifier()
    batch = VerifyBatch(verify=verifier, clock=verifier.clock, max_seconds=100.0)
    malformed = InvalidRequestError("the item is malformed")
    found = await batch([order("a"), order("fault"), malformed, order("bug"), order("b")])
    codes = ["ok" if isinstance(each, Verdict) else each.code for each in found]
    assert codes == ["ok", "not-found", "invalid-request", "internal", "ok"]
    assert "ZeroDivision" not in str(found[3])


async def test_when_the_time_is_up_the_rest_is_said_to_be_sent_again():
    verifier = Verifier()
    batch = VerifyBatch(verify=verifier, clock=verifier.clock, max_seconds=2.5)
    found = await batch([order(str(number)) for number in range(5)])
    assert [isinstance(each, Verdict) for each in found] == [True, True, True, False, False]
    late = found[-1]
    assert isinstance(late, SeawrightError)
    assert (late.code, late.retryable) == ("deadline-exceeded", True)
