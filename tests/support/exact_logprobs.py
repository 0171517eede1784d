"""What a model's log-probs are, by transformers' own forward in float32."""

from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForCausalLM

from seawright_shared.stores.traces import TokenTrace


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
