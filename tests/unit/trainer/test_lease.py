"""Laws of the trainer's lease: a killed service's run goes on within half a minute."""

from seawright_shared.jobs.job import rhythm
from seawright_trainer.settings import Settings

LAUNCH_SECONDS = 15.0
"""Of two ranks that import torch on two cores, with some to spare."""


def test_a_dead_services_run_is_taken_and_launched_within_half_a_minute():
    times = rhythm(Settings().lease_seconds)
    assert times.lease + times.sweep + LAUNCH_SECONDS < 30


def test_several_heartbeats_may_be_lost_before_the_lease_is():
    times = rhythm(Settings().lease_seconds)
    assert 5 * times.beat < times.lease
