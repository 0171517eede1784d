"""Laws of the curriculum, and what it gains on a policy that learns."""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawright_orchestrator.core.curriculum import (
    DECAY,
    LEAST_WEIGHT,
    PassRates,
    beta_mass,
    frontier_draws,
    weight,
)
from seawright_orchestrator.core.rollout_groups import drawn_index

GROUP_SIZE = 8
GROUPS_PER_STEP = 16
NUM_STEPS = 60
Draw = Callable[[int, Sequence[int], PassRates], Sequence[str]]


@given(st.floats(0.001, 0.999))
def test_the_mass_of_a_flat_prior_is_the_length_and_of_a_power_the_power(x: float):
    assert beta_mass(x, 1, 1) == pytest.approx(x, abs=1e-9)
    assert beta_mass(x, 5, 1) == pytest.approx(x**5, abs=1e-9)
    assert beta_mass(x, 1, 4) == pytest.approx(1 - (1 - x) ** 4, abs=1e-9)


@given(st.floats(0.01, 0.99), st.floats(0.5, 60), st.floats(0.5, 60))
def test_the_mass_is_that_of_the_mirrored_distribution(x: float, a: float, b: float):
    assert beta_mass(x, a, b) == pytest.approx(1 - beta_mass(1 - x, b, a), abs=1e-8)


def test_the_mass_is_what_summing_the_density_gives():
    a, b, x, num = 3.7, 2.2, 0.35, 40_000
    constant = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b))
    steps = ((index + 0.5) * x / num for index in range(num))
    total = sum(constant * t ** (a - 1) * (1 - t) ** (b - 1) for t in steps) * x / num
    assert beta_mass(x, a, b) == pytest.approx(total, abs=1e-6)


def test_a_task_passed_sometimes_is_worth_more_than_one_never_seen_and_that_more_than_a_sure_one():
    assert weight(5, 5) > weight(1, 1) > weight(9, 1) > weight(33, 1)
    assert weight(1, 9) == pytest.approx(weight(9, 1))
    assert weight(1, 500) == LEAST_WEIGHT


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=8),
            st.integers(0, 20),
        ),
        min_size=1,
        max_size=20,
    ),
    st.randoms(use_true_random=False),
)
def test_what_is_known_does_not_depend_on_the_order_of_learning_it(
    seen: list[tuple[int, list[float], int]], rng: random.Random
):
    def known(order: list[tuple[int, list[float], int]]) -> list[float]:
        rates = PassRates()
        for task, rewards, version in order:
            rates.add(str(task), rewards, version)
        return rates.weights(["0", "1", "2", "3"])

    assert known(seen) == pytest.approx(known(rng.sample(seen, len(seen))))


def test_what_was_too_hard_is_tried_again_some_versions_later():
    rates = PassRates()
    rates.add("hard", [0.0] * 8, 0)
    before = rates.weights(["hard"])[0]
    rates.add("other", [1.0], 100)
    after = rates.weights(["hard"])[0]
    assert before < after
    worn = 8 * DECAY**100
    assert after == pytest.approx(weight(1, 1 + worn))


def test_equal_draws_name_equal_tasks_and_a_batch_names_each_task_once():
    tasks = [f"t{number}" for number in range(50)]
    chosen = frontier_draws(tasks, [1.0] * 50, 3, range(10, 26))
    assert chosen == frontier_draws(tasks, [1.0] * 50, 3, range(10, 26))
    assert len(set(chosen.values())) == 16
    assert chosen != frontier_draws(tasks, [1.0] * 50, 4, range(10, 26))
    assert set(frontier_draws(["only"], [1.0], 0, range(3)).values()) == {"only"}


@dataclass(frozen=True)
class Learner:
    """A synthetic policy: its pass rate on a task follows from its skill and the difficulty."""

    difficulties: Sequence[float]
    rng: random.Random

    def group(self, task: int, skill: float) -> list[float]:
        rate = 1 / (1 + math.exp(-6 * (skill - self.difficulties[task])))
        return [float(self.rng.random() < rate) for _ in range(GROUP_SIZE)]


def useful_share(seed: int, draw: Draw) -> float:
    """Return the share of groups with variance over a training in which the policy improves."""
    rng = random.Random(seed)
    learner = Learner([rng.uniform(-2.0, 2.0) for _ in range(300)], random.Random(seed + 1))
    rates, useful, total = PassRates(), 0, 0
    for step in range(NUM_STEPS):
        skill = -1.0 + 2.0 * step / NUM_STEPS
        draws = range(step * GROUPS_PER_STEP, (step + 1) * GROUPS_PER_STEP)
        arrived = [(name, learner.group(int(name), skill)) for name in draw(seed, draws, rates)]
        for name, rewards in arrived:
            rates.add(name, rewards, step)
            useful += 0 < sum(rewards) < GROUP_SIZE
            total += 1
    return useful / total


def uniform(seed: int, draws: Sequence[int], rates: PassRates) -> Sequence[str]:
    return [str(drawn_index(300, seed, draw)) for draw in draws]


def frontier(seed: int, draws: Sequence[int], rates: PassRates) -> Sequence[str]:
    names = [str(number) for number in range(300)]
    return list(frontier_draws(names, rates.weights(names), seed, draws).values())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_far_more_groups_have_variance_than_with_uniform_draws(seed: int):
    plain, chosen = useful_share(seed, uniform), useful_share(seed, frontier)
    assert plain < 0.25
    assert chosen > 1.5 * plain
