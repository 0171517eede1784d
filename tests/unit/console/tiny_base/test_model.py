from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM, AutoTokenizer, Qwen3ForCausalLM
from transformers.utils import logging

import seawright_console.tiny_base
from seawright_console.tiny_base import tokenizer
from seawright_console.tiny_base.evaluation import score, turns
from seawright_console.tiny_base.material import held_out
from seawright_policy.wiring import renderer_for

FOLDER = Path(seawright_console.tiny_base.__file__).parent / "model"
logging.disable_progress_bar()


def test_the_shipped_folder_is_small_and_loads_with_transformers():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 10_000_000
    model = AutoModelForCausalLM.from_pretrained(FOLDER)
    assert type(model).__name__ == "Qwen3ForCausalLM"
    assert sum(one.numel() for one in model.parameters()) <= 5_000_000
    assert model.config.max_position_embeddings >= 2048
    plain = AutoTokenizer.from_pretrained(FOLDER)
    assert plain("a book")["input_ids"] == tokenizer.build().encode("a book").ids


def test_the_shipped_tokenizer_is_the_one_the_recipe_builds():
    text = (FOLDER / "tokenizer.json").read_text()
    assert tokenizer.build().to_str() == same_form(text)


def same_form(text: str) -> str:
    return Tokenizer.from_str(text).to_str()


def test_the_shipped_model_calls_tools_as_its_card_says():
    torch.set_num_threads(1)
    model = Qwen3ForCausalLM.from_pretrained(FOLDER, dtype=torch.float32)
    found = score(model, held_out(renderer_for(FOLDER), 0)[:12])
    assert found.exact_match > 0.5


def test_runs_of_spoken_tokens_are_found():
    assert turns([False, True, True, False, True]) == [(1, 3), (4, 5)]
    assert turns([False, True, False]) == [(1, 2)]
