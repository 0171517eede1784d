"""Say what the demonstration found."""

from seawright_console.core.demo_result import DemoResult
from seawright_console.core.ports import Screen
from seawright_console.core.report import pass_rows
from seawright_console.core.statistics import Difference


def conclude(screen: Screen, result: DemoResult) -> None:
    """Show pass^k of every stage that was measured, the gains, and plainly what failed."""
    ks = sorted(
        {k for run in result.evaluations.values() if run.report for k in run.report.pass_hat}
    )
    rows = [
        [
            row.name,
            *(
                f"{it.value:.3f} [{it.low:.3f}, {it.high:.3f}]" if it else "-"
                for it in row.intervals
            ),
        ]
        for row in pass_rows(result.evaluations, ks)
    ]
    screen.table(
        "pass^k on held-out tasks, with 95 % intervals",
        ["agent", *(f"pass^{k}" for k in ks)],
        rows,
    )
    screen.say(gain("SFT - base", result.sft_over_base))
    if result.rl_over_sft is not None:
        name = "RL - SFT (control, rewards shuffled)" if result.is_control else "RL - SFT"
        screen.say(gain(name, result.rl_over_sft))
    if result.rl_failure is not None:
        screen.say(f"RL FAILED: {result.rl_failure}")


def gain(name: str, found: Difference) -> str:
    """Return one difference in words."""
    low, high = found.interval.low, found.interval.high
    verdict = "a gain beyond the interval" if found.is_gain else "no gain beyond the interval"
    return (
        f"{name}: {found.interval.value:+.3f} [{low:+.3f}, {high:+.3f}] "
        f"(paired over {found.num_tasks} tasks): {verdict}"
    )
