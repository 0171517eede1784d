"""Two ranks do what one does, and a checkpoint does not mind how many there are (case 9)."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
import torch
import torch.distributed as dist
from safetensors import safe_open
from torch._C._distributed_c10d import HashStore
from transformers import AutoModelForCausalLM

from seawright_shared.stores.model_folders import weight_files
from seawright_trainer.adapters.dcp_checkpoints import (
    load_checkpoint,
    newest_whole,
    save_checkpoint,
)
from tests.support import rank_steps
from tests.support.tiny_models import write_tiny_model

pytestmark = pytest.mark.slow

MIXTURES = frozenset({"mixture", "divided", "starved"})


@dataclass
class Alone:
    """What one process came to."""

    state: dict[str, object]
    metrics: list[dict[str, float]]
    resumed: dict[str, object]
    """After loading what two ranks saved."""
    checkpoint: Path


@dataclass
class Compared:
    """What one process and two ranks came to, on the same data."""

    one: Alone
    two: dict[str, object]
    resumed_by_two: dict[str, object]
    """After loading what the one process saved."""
    folder: Path
    """What two ranks wrote."""


@pytest.fixture(scope="module")
def all_compared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Compared]:
    folder = tmp_path_factory.mktemp("ranks")
    for kind in rank_steps.KINDS:
        write_tiny_model(
            folder / "models" / kind,
            is_tied=kind not in {"replicated", *MIXTURES},
            is_mixture=kind in MIXTURES,
        )
    rank_steps.launch(2, folder / "models", folder / "two")
    dist.init_process_group("gloo", store=HashStore(), rank=0, world_size=1)
    alone: dict[str, Alone] = {}
    try:
        for kind in rank_steps.KINDS:
            alone[kind] = one_process(folder, kind)
    finally:
        dist.destroy_process_group()
    rank_steps.launch(2, folder / "models", folder / "again", str(folder / "one"))
    return {
        kind: Compared(
            one=alone[kind],
            two=torch.load(folder / "two" / kind / "state.pt", weights_only=False),
            resumed_by_two=torch.load(folder / "again" / kind / "state.pt", weights_only=False),
            folder=folder / "two" / kind,
        )
        for kind in rank_steps.KINDS
    }


def one_process(folder: Path, kind: str) -> Alone:
    """Train alone; then load what two ranks saved and save it again."""
    base = str(folder / "models" / kind)
    engine = rank_steps.engine_of(base)
    metrics = rank_steps.train(engine, 0, 1)
    resumed = rank_steps.engine_of(base)
    load_checkpoint(resumed, folder / "two" / kind / "step_3")
    return Alone(
        state=rank_steps.whole_state(engine),
        metrics=metrics,
        resumed=rank_steps.whole_state(resumed),
        checkpoint=save_checkpoint(resumed, rank_steps.place(folder / "one" / kind), 3),
    )


@pytest.fixture(params=rank_steps.KINDS)
def compared(request: pytest.FixtureRequest, all_compared: dict[str, Compared]) -> Compared:
    return all_compared[request.param]


def tensors(state: object, path: str = "") -> dict[str, torch.Tensor]:
    """Return all tensors of a nested state by path."""
    if isinstance(state, torch.Tensor):
        return {path: state}
    found: dict[str, torch.Tensor] = {}
    for key, value in state.items() if isinstance(state, dict) else ():
        if key != "metrics":
            found |= tensors(value, f"{path}/{key}")
    return found


def test_two_ranks_measure_the_same_loss_and_gradient(compared: Compared):
    two_metrics = cast("list[dict[str, float]]", compared.two["metrics"])
    for mine, theirs in zip(compared.one.metrics, two_metrics, strict=True):
        for name in ("loss", "grad_norm", "loss_tokens", "kl_k3", "entropy", "ess"):
            assert mine[name] == pytest.approx(theirs[name], abs=1e-6, rel=1e-6), name


def test_a_rank_without_loss_tokens_took_part_in_the_first_step():
    first = rank_steps.ragged_step(0)
    assert first.counted[first.offsets[4] :].sum() == 0
    assert first.num_loss_tokens > 0


def test_weights_after_three_steps_are_equal(compared: Compared):
    mine, theirs = tensors(compared.one.state["model"]), tensors(compared.two["model"])
    assert mine.keys() == theirs.keys()
    # Adam divides by a gradient's own size: of an expert that met hardly a token, rounding shows.
    tolerance = 1e-4 if compared.folder.name in MIXTURES else 2e-6
    for name, tensor in mine.items():
        torch.testing.assert_close(tensor, theirs[name], atol=tolerance, rtol=0, msg=name)


def test_experts_divided_over_ranks_train_as_if_each_rank_held_all(
    all_compared: dict[str, Compared],
):
    whole, divided = (all_compared[kind].two for kind in ("mixture", "divided"))
    metrics = [cast("list[dict[str, float]]", each["metrics"]) for each in (whole, divided)]
    for mine, theirs in zip(*metrics, strict=True):
        for name in ("loss", "grad_norm", "loss_tokens", "expert_imbalance"):
            assert mine[name] == pytest.approx(theirs[name], abs=1e-6, rel=1e-6), name
    expected, found = tensors(whole), tensors(divided)
    assert expected.keys() == found.keys()
    for name, tensor in expected.items():
        # Moments tell gradients; Adam makes more of the rounding of those that are nearly nothing.
        tolerance = 2e-6 if name.startswith("/model/") else 1e-7
        torch.testing.assert_close(tensor, found[name], atol=tolerance, rtol=0, msg=name)


def test_experts_that_meet_no_token_stay_as_they_were(all_compared: dict[str, Compared]):
    starved = all_compared["starved"]
    base = starved.folder.parents[1] / "models" / "starved"
    before = dict(
        AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32).named_parameters()
    )
    trained = cast("dict[str, torch.Tensor]", starved.two["model"])
    name = "model.layers.1.mlp.experts.down_proj"
    after = trained[f"language_model.{name}"]
    # Weight decay takes 1e-4 of a weight in three steps, and no weight is above 0.1.
    assert torch.allclose(after[2:], before[name][2:], atol=1e-5, rtol=0)
    assert not torch.allclose(after[:2], before[name][:2], atol=1e-3, rtol=0)


def test_what_two_ranks_export_is_what_they_trained(compared: Compared):
    files = weight_files(compared.folder / "export")
    assert len(files) > 1, "the ranks take turns"
    exported = AutoModelForCausalLM.from_pretrained(
        compared.folder / "export", dtype=torch.float32, local_files_only=True
    )
    trained = {
        name.removeprefix("language_model."): tensor
        for name, tensor in cast("dict[str, torch.Tensor]", compared.two["model"]).items()
    }
    for name, tensor in exported.named_parameters():
        expected = trained[name]
        layer = name.removesuffix("weight")
        if f"{layer}lora_A" in trained:
            expected = expected + 2.0 * trained[f"{layer}lora_B"] @ trained[f"{layer}lora_A"]
        torch.testing.assert_close(tensor, expected, atol=1e-7, rtol=0, msg=name)


@pytest.mark.parametrize("kind", sorted(MIXTURES))
def test_engines_find_a_mixtures_experts_one_by_one(all_compared: dict[str, Compared], kind: str):
    names: list[str] = []
    for path in weight_files(all_compared[kind].folder / "export"):
        with safe_open(path, framework="pt") as opened:
            names += opened.keys()
    of_first = sorted(name for name in names if "layers.0.mlp.experts." in name)
    kinds = ("down_proj", "gate_proj", "up_proj")
    expected = [f"model.layers.0.mlp.experts.{e}.{kind}.weight" for e in range(4) for kind in kinds]
    assert of_first == expected
    assert len(names) == len(set(names))


def test_an_adapter_alone_has_the_names_that_engines_look_for(all_compared: dict[str, Compared]):
    adapted = all_compared["adapted"]
    config = json.loads((adapted.folder / "adapter" / "adapter_config.json").read_text())
    assert (config["peft_type"], config["r"], config["lora_alpha"]) == ("LORA", 4, 8.0)
    trained = cast("dict[str, torch.Tensor]", adapted.two["model"])
    with safe_open(adapted.folder / "adapter" / "adapter_model.safetensors", "pt") as opened:
        name = "base_model.model.model.layers.1.self_attn.q_proj.lora_B.weight"
        found = opened.get_tensor(name)
        assert len(opened.keys()) == 2 * 2 * 7
    own = "language_model.model.layers.1.self_attn.q_proj.lora_B"
    assert torch.equal(found, trained[own])
    assert found.abs().sum() > 0, "it was trained"


def test_a_frozen_base_stays_as_it_was(all_compared: dict[str, Compared]):
    trained = cast("dict[str, torch.Tensor]", all_compared["adapted"].two["model"])
    base = all_compared["adapted"].folder.parents[1] / "models" / "adapted"
    reference = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    for name, tensor in reference.named_parameters():
        assert torch.equal(trained[f"language_model.{name}"], tensor), name


def test_weights_and_moments_survive_two_ranks_to_one_to_two(compared: Compared):
    saved = tensors(compared.two)
    assert any("exp_avg_sq" in name for name in saved)
    for resumed in (compared.one.resumed, compared.resumed_by_two):
        for name, tensor in saved.items():
            assert torch.equal(tensor, tensors(resumed)[name]), name


def test_a_damaged_checkpoint_is_passed_over_for_the_one_before(compared: Compared, tmp_path: Path):
    older, newer = tmp_path / "step_1", tmp_path / "step_2"
    shutil.copytree(compared.one.checkpoint, older)
    shutil.copytree(compared.one.checkpoint, newer)
    assert newest_whole([newer, older], "spec") == newer
    part = next(newer.glob("*.distcp"))
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.write_bytes(content)
    assert newest_whole([newer, older], "spec") == older
    assert newest_whole([newer, older], "another spec") is None
    (older / "COMPLETE").unlink()
    assert newest_whole([newer, older], "spec") is None
