"""When a call to a peer may be tried again, and after how long."""

import random
from dataclasses import dataclass, field

import httpx

MAX_ATTEMPTS = 4
BASE_SECONDS = 0.1
MAX_SECONDS = 5.0
RETRIED_STATUSES = frozenset({502, 503, 504})


@dataclass(slots=True)
class RetryBudget:
    """A bucket that keeps retries a small share of calls, so that an outage is not amplified.

    Each call adds `share` of a retry, up to `burst`; a retry takes one.
    """

    burst: float = 20.0
    share: float = 0.2
    left: float = field(default=20.0)

    def earn(self) -> None:
        """Count one call."""
        self.left = min(self.burst, self.left + self.share)

    def spend(self) -> bool:
        """Take one retry, or return False where none is left."""
        if self.left < 1.0:
            return False
        self.left -= 1.0
        return True


def backoff_seconds(attempt: int, jitter: random.Random) -> float:
    """Return the wait before the attempt after `attempt` (1 is the first): full jitter."""
    ceiling = min(MAX_SECONDS, BASE_SECONDS * 2.0 ** (attempt - 1))
    return jitter.uniform(0.0, ceiling)


def retry_after_seconds(response: httpx.Response) -> float | None:
    """Return the reply's Retry-After in seconds, capped; None where there is none."""
    text = response.headers.get("retry-after", "")
    return min(MAX_SECONDS, float(text)) if text.isdigit() else None


def may_pass(response: httpx.Response) -> bool:
    """Return whether the refusal is of the moment: an outage, or our own call still running."""
    is_in_flight = response.status_code == 409 and "retry-after" in response.headers
    return is_in_flight or response.status_code in RETRIED_STATUSES
