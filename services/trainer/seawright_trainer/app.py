"""The front door: `seawright-trainer` serves until it is told to stop."""

import uvicorn

from seawright_trainer.settings import Settings
from seawright_trainer.wiring import build


def main() -> None:
    """Serve the trainer."""
    settings = Settings()
    uvicorn.run(build(settings), host=settings.host, port=settings.port, timeout_keep_alive=75)
