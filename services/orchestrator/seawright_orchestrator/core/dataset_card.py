"""The data card of a version: its figures in words and tables, as Markdown."""

from collections.abc import Iterable, Mapping, Sequence

from seawright_shared.records.checkers import StyleKills
from seawright_shared.records.datasets import (
    Baseline,
    Contamination,
    Cost,
    DatasetReport,
    DatasetVersion,
    Difficulty,
    Diversity,
    Funnel,
    RunLineage,
)

NUM_REASONS = 25
KNOWN_LIMITS = (
    "The procedural author writes from templates: wording is narrower than real customers'.",
    "Right behaviour is what the domain's policy and its executable checker say; tone, patience "
    "and style are not judged.",
    "Plays of the scripted agent show one right way of several, in the fewest turns.",
    "Pass rates belong to the agents and users named under lineage; another agent finds other "
    "tasks hard.",
    "People, orders and accounts are generated; resemblance to real ones is chance.",
)


def data_card(version: DatasetVersion) -> str:
    """Return the card without a header."""
    report = version.report or DatasetReport()
    parts = [
        f"# {version.name}",
        _summary(version, report),
        section("Lineage", _lineage(report.lineage)),
        section("Funnel", _funnel(report.funnel)),
        section("Kill matrix", _kills(report)),
        section("Diversity", _diversity(report.diversity)),
        section("Difficulty", _difficulty(report.difficulty)),
        section("Baselines that do not read", _baselines(report.baselines, version)),
        section("Contamination", _contamination(report.contamination)),
        section("Cost", _cost(report.cost)),
        section("Known limits", "\n".join(f"- {limit}" for limit in KNOWN_LIMITS)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def section(title: str, body: str) -> str:
    """Return a section, or nothing where there is nothing to say."""
    return f"## {title}\n\n{body}" if body else ""


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table; bars in cells are escaped."""
    lines = [list(map(_cell, head)), ["---"] * len(head), *(list(map(_cell, r)) for r in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: object) -> str:
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")


def _percent(share: float | None) -> str:
    return "not measured" if share is None else f"{share:.1%}"


def _summary(version: DatasetVersion, report: DatasetReport) -> str:
    what = {
        "rl_tasks": "tasks with executable checkers, for reinforcement learning",
        "agent_sft": "verified dialogues that teach the agent",
        "user_sft": "dialogues that teach a user model, cut before a user's first wrong step",
    }[version.kind]
    authors = sorted({line.author for line in report.lineage}) or ["unknown"]
    return (
        f"{version.num_items} {what} ({version.num_tasks} different tasks). Generated, without "
        f"human annotation, by the {' and '.join(authors)} author of seawright. Version "
        f"`{version.id}`, content hash `{version.content_hash}`."
    )


def _lineage(lines: Sequence[RunLineage]) -> str:
    head = ["run", "domain", "database", "author", "agent", "user", "seed", "streams", "iterations"]
    rows = [
        [
            line.run_id,
            line.domain,
            f"{line.database.source} {line.database.seed}, {line.database.num_customers} customers"
            if line.database.source == "seed"
            else line.database.source,
            line.author,
            line.agent,
            line.user,
            line.seed,
            line.num_streams,
            line.num_iterations,
        ]
        for line in lines
    ]
    return table(head, rows) if rows else ""


def _funnel(funnel: Funnel) -> str:
    counts = {
        "drawn": funnel.num_drawn,
        "candidates": funnel.num_candidates,
        "refused": sum(row.num for row in funnel.rejects),
        "accepted tasks": funnel.num_accepted,
        "not wanted, or without a usable play": funnel.num_unwanted,
        "near-duplicates removed": funnel.num_duplicates,
        "over caps": funnel.num_over_caps,
        "items": funnel.num_items,
    }
    parts = [table(["stage", "number"], counts.items())]
    if funnel.rejects:
        shown = funnel.rejects[:NUM_REASONS]
        rows = [[row.stage, row.cause, row.attribution, row.num] for row in shown]
        rest = sum(row.num for row in funnel.rejects[NUM_REASONS:])
        if rest:
            rows.append(["others", f"{len(funnel.rejects) - len(shown)} more reasons", "", rest])
        parts.append(table(["stage", "cause", "attribution", "refused"], rows))
    return "\n\n".join(parts)


def _kills(report: DatasetReport) -> str:
    if not report.kills:
        return ""
    operators = sorted({r.operator for style in report.kills for r in style.kills if r.mutants})
    head = ["operator", *(f"{style.style} ({style.form})" for style in report.kills)]
    rows = [[name, *(_killed(style, name) for style in report.kills)] for name in operators]
    said = (
        f"Mutants of the right play that the checkers of {report.num_selftested} tasks refused, of "
        f"those whose outcome is another; right plays refused: {report.num_false_rejects}."
    )
    return f"{said}\n\n{table(head, rows)}"


def _killed(style: StyleKills, operator: str) -> str:
    for row in style.kills:
        if row.operator == operator:
            return f"{row.killed} / {row.mutants}"
    return "-"


def _diversity(found: Diversity) -> str:
    rows: list[tuple[str, object]] = [
        ("different tool sequences", found.num_sequences),
        ("different tool bigrams, trigrams", f"{found.num_bigrams}, {found.num_trigrams}"),
        ("filled coverage cells", found.num_cells),
        ("cell entropy in bits (evenness)", f"{found.cell_entropy} ({found.cell_evenness})"),
        (
            "policy rules granting, denying",
            f"{len(found.rules_allowing)}, {len(found.rules_denying)}",
        ),
        ("rules seen in one direction only", ", ".join(found.rules_one_sided) or "none"),
        ("rules never decisive", ", ".join(found.rules_unseen) or "none"),
        ("contrast pairs", found.num_pairs),
        ("distinct-1, distinct-2", f"{found.distinct_1}, {found.distinct_2}"),
        ("compression ratio of the words", found.compression_ratio),
        ("template share of openings", found.template_share),
        ("Gini of tasks over customers", found.entity_gini),
        ("outcomes", _counts(found.outcomes)),
        ("goal types", _counts(found.goal_types)),
    ]
    return table(["measure", "value"], rows)


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {num}" for name, num in counts.items()) or "none"


def _difficulty(found: Difficulty) -> str:
    if not found.num_episodes:
        return "No plays: the runs accepted tasks without rollouts."
    rows: list[tuple[str, object]] = [
        ("tasks played, scored plays", f"{found.num_tasks_played}, {found.num_episodes}"),
        ("mean pass rate", _percent(found.mean_pass_rate)),
        ("tasks passed in 20 % to 80 % of their plays", _percent(found.share_in_band)),
        ("tasks by pass rate, in tenths", ", ".join(map(str, found.pass_histogram))),
        ("scripted agent without slips passes", _percent(found.oracle_pass_rate)),
        ("mean turns, tool calls", f"{found.mean_turns}, {found.mean_tool_calls}"),
        ("mean sampled tokens", found.mean_tokens),
    ]
    return table(["measure", "value"], rows)


def _baselines(baselines: Sequence[Baseline], version: DatasetVersion) -> str:
    if not baselines:
        return ""
    limit = "" if version.spec is None else f"; over {version.spec.max_degenerate_share:.0%} none"
    said = f"Policies that do not read the task, played on every task{limit} would be kept."
    rows = [[one.policy, one.num_passed, one.num_tasks, _percent(one.share)] for one in baselines]
    return f"{said}\n\n{table(['policy', 'passed', 'tasks', 'share'], rows)}"


def _contamination(found: Contamination) -> str:
    if not found.is_measured:
        return f"Not measured: {found.reason}" if found.reason else ""
    said = (
        f"{found.num_compared} tasks were compared with tau2-bench's; {found.num_named} are one "
        "of them or name a customer of theirs or his things."
    )
    head = ["domain", "kind", "split", "tasks", "benchmark tasks"]
    rows = [[o.domain, o.kind, o.split, o.num_tasks, o.num_benchmark_tasks] for o in found.overlaps]
    return f"{said}\n\n{table(head, rows)}" if rows else said


def _cost(found: Cost) -> str:
    said = (
        f"Per accepted task: {found.tokens_per_accepted:.6g} tokens, "
        f"{found.dollars_per_accepted:.6g} dollars, {found.seconds_per_accepted:.4g} seconds."
    )
    head = ["stage", "calls", "cached", "prompt tokens", "sampled tokens", "dollars"]
    rows = [
        [s, u.num_calls, u.num_cached, u.num_prompt_tokens, u.num_sampled_tokens, u.dollars]
        for s, u in found.stages.items()
    ]
    return f"{said}\n\n{table(head, rows)}" if rows else said
