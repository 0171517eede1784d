from seawright_console.core.report import Findings, comparisons, report_of
from tests.unit.console import made_up


def test_each_stage_is_compared_with_the_one_before():
    stages = {
        "base": made_up.evaluation("base", 0.0),
        "SFT": made_up.evaluation("sft", 0.5),
        "RL": made_up.evaluation("rl", 0.75),
    }
    found = comparisons(stages)
    assert [(it.name, it.difference.interval.value) for it in found] == [
        ("SFT - base, pass^1", 0.5),
        ("RL - SFT, pass^1", 0.25),
    ]


def test_a_report_of_nothing_is_empty_and_not_an_error():
    report = report_of(Findings(title="nothing"))
    assert report.pass_figure is None
    assert report.tiles == []


def test_an_evaluation_that_has_no_report_yet_is_left_out():
    running = made_up.evaluation("rl", 0.5).model_copy(update={"report": None})
    report = report_of(Findings(title="half", evaluations={"RL": running}))
    assert report.pass_rows == []
    assert report.pass_figure is None


def test_the_tiles_say_first_and_last_yield():
    report = report_of(Findings(title="t", syntheses=[made_up.synthesis()]))
    assert [(tile.name, tile.value, tile.note) for tile in report.tiles] == [
        ("Yield, last iteration", "74%", "from 6% in the first of 8 iterations"),
        ("Verified tasks", "1,234", "4 plan streams"),
    ]


def test_every_spec_can_be_read_in_full():
    run, steps = made_up.training()
    report = report_of(
        Findings(
            title="t",
            syntheses=[made_up.synthesis()],
            trainings=[(run, steps)],
            evaluations={"RL": made_up.evaluation("rl", 0.5)},
        )
    )
    assert list(report.specs) == [
        "Synthesis srun_1",
        "Training trun_grpo",
        "Evaluation RL, erun_rl",
    ]
    assert all('"seed"' in text for text in report.specs.values())
