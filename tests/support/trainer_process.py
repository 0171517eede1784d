"""The trainer as a process of its own, to be killed: `python -m ... FOLDER PORT`.

Peers are toys beside it; what the policy served lies in a file, so that it outlives the process.
While the folder holds a file `hold`, a publication stops halfway: prepared, not committed.
"""

import asyncio
import sys
from pathlib import Path

import uvicorn

from seawright_shared.contracts.policy import PublishRequest, ServedModel
from seawright_shared.records.rollouts import PolicyVersion
from seawright_shared.stores.blobs import FolderBlobs
from seawright_trainer.adapters.local_launcher import LocalLauncher
from seawright_trainer.settings import Settings
from seawright_trainer.wiring import Outside, build
from tests.support.toy_world import ToyEvaluations, ToyPolicy, ToyRollouts, toy_dialogues

NUM_DIALOGUES = 40


class FiledPolicy(ToyPolicy):
    """Remembers in a file what it committed, and says in another that it is about to."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._file = folder / "commits.jsonl"
        lines = self._file.read_text().splitlines() if self._file.exists() else []
        for line in lines:
            self.commits.append(PolicyVersion.model_validate_json(line))
            self.served_model = ServedModel(name=self.commits[-1].model, current=self.commits[-1])

    async def publish(self, name: str, version: int, request: PublishRequest) -> ServedModel:
        before = len(self.commits)
        if request.phase == "commit":
            (self._folder / "publishing").write_text(str(version))
            while (self._folder / "hold").exists():  # noqa: ASYNC110 - another process removes it
                await asyncio.sleep(0.01)
        served = await super().publish(name, version, request)
        with self._file.open("a") as file:
            file.writelines(f"{one.model_dump_json()}\n" for one in self.commits[before:])
        return served


def main() -> None:
    """Serve until killed."""
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    settings = Settings(
        database_url=f"sqlite+aiosqlite:///{folder}/trainer.db",
        blob_dir=folder / "blobs",
        runs_dir=folder / "runs",
    )
    policy = FiledPolicy(folder)
    rollouts = ToyRollouts(policy, FolderBlobs(folder / "blobs"), toy_dialogues(NUM_DIALOGUES))
    outside = Outside(
        policy=policy,
        rollouts=rollouts,
        launcher=LocalLauncher(),
        evaluations=ToyEvaluations(policy),
    )
    uvicorn.run(build(settings, outside=outside), host="127.0.0.1", port=port, log_level="error")


if __name__ == "__main__":
    main()
