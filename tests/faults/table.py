"""The table of drills: what is done to the system and what it must do about it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """One line of the table."""

    fault: str
    criterion: str


DRILLS = {
    1: Drill(
        fault="Workers killed (SIGKILL) in mid-job, again and again",
        criterion="every accepted job ends once; taken over within the lease + 10 s",
    ),
    2: Drill(
        fault="Killed between writing an artifact and committing",
        criterion="no result without a job; the retry writes the same content hash",
    ),
    3: Drill(
        fault="Redis: FLUSHALL, then down for a minute",
        criterion="no job lost; creates are still accepted, work goes on without bells",
    ),
    4: Drill(
        fault="Redis fails over and has lost its last second",
        criterion="as 3; doubled bells change nothing",
    ),
    5: Drill(
        fault="PostgreSQL down for 30 s",
        criterion="503 with Retry-After, never 500; work held in memory ends; none lost or doubled",
    ),
    6: Drill(
        fault="Every bell delivered three times",
        criterion="every job once, at its first attempt, no lease lost",
    ),
    7: Drill(
        fault="A worker sleeps (SIGSTOP) for three leases, then wakes",
        criterion="its late completion is refused, results count once",
    ),
    8: Drill(
        fault="One worker's clock is 5 minutes off, either way",
        criterion="no lease expires early or late: the database's clock alone counts",
    ),
    9: Drill(
        fault="The engine accepts a request and never answers",
        criterion="the turn's deadline ends it; no such episode has a reward",
    ),
    10: Drill(
        fault="The engine returns wrong tokens, or no log-probs",
        criterion="refused where it enters; never trained on",
    ),
    11: Drill(
        fault="Weights change while turns are under way",
        criterion="every token carries its version; turns end, none mixes versions unnoticed",
    ),
    12: Drill(
        fault="The user simulator is down, empty or repeats itself",
        criterion="never a reward: bounded retries, then excluded or retried whole",
    ),
    13: Drill(
        fault="The consumer stops pulling",
        criterion="depth and bytes stop at their limits; creates get 503 with Retry-After",
    ),
    14: Drill(
        fault="1,000 idle watchers and slow clients",
        criterion="others' p99 below twice their usual one; descriptors bounded",
    ),
    15: Drill(
        fault="A job that always ends its process",
        criterion="a dead letter after 3 attempts; neighbours done; requeued once mended",
    ),
    16: Drill(
        fault="Malicious checker code",
        criterion="ended within its limits; never a reward",
    ),
    17: Drill(
        fault="Forged calls to another's episode, without the right token",
        criterion="401 or 403, written down",
    ),
    18: Drill(
        fault="Huge and hostile bodies",
        criterion="413, 400 or 422 as a problem document; little memory; the service lives",
    ),
    19: Drill(
        fault="200 creates at once with one idempotency key",
        criterion="one row; the others 409 or the first one's answer; another body 422",
    ),
    20: Drill(
        fault="Cancel, pause, resume and crashes in any order",
        criterion="no illegal transition, none stuck",
    ),
    21: Drill(
        fault="Rolling upgrade under load, with a migration",
        criterion="no request fails, no job is lost",
    ),
    22: Drill(
        fault="The disk of the blobs is full",
        criterion="new work refused or retried as an outage; goes on when there is room",
    ),
    23: Drill(
        fault="A rank of a training run dies",
        criterion="resumed from its last checkpoint; every step once",
    ),
    24: Drill(
        fault="The orchestrator is killed in mid-iteration",
        criterion="ends as the run that nobody disturbed",
    ),
    25: Drill(
        fault="The network between services is parted for 30 s",
        criterion="bounded waits; goes on within 60 s; none lost",
    ),
    26: Drill(
        fault="Search for secrets in logs, errors, OpenAPI and argv",
        criterion="none is found",
    ),
    27: Drill(
        fault="24 hours at target load",
        criterion="memory grows by less than 1 % an hour; descriptors flat; bells are settled within"
        " the lease; no job is stuck",
    ),
    28: Drill(
        fault="Recorded episodes are verified again",
        criterion="identical state hash and reward",
    ),
    29: Drill(
        fault="Redis is full (noeviction)",
        criterion="bells stay in the outbox; nothing lost; delivered when there is room",
    ),
}
