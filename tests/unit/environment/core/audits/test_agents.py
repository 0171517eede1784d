from tests.unit.environment.core.audits.library import (
    action,
    audit,
    audit_one,
    codes,
    repaired,
    task,
    the,
)

CLOSE = action("close_loan", loan_id="L1")
SHOW = action("show_loan", loan_id="L1")


def agents(document: object) -> list[tuple[str, bool]]:
    return [(each.agent, each.needs_judge) for each in audit_one(document).passes]


def test_a_task_that_writes_rewards_no_idle_agent():
    assert agents(task(CLOSE)) == []


def test_a_task_that_writes_nothing_rewards_every_idle_agent():
    assert agents(task(SHOW)) == [("noop", False), ("refusal", False), ("transfer", False)]


def test_information_to_tell_stops_idle_agents_unless_they_say_it_by_chance():
    assert agents(task(SHOW, communicate_info=["5 days"])) == []
    assert agents(task(SHOW, communicate_info=["sorry"])) == [("refusal", False)]


def test_what_a_judge_may_still_fail_is_told_apart():
    judged = task(SHOW, nl_assertions=["Is kind."], reward_basis=["DB", "NL_ASSERTION"])
    assert agents(judged)[0] == ("noop", True)
    report = audit([judged, task(SHOW, words="other")])
    noop = report.agents[0]
    assert (noop.agent, noop.num_passed, noop.num_certain) == ("noop", 2, 1)
    assert noop.judged_task_ids == [judged["id"]]
    assert the(report.tasks[0], "noop-passes").severity == "note"
    assert the(report.tasks[1], "noop-passes").severity == "warning"


def test_a_transfer_that_gold_makes_is_the_right_answer_not_an_idle_one():
    away = action("transfer_to_desk", summary="help")
    right = {**away, "compare_args": []}
    found = audit_one(task(right, reward_basis=["DB", "ACTION"]))
    assert [each.agent for each in found.passes] == ["transfer"]
    assert the(found, "transfer-passes").severity == "note"


def test_scoring_the_actions_is_suggested_where_it_stops_the_idle_agent():
    document = task(SHOW)
    mended = repaired(document, the(audit_one(document), "noop-passes"))
    assert "noop-passes" not in codes(audit_one(mended))
    nothing = task()
    assert the(audit_one(nothing), "noop-passes").patch is None


def test_an_agent_with_one_script_for_all_tasks_is_rewarded_where_state_does_not_count():
    light = {"env_type": "user", "func_name": "assert_light", "arguments": {"is_on": True}}
    fix = action("toggle_light", by="user")
    first = task(fix, env_assertions=[light], reward_basis=["ENV_ASSERTION"])
    second = task(CLOSE)
    report = audit([first, second])
    script = next(each for each in report.agents if each.agent == "script")
    assert script.task_ids == [first["id"]]


def test_the_default_basis_is_told_apart_from_the_tasks_own():
    scored = task(SHOW, communicate_info=["5 days"], reward_basis=["DB"])
    found = audit_one(scored)
    assert found.passes[0].agent == "noop"
    assert not found.passes_default_basis
    assert audit_one(task(SHOW)).passes_default_basis
