"""A plan has finite figures, or names what makes them endless."""

import pytest

from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.planning import ClusterSpec, PlanRequest
from seawright_trainer.usecases.plan_run import PlanRun
from tests.unit.trainer.core.planning.test_plan import SHAPE, spec


@pytest.mark.parametrize("rate", ["tflops", "storage_gigabytes_per_second"])
def test_rates_at_which_nothing_ends_are_refused(rate: str):
    cluster = ClusterSpec.model_validate({rate: 5e-324})
    request = PlanRequest(spec=spec(), cluster=cluster, model_config_json={"model_type": "x"})
    plan_run = PlanRun(lambda _config, _dtype, _lora: SHAPE, lambda _folder: None)
    with pytest.raises(InvalidRequestError, match="takes longer") as refusal:
        plan_run(request)
    assert [error.pointer for error in refusal.value.errors] == ["/cluster"]
