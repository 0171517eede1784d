"""How different tasks are: sequences, cells, rules in both directions, words, customers."""

import math
import re
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from seawright_orchestrator.core.synthesis.identities import sequence
from seawright_orchestrator.core.synthesis.statistics import entropy
from seawright_orchestrator.core.task_index import customer_key
from seawright_shared.records.datasets import Diversity
from seawright_shared.records.tasks import Task

WORD = re.compile(r"[a-z']+|\d+")
PROPER = re.compile(r"\S*[\d@#]\S*|(?<![.!?] )(?<!^)\b[A-Z][a-z]+\b")
"""What a template is filled with: ids, numbers, addresses, and names within a sentence."""
ZIP_LEVEL = 9
DIGITS = 4
"""Decimals of the shares, so that equal sets give equal bytes."""


def diversity(tasks: Sequence[Task], policy_rules: Collection[str]) -> Diversity:
    """Return the figures; the rules are all that the domains' policies have."""
    sequences = [sequence(task) for task in tasks]
    cells = Counter(_cell(task) for task in tasks)
    allowing = _rules(task for task in tasks if task.outcome == "fulfil")
    denying = _rules(task for task in tasks if task.outcome in {"refuse", "transfer"})
    texts = [_text(task) for task in tasks]
    bits = entropy(cells.values()) if cells else 0.0
    pairs = {(task.pair, task.id) for task in tasks if task.pair is not None}
    halves = Counter(pair for pair, _ in pairs)
    return Diversity(
        num_sequences=len(set(sequences)),
        num_bigrams=len(_ngrams(sequences, 2)),
        num_trigrams=len(_ngrams(sequences, 3)),
        num_cells=len(cells),
        cell_entropy=round(bits, DIGITS),
        cell_evenness=round(bits / math.log2(len(cells)) if len(cells) > 1 else 0.0, DIGITS),
        rules_allowing=dict(sorted(allowing.items())),
        rules_denying=dict(sorted(denying.items())),
        rules_one_sided=sorted(allowing.keys() ^ denying.keys()),
        rules_unseen=sorted(set(policy_rules) - allowing.keys() - denying.keys()),
        num_pairs=sum(num > 1 for num in halves.values()),
        distinct_1=distinct(texts, 1),
        distinct_2=distinct(texts, 2),
        compression_ratio=compression_ratio(texts),
        template_share=template_share([task.scenario.opening for task in tasks]),
        entity_gini=gini(list(Counter(customer_key(task) for task in tasks).values())),
        outcomes=dict(sorted(Counter(task.outcome for task in tasks).items())),
        goal_types=dict(sorted(Counter(g for task in tasks for g in task.goal_types).items())),
    )


def distinct(texts: Iterable[str], num_words: int) -> float:
    """Return different n-grams over n-grams, of all texts together."""
    grams = [
        gram for text in texts for gram in _ngrams_of(tuple(WORD.findall(text.lower())), num_words)
    ]
    return round(len(set(grams)) / max(1, len(grams)), DIGITS)


def compression_ratio(texts: Sequence[str]) -> float:
    """Return bytes over compressed bytes; 0 where there is nothing."""
    whole = "\n".join(texts).encode()
    return round(len(whole) / len(zlib.compress(whole, ZIP_LEVEL)), DIGITS) if whole else 0.0


def template_share(texts: Sequence[str]) -> float:
    """Return the share of texts that are another's, but for what it was filled with."""
    forms = [PROPER.sub("_", text) for text in texts]
    counts = Counter(forms)
    return round(sum(counts[form] > 1 for form in forms) / max(1, len(forms)), DIGITS)


def gini(counts: Sequence[int]) -> float:
    """Return the Gini coefficient of how much each has: 0 where all have the same."""
    total, num = sum(counts), len(counts)
    if total == 0:
        return 0.0
    ranked = sum(rank * value for rank, value in enumerate(sorted(counts), 1))
    return round(2 * ranked / (num * total) - (num + 1) / num, DIGITS)


def _text(task: Task) -> str:
    return " ".join([task.scenario.opening, *(wish.text for wish in task.scenario.wishes)])


def _cell(task: Task) -> str:
    goal = task.goal_types[0] if task.goal_types else ""
    return f"{goal}|{task.outcome}|{task.tier}|{task.scenario.disclosure}"


def _rules(tasks: Iterable[Task]) -> Counter[str]:
    return Counter(rule for task in tasks for rule in set(task.policy_rules))


def _ngrams(sequences: Iterable[tuple[str, ...]], num: int) -> set[tuple[str, ...]]:
    return {gram for one in sequences for gram in _ngrams_of(one, num)}


def _ngrams_of(words: tuple[str, ...], num: int) -> list[tuple[str, ...]]:
    return [words[start : start + num] for start in range(len(words) - num + 1)]
