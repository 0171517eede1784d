"""Laws of the data card."""

import yaml

from seawright_orchestrator.core.dataset_card import data_card
from seawright_orchestrator.core.exports.header import Counts, file_of, readme
from seawright_shared.records.checkers import KillRow, StyleKills
from seawright_shared.records.datasets import (
    Baseline,
    Contamination,
    DatasetReport,
    DatasetVersion,
    Difficulty,
    Funnel,
    FunnelRow,
    SplitOverlap,
)
from seawright_shared.records.specs import DatasetSpec

REPORT = DatasetReport(
    funnel=Funnel(
        num_candidates=100,
        num_accepted=60,
        num_items=55,
        rejects=[
            FunnelRow(stage="execution", cause="exec:a|b", attribution="TASK", num=40 - number)
            for number in range(30)
        ],
    ),
    kills=[
        StyleKills(
            style="composite",
            form="spec",
            kills=[KillRow(operator="noop", mutants=7, killed=6, equivalent=2)],
        )
    ],
    difficulty=Difficulty(num_tasks_played=55, num_episodes=110, oracle_pass_rate=1.0),
    baselines=[Baseline(policy="noop", num_passed=3, num_tasks=55, share=0.0545)],
    contamination=Contamination(
        is_measured=True,
        num_compared=55,
        num_named=0,
        overlaps=[
            SplitOverlap(
                domain="retail", kind="names", split="test", num_tasks=0, num_benchmark_tasks=0
            )
        ],
    ),
)
SPEC = DatasetSpec(name='a "set"', kind="rl_tasks", synthesis_run_ids=["srun_1"])
VERSION = DatasetVersion(
    id="ds_1",
    name='a "set"',
    kind="rl_tasks",
    num_items=55,
    synthesis_run_ids=["srun_1"],
    spec=SPEC,
    report=REPORT,
)


def test_the_card_tells_every_figure_that_decides_whether_to_use_the_set():
    card = data_card(VERSION)
    for said in (
        "| accepted tasks | 60 |",
        "| execution | exec:a\\|b | TASK | 40 |",
        "| noop | 6 / 7 |",
        "| noop | 3 | 55 | 5.5% |",
        "over 15% none would be kept",
        "| scripted agent without slips passes | 100.0% |",
        "0 are one of them",
        "Known limits",
    ):
        assert said in card


def test_reasons_beyond_the_shown_ones_are_added_up_so_that_the_table_sums_to_all():
    numbers = [
        int(line.rsplit("|", 2)[1])
        for line in data_card(VERSION).splitlines()
        if line.startswith(("| execution", "| others"))
    ]
    assert sum(numbers) == sum(row.num for row in REPORT.funnel.rejects)


def test_a_version_without_a_report_has_a_card_that_claims_nothing():
    card = data_card(VERSION.model_copy(update={"report": None, "spec": None}))
    assert "No plays" in card
    assert "compared" not in card


def test_the_header_is_yaml_that_names_every_file_and_one_default():
    counts: Counts = {"rl_tasks": {"train": 40, "test": 15}, "rejected": {"train": 700}}
    header = yaml.safe_load(readme(VERSION, counts, ["A note."]).split("---\n")[1])
    assert header["pretty_name"] == 'a "set"'
    assert header["license"] == "apache-2.0"
    found = {config["config_name"]: config for config in header["configs"]}
    paths = [file["path"] for file in found["rl_tasks"]["data_files"]]
    assert paths == [file_of("rl_tasks", "train"), file_of("rl_tasks", "test")]
    assert [name for name, config in found.items() if config.get("default")] == ["rl_tasks"]
