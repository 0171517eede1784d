"""The smoke drills: the choice that `make test` runs; all others run by `make drills` alone.

One of each kind of harm: a worker killed or asleep, Redis away or repeating itself, PostgreSQL
restarted, a storm of creates, too much work, hostile bodies, secrets. What another kind of test of
`make test` does already (engines that lie, checkers, killed ranks) is not chosen again.
"""

MOST_SECONDS = 90.0
"""What all of them may take together, on two processors that do nothing else."""
SECONDS = {
    "test_a_killed_workers_jobs_are_done_by_another_once": 10.0,
    "test_a_worker_that_wakes_after_its_lease_finds_its_completion_refused": 11.0,
    "test_without_redis_jobs_are_accepted_and_done": 18.0,
    "test_bells_delivered_three_times_do_every_job_once": 5.0,
    "test_work_held_in_memory_outlives_a_restart_of_postgres": 12.0,
    "test_two_hundred_creates_with_one_key_are_one_run": 14.0,
    "test_creates_are_refused_while_too_much_waits_and_taken_when_there_is_room": 6.0,
    "test_hostile_bodies_are_refused_cheaply": 2.0,
    "test_a_deployment_says_no_secret": 10.0,
}
"""Each one's share, its servers' start and end with it; the session prints what they took."""
