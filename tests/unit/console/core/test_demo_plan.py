from seawright_console.core.demo_plan import DemoPlan


def test_the_control_differs_in_nothing_but_the_rewards():
    plan, control = DemoPlan(), DemoPlan(rl_signal=False)
    assert plan.grpo("ds", "uri").shuffle_rewards is False
    assert control.grpo("ds", "uri").shuffle_rewards is True
    same = {"shuffle_rewards": False}
    assert control.grpo("ds", "uri").model_copy(update=same) == plan.grpo("ds", "uri")
    assert control.synthesis() == plan.synthesis()
    assert control.sft("ds", "uri") == plan.sft("ds", "uri")


def test_all_stages_play_the_same_tasks_with_the_same_seeds():
    plan = DemoPlan()
    specs = [plan.evaluation(stage, ["a", "b"]) for stage in ("base", "sft", "rl")]
    assert len({spec.agent.model for spec in specs}) == 3
    assert len({spec.model_dump_json(exclude={"agent", "name"}) for spec in specs}) == 1
    assert len({str(spec.agent.sampling) for spec in specs}) == 1


def test_tau2_changes_only_where_the_data_comes_from():
    assert DemoPlan(tau2=True).database().source == "tau2"
    assert DemoPlan(seed=5).database().seed == 5


def test_the_tiny_agent_reads_no_policy_text():
    plan = DemoPlan()
    assert plan.agent("rl", temperature=1.0).domain_policy == "none"
    assert plan.grpo("ds", "uri").agent.domain_policy == "none"
    assert plan.dataset("agent_sft", "srun_1").domain_policy == "none"


def test_rollouts_are_sampled_from_the_model_that_is_trained():
    spec = DemoPlan().grpo("ds", "uri")
    assert spec.agent.model == spec.model.name
