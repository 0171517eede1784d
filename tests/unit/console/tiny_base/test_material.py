import json
from pathlib import Path
from random import Random

import pytest

from seawright_console.tiny_base import tokenizer
from seawright_console.tiny_base.batches import Batcher
from seawright_console.tiny_base.dialogues import dialogue
from seawright_console.tiny_base.drills import Lesson
from seawright_console.tiny_base.material import first_lesson, lesson, rendered
from seawright_policy.wiring import renderer_for

RENDERER = renderer_for(tokenizer.build())
RETAIL = Path(__file__).parents[5] / "shared" / "tau2"
DIALOGUES = [dialogue(Random(f"law {seed}"), 1.0) for seed in range(60)]


def text_of(one: Lesson) -> str:
    calls = [call for turn in one.messages for call in turn.tool_calls or ()]
    said = [turn.content or "" for turn in one.messages]
    tools = [tool.model_dump_json() for tool in one.tools]
    return "\n".join([one.system, *said, *tools, *(call.model_dump_json() for call in calls)])


def test_the_same_seed_gives_the_same_lessons():
    for progress in (0.0, 0.3, 0.9):
        assert lesson(Random(5), progress) == lesson(Random(5), progress)


def test_every_call_names_a_listed_tool_and_gives_its_arguments_in_order():
    for one in DIALOGUES:
        listed = {tool.name: list(tool.parameters["properties"]) for tool in one.tools}  # type: ignore[arg-type]
        for turn in one.messages:
            for call in turn.tool_calls or ():
                assert list(call.arguments) == listed[call.name]


def test_every_argument_was_said_before_it_is_needed():
    for one in DIALOGUES:
        told = ""
        for turn in one.messages:
            for call in turn.tool_calls or ():
                for name, value in call.arguments.items():
                    for item in value if isinstance(value, list) else [value]:
                        assert name == "summary" or str(item).lower() in told
            told += (turn.content or "").lower() + " "


def test_dialogues_reach_the_lengths_of_a_real_domain():
    lengths = [len(rendered(RENDERER, one).token_ids) for one in DIALOGUES]
    assert max(lengths) > 1500
    assert len(rendered(RENDERER, first_lesson(Random(1))).token_ids) < 120


def test_nothing_of_the_retail_domain_is_in_the_material():
    if not RETAIL.is_dir():
        pytest.skip("tau2-bench's data is not beside the repository")
    text = "\n".join(
        [*map(text_of, DIALOGUES), *(text_of(lesson(Random(n), n / 300)) for n in range(300))]
    )
    tools = json.loads((RETAIL / "tools.json").read_text())["retail"]["tools"]["assistant"]
    longer = [name for name in tools if "_" in name]
    database = json.loads((RETAIL / "data/domains/retail/db.json").read_text())
    policy = (RETAIL / "data/domains/retail/policy.md").read_text()
    sentences = [one.strip(" -") for one in policy.split("\n") if len(one) > 20]
    for phrase in [*longer, *database["users"], *database["orders"], *sentences]:
        assert phrase not in text


def test_a_batch_has_loss_on_what_the_assistant_says_alone():
    batch = Batcher(RENDERER, Random(3), 2048).draw(0.5)
    assert batch.inputs.shape == batch.targets.shape == batch.is_said.shape
    assert batch.inputs.numel() <= 2048 + batch.inputs.shape[1] * 2
    assert 0.05 < batch.is_said.float().mean() < 0.6
    assert (batch.targets[batch.is_said] > 0).all()
