"""The README of an exported folder: a YAML header that names the files, then the data card."""

import json
from collections.abc import Mapping, Sequence

from seawright_orchestrator.core.dataset_card import data_card, section, table
from seawright_orchestrator.core.exports.columns import ABOUT, ConfigName, Split
from seawright_shared.records.datasets import DatasetVersion

LICENCE = "apache-2.0"
SIZES = ((1000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"))
DEFAULTS: Mapping[str, ConfigName] = {
    "rl_tasks": "rl_tasks",
    "agent_sft": "sft_dialogs",
    "user_sft": "sft_dialogs",
}
"""The config that is loaded where none is named, by the version's kind."""
Counts = Mapping[ConfigName, Mapping[Split, int]]


def file_of(config: ConfigName, split: Split) -> str:
    """Return the path of one Parquet file in the folder."""
    return f"{config}/{split}-00000-of-00001.parquet"


def readme(version: DatasetVersion, counts: Counts, notes: Sequence[str]) -> str:
    """Return the README of a folder of configs."""
    rows = [
        [config, ", ".join(f"{s} {n}" for s, n in sorted(of.items())), ABOUT[config]]
        for config, of in sorted(counts.items())
    ]
    body = [table(["config", "rows", "holds"], rows), *notes]
    return (
        f"{_header(version, counts)}\n{data_card(version)}\n"
        f"{section('Configs', chr(10).join([body[0], '', *body[1:]]).strip())}\n\n"
        f"{section('Licence', 'Apache-2.0.')}\n"
    )


def _header(version: DatasetVersion, counts: Counts) -> str:
    domains = sorted({line.domain for line in version.report.lineage}) if version.report else []
    lines = [
        "---",
        f"pretty_name: {json.dumps(version.name)}",
        f"license: {LICENCE}",
        "language:",
        "- en",
        "task_categories:",
        "- text-generation",
        "tags:",
        *(f"- {tag}" for tag in ("synthetic", "tool-use", "customer-service", *domains)),
        "size_categories:",
        f"- {_size(version.num_items)}",
        "configs:",
    ]
    for config, of in sorted(counts.items()):
        lines.append(f"- config_name: {config}")
        if config == DEFAULTS[version.kind]:
            lines.append("  default: true")
        lines.append("  data_files:")
        for split in sorted(of, reverse=True):
            lines += [f"  - split: {split}", f"    path: {file_of(config, split)}"]
    return "\n".join([*lines, "---", ""])


def _size(num: int) -> str:
    return next((name for most, name in SIZES if num < most), "n>100K")
