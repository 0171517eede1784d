"""What a model's log-probs are, by transformers' own forward in float32, and by the trainer's."""

from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForCausalLM

from seawright_shared.stores.traces import TokenTrace
from seawright_trainer.adapters.fsdp_engine import row_tensors, segment_bounds
from seawright_trainer.adapters.hf_models import load_model
from seawright_trainer.core.segments import pack_row
from seawright_trainer.core.sequences import WeightedSequence, join


@torch.inference_mode()
def exact_logprobs(folder: Path, trace: TokenTrace) -> np.ndarray:
    """Return the log-prob of each sampled token of a trace."""
    model = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, local_files_only=True
    ).eval()
    ids = torch.from_numpy(trace.token_ids.astype(np.int64))
    logits = model(ids[None]).logits[0, :-1].float() / trace.temperature
    every = torch.log_softmax(logits, -1).gather(-1, ids[1:, None])[:, 0].numpy()
    return every[trace.loss_mask[1:]]


@torch.inference_mode()
def trainers_logprobs(folder: Path, *traces: TokenTrace) -> np.ndarray:
    """Return what the trainer computes for the traces' sampled tokens, packed into one row."""
    sequences = [
        WeightedSequence(
            token_ids=trace.token_ids,
            loss_mask=trace.loss_mask,
            behaviour=trace.logprobs,
            temperature=trace.temperature,
        )
        for trace in traces
    ]
    row = pack_row(join(sequences), range(len(traces)))
    device = torch.device("cpu")
    model = load_model(str(folder)).eval()
    return model(row_tensors(row, device), segment_bounds(row, device)).logprobs_N.numpy()
