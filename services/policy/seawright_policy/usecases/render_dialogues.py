"""Write finished dialogues as tokens, as sampling would have."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from seawright_policy.core.catalogue import Catalogue
from seawright_shared.records.datasets import Dialogue
from seawright_shared.stores.traces import TokenTrace


@dataclass(frozen=True, slots=True)
class RenderDialogues:
    """Render with the model's own renderer; CPU work, to be called off the event loop."""

    catalogue: Catalogue

    def __call__(
        self, model: str, dialogues: Sequence[Dialogue], role: Literal["assistant", "user"]
    ) -> list[TokenTrace]:
        """Return one trace a dialogue; nothing was sampled, so log-probs are 0 and versions -1."""
        renderer = self.catalogue.get(model).renderer
        traces: list[TokenTrace] = []
        for dialogue in dialogues:
            rendering = renderer.render(dialogue.system, dialogue.tools, dialogue.messages, role)
            length = len(rendering.token_ids)
            traces.append(
                TokenTrace(
                    token_ids=np.array(rendering.token_ids, np.uint32),
                    logprobs=np.zeros(length, np.float32),
                    loss_mask=np.array(rendering.loss_mask, np.bool_),
                    versions=np.full(length, -1, np.int32),
                    model=model,
                    state={"dialogue_id": dialogue.id},
                )
            )
        return traces
