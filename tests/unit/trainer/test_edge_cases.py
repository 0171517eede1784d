"""The 18 edge cases of the trainer, and the tests that hold each: none may lose its test."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CORE = "tests/unit/trainer/core"
ADAPTERS = "tests/unit/trainer/adapters"

CASES: dict[str, list[tuple[str, str]]] = {
    "01 zero variance by float noise": [
        (
            f"{CORE}/test_advantages.py",
            "test_equal_rewards_have_no_variance_however_their_deviation_rounds",
        ),
    ],
    "02 a group of one": [
        (
            f"{CORE}/test_filtering.py",
            "test_groups_of_one_are_refused_before_anything_is_played",
        ),
        (f"{CORE}/test_filtering.py", "test_a_group_reduced_to_one_valid_member_is_dropped"),
    ],
    "03 partial groups": [
        (f"{CORE}/test_filtering.py", "test_mean_and_deviation_are_over_the_valid_members_only"),
        (
            f"{CORE}/test_filtering.py",
            "test_a_fault_never_becomes_a_reward_even_where_it_carries_one",
        ),
    ],
    "04 truncation": [
        (
            f"{CORE}/test_filtering.py",
            "test_a_rollout_that_was_cut_off_is_scored_masked_or_no_member",
        ),
        (f"{CORE}/test_filtering.py", "test_the_share_that_was_cut_off_is_told"),
    ],
    "05 masked and unreadable tokens": [
        (
            f"{CORE}/test_segments.py",
            "test_a_token_without_a_finite_behaviour_is_dropped_from_both_sides",
        ),
        (f"{CORE}/test_bad_tokens.py", "test_what_carries_no_loss_has_no_gradient_however_bad"),
    ],
    "06 retokenisation": [
        (
            f"{CORE}/test_bad_tokens.py",
            "test_samples_of_one_trajectory_share_its_advantage_and_the_denominator",
        ),
        (
            "tests/unit/policy/core/test_contexts.py",
            "test_ids_outside_the_vocabulary_and_other_models_are_refused",
        ),
    ],
    "07 chat templates": [
        (
            "tests/unit/trainer/test_sft_masks.py",
            "test_ids_and_mask_are_those_of_the_chat_template",
        ),
        (
            "tests/unit/policy/adapters/test_chat_templates.py",
            "test_the_system_turn_has_the_ids_of_the_folders_own_template",
        ),
        (
            "tests/unit/policy/core/templates/test_qwen3.py",
            "test_a_forgetful_template_writes_earlier_turns_without_thoughts",
        ),
    ],
    "08 length bias": [
        (
            f"{CORE}/test_segments.py",
            "test_what_a_step_is_divided_by_decides_whether_length_weighs",
        ),
        (
            f"{CORE}/test_losses.py",
            "test_tokens_weigh_alike_whatever_the_length_of_their_sequence",
        ),
    ],
    "09 invariance": [
        (
            "tests/integration/test_trainer_ranks.py",
            "test_two_ranks_measure_the_same_loss_and_gradient",
        ),
        (
            "tests/integration/test_trainer_ranks.py",
            "test_a_rank_without_loss_tokens_took_part_in_the_first_step",
        ),
        (f"{CORE}/test_losses.py", "test_any_split_into_micro_batches_gives_the_same_loss"),
        (f"{CORE}/test_bad_tokens.py", "test_packed_equals_padded_in_loss_and_gradient"),
    ],
    "10 denominator zero": [
        (
            f"{ADAPTERS}/test_fsdp_engine.py",
            "test_a_step_without_a_loss_token_divides_by_nothing_and_does_nothing",
        ),
    ],
    "11 ratio overflow and one-sided clipping": [
        (f"{CORE}/test_losses.py", "test_no_ratio_overflows"),
        (f"{CORE}/test_losses.py", "test_a_clipped_gradient_is_zero_on_the_clipped_side_only"),
    ],
    "12 gradient not finite": [
        (
            f"{ADAPTERS}/test_fsdp_engine.py",
            "test_a_gradient_that_is_not_finite_changes_nothing_and_says_so",
        ),
        (
            "tests/unit/trainer/worker/test_loop.py",
            "test_a_few_skipped_steps_in_a_row_end_the_attempt",
        ),
    ],
    "13 mixed versions": [
        (f"{CORE}/test_filtering.py", "test_staleness_is_that_of_the_oldest_token"),
        (f"{CORE}/test_filtering.py", "test_a_version_from_the_future_is_refused"),
    ],
    "14 masks across packed boundaries": [
        (f"{CORE}/test_segments.py", "test_the_first_token_of_a_segment_is_never_a_target"),
        (
            f"{CORE}/test_segments.py",
            "test_packing_in_any_order_keeps_every_target_with_its_context",
        ),
    ],
    "15 duplicate delivery": [
        (f"{CORE}/test_filtering.py", "test_a_member_delivered_twice_counts_once"),
    ],
    "16 tied embeddings": [
        ("tests/integration/test_trainer_ranks.py", "test_weights_after_three_steps_are_equal"),
    ],
    "17 replayed routes": [
        (
            f"{CORE}/test_router_replay.py",
            "test_replaying_our_own_routes_changes_nothing_and_the_router_still_learns",
        ),
        (f"{CORE}/test_router_replay.py", "test_a_token_whose_route_is_not_known_is_routed_anew"),
        (
            f"{CORE}/test_router_replay.py",
            "test_routes_survive_the_journey_and_the_one_that_vllm_leaves_out_is_unknown",
        ),
    ],
    "18 samples over the budget": [
        (
            "tests/unit/trainer/usecases/test_render_dataset.py",
            "test_a_dialogue_over_the_limit_is_dropped_whole_and_counted",
        ),
        (f"{CORE}/test_packing.py", "test_a_sequence_over_the_budget_is_refused_by_name"),
    ],
}


def names_in(path: Path) -> set[str]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, kinds)}


def test_there_are_eighteen_cases():
    assert [int(case[:2]) for case in CASES] == list(range(1, 19))


@pytest.mark.parametrize("case", CASES)
def test_each_case_has_its_tests(case: str):
    for file, name in CASES[case]:
        assert name in names_in(ROOT / file), f"{file}::{name}"
