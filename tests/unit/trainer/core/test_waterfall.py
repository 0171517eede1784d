"""Laws of a step's waterfall: every second has one stage, and is told once."""

import pytest

from seawright_trainer.core.waterfall import Waterfall


def test_stages_add_up_and_are_told_once():
    times = iter([0.0, 1.0, 1.0, 4.0, 10.0, 10.5])
    waterfall = Waterfall(clock=lambda: next(times))
    for name in ("forward", "backward", "forward"):
        with waterfall.stage(name):
            pass
    assert waterfall.metrics() == {"seconds_forward": 1.5, "seconds_backward": 3.0}
    assert waterfall.metrics() == {}


def test_a_stage_waits_for_the_device_before_its_time_is_taken():
    told: list[str] = []

    def clock() -> float:
        told.append("clock")
        return 0.0

    waterfall = Waterfall(clock=clock, settle=lambda: told.append("settled"))
    with waterfall.stage("forward"):
        told.append("work")
    assert told == ["clock", "work", "settled", "clock"]


def test_the_time_of_a_stage_that_fails_is_counted_too():
    times = iter([0.0, 2.0])
    waterfall = Waterfall(clock=lambda: next(times))
    with pytest.raises(ValueError, match="broken"), waterfall.stage("export"):
        raise ValueError("broken")
    assert waterfall.metrics() == {"seconds_export": 2.0}
