"""Verify many trajectories: each gets its verdict or its fault, whatever becomes of the others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from structlog.stdlib import get_logger

from seawright_shared.errors import DeadlineError, SeawrightError
from seawright_shared.records.checkers import Checker, CheckerSpec
from seawright_shared.records.messages import Message
from seawright_shared.records.tasks import Task
from seawright_shared.records.trajectories import StopReason
from seawright_shared.records.verdicts import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationOrder:
    """What is to be verified, and how."""

    task: Task
    messages: Sequence[Message]
    stop: StopReason
    scoring: Literal["checker", "tau2"]
    checker: CheckerSpec | None
    source_checker: Checker | None = None
    is_solo: bool = False


class Verify(Protocol):
    """Verifies one trajectory, as `VerifyTrajectory` does."""

    async def __call__(
        self,
        task: Task,
        messages: Sequence[Message],
        stop: StopReason,
        *,
        scoring: Literal["checker", "tau2"] = "checker",
        checker: CheckerSpec | None = None,
        source_checker: Checker | None = None,
        is_solo: bool = False,
    ) -> Verdict:
        """Return the verdict, or raise a fault."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyBatch:
    """One after the other, off the event loop, until the time is up. `clock` gives seconds."""

    verify: Verify
    clock: Callable[[], float]
    max_seconds: float

    async def __call__(
        self, orders: Sequence[VerificationOrder | SeawrightError]
    ) -> list[Verdict | SeawrightError]:
        """Return what came of each order, in their order; an order that is a fault stays one."""
        until = self.clock() + self.max_seconds
        found: list[Verdict | SeawrightError] = []
        for order in orders:
            if isinstance(order, SeawrightError):
                found.append(order)
            elif self.clock() > until:
                found.append(
                    DeadlineError(f"not begun within {self.max_seconds:g} s; send it again")
                )
            else:
                found.append(await self._one(order))
        return found

    async def _one(self, order: VerificationOrder) -> Verdict | SeawrightError:
        try:
            return await self.verify(
                order.task,
                order.messages,
                order.stop,
                scoring=order.scoring,
                checker=order.checker,
                source_checker=order.source_checker,
            )
        except SeawrightError as error:
            return error
        # A bug met by one trajectory must not take a thousand verdicts with it.
        except Exception:  # noqa: BLE001
            get_logger().exception("verification.failed", task_id=order.task.id)
            return SeawrightError("an error of this service, logged")
