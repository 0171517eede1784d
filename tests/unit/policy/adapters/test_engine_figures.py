"""Readiness follows the engines, and the metrics tell their states."""

import pytest

from seawright_policy.adapters.engine_figures import watch_replicas, watch_versions
from seawright_policy.core.catalogue import Catalogue
from seawright_policy.core.replicas import Replica
from seawright_shared.telemetry.metrics import Meter

pytestmark = pytest.mark.anyio


async def test_one_working_engine_is_enough_and_none_is_named_with_its_reason():
    first, second = Replica(url="http://a", state="ready"), Replica(url="http://b", reason="hangs")
    meter = Meter("policy")
    check = watch_replicas(meter, [first, second])
    assert await check() is None
    await meter.refresh()
    text = meter.render().decode()
    assert 'seawright_policy_replicas{state="ready"} 1.0' in text
    assert 'seawright_policy_replicas{state="ejected"} 1.0' in text
    first.state, first.reason = "ejected", "it is gone"
    assert await check() == "http://a: it is gone; http://b: hangs"
    await meter.refresh()
    assert 'state="ready"' not in meter.render().decode()


async def test_a_model_without_a_committed_version_tells_none():
    meter = Meter("policy")
    watch_versions(meter, Catalogue())
    await meter.refresh()
    assert "seawright_policy_version{" not in meter.render().decode()
