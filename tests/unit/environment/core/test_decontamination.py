"""Overlaps of a foreign set with a benchmark's splits, counted by hand."""

from typing import Any

import pytest

from seawright_environment.core.decontamination import (
    Measure,
    Traits,
    contamination,
    own_names,
    traits,
)
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.contamination import (
    ContaminationReport,
    KindOfOverlap,
    OverlapKind,
    names_of,
)
from seawright_shared.records.domains import DatabaseRef

MEASURE = Measure(ngram=3, min_share=0.5)
CANCEL = {"name": "cancel", "arguments": {"order_id": "#W1", "reason": "late"}}


def document(id: str, said: str = "", actions: list[dict[str, Any]] | None = None, **more: Any):  # noqa: A002
    numbered = [{"action_id": str(i), **each} for i, each in enumerate(actions or [])]
    found: dict[str, Any] = {
        "id": id,
        "user_scenario": {
            "instructions": {"domain": "retail", "reason_for_call": said, "task_instructions": ""}
        },
        "evaluation_criteria": {"actions": numbered},
        **more,
    }
    return found


def of(*documents: dict[str, Any]) -> list[Traits]:
    return [traits(each, MEASURE) for each in documents]


def report(
    foreign: list[Traits], train: list[Traits], test: list[Traits] | None = None
) -> ContaminationReport:
    return contamination(foreign, {"train": train, "test": test or []}, MEASURE, domain="retail")


def kind(found: ContaminationReport, name: OverlapKind, split: str = "train") -> KindOfOverlap:
    return next(each for each in found.kinds if (each.kind, each.split) == (name, split))


def test_a_foreign_set_without_anything_in_common_is_clean():
    found = report(of(document("a", "one two three four")), of(document("b", "five six seven")))
    assert (found.num_contaminated, found.clean_indices) == (0, [0])
    assert all(each.num_tasks == each.num_benchmark_tasks == 0 for each in found.kinds)
    assert found.num_benchmark_tasks == {"train": 1, "test": 0}


def test_the_same_words_in_another_dress_are_the_same_task():
    found = report(of(document("a", "Cancel it, NOW!")), of(document("b", "cancel it now")))
    overlap = kind(found, "exact").overlaps[0]
    assert (overlap.foreign_id, overlap.index, overlap.benchmark_ids) == ("a", 0, ["b"])


def test_the_same_gold_is_the_same_task_only_where_it_names_someone():
    anonymous = {"name": "reboot", "arguments": {}}
    found = report(
        of(document("a", "x", [CANCEL]), document("b", "y", [anonymous])),
        of(document("c", "z", [CANCEL]), document("d", "w", [anonymous])),
    )
    assert [each.foreign_id for each in kind(found, "exact").overlaps] == ["a"]


def test_a_name_is_found_in_gold_and_in_prose_with_or_without_its_mark():
    benchmark = of(document("b", "", [CANCEL]))
    said = [
        document("gold", "", [{"name": "show", "arguments": {"order_id": "#W1"}}]),
        document("prose", "My order is #W1."),
        document("bare", "order W1, please"),
        document("start", "", initial_state={"initialization_data": {"agent_data": {"x": "W1"}}}),
        document("longer", "order W12 or XW1"),
    ]
    found = kind(report(of(*said), benchmark), "names")
    assert [each.foreign_id for each in found.overlaps] == ["gold", "prose", "bare", "start"]
    assert {text for each in found.overlaps for text in each.evidence} == {"W1"}
    assert found.num_benchmark_tasks == 1


def test_goods_and_flights_are_nobody_s_name():
    gold = {"name": "show", "arguments": {"item_id": "555", "flight_number": "HAT1"}}
    found = report(of(document("a", "HAT1 555", [gold])), of(document("b", "", [gold])))
    assert kind(found, "names").num_tasks == 0


def test_known_names_are_found_where_only_the_benchmark_s_prose_has_them():
    tables: Any = {"users": {"ann_1": {}}, "orders": {"#W9": {}}, "products": {"777": {}}}
    names = own_names(tables)
    assert names == {"ann_1", "W9"}
    told, asked = of(document("b", "You are ann_1, buy 777"))[0], document("a", "ann_1 and 777")
    without = contamination(of(asked), {"train": [told]}, MEASURE, domain="retail")
    assert kind(without, "names").num_tasks == 0
    found = contamination(of(asked), {"train": [told]}, MEASURE, domain="retail", known_names=names)
    assert [each.evidence for each in kind(found, "names").overlaps] == [["ann_1"]]


def test_the_same_tool_on_the_same_thing_is_a_call_in_common():
    other = {"name": "show", "arguments": {"order_id": "#W1"}}
    found = report(
        of(document("a", "", [CANCEL]), document("b", "", [other])),
        of(document("c", "", [CANCEL])),
        of(document("d", "", [other])),
    )
    assert [each.foreign_id for each in kind(found, "calls", "train").overlaps] == ["a"]
    assert [each.foreign_id for each in kind(found, "calls", "test").overlaps] == ["b"]
    assert kind(found, "calls").overlaps[0].evidence == ["cancel W1"]
    assert found.num_contaminated == 2


def test_n_grams_count_from_the_share_on_that_is_asked():
    # Three 3-grams; two of them are in the first task, one in the second.
    foreign = document("a", "one two three four five")
    found = kind(
        report(
            of(foreign), of(document("b", "one two three four"), document("c", "three four five"))
        ),
        "ngrams",
    )
    assert [(each.benchmark_ids, each.evidence) for each in found.overlaps] == [
        (["b"], ["2/3 of b"])
    ]


def test_a_task_without_words_has_no_n_grams_in_common():
    assert report(of(document("a")), of(document("b"))).num_contaminated == 0


def test_what_is_no_task_is_refused_by_its_place():
    with pytest.raises(InvalidRequestError) as caught:
        traits({"id": 5}, MEASURE, "/documents/3")
    assert "/documents/3/id" in {error.pointer for error in caught.value.errors}


def test_names_are_those_of_the_synthesis_firewall():
    from seawright_environment.core.tau2_documents import import_task

    task = import_task(document("a", "", [CANCEL]), DatabaseRef(domain="retail", source="tau2"))
    assert {name.lstrip("#") for name in names_of(task)} == set(
        of(document("a", "", [CANCEL]))[0].names
    )
