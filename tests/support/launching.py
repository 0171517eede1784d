"""A process that launches ranks and is then in nobody's way: `python -m ... CONFIG.json`."""

import asyncio
import sys
from pathlib import Path

import structlog

from seawright_trainer.adapters.local_launcher import LocalLauncher
from seawright_trainer.core.attempts import AttemptConfig


async def main(config: AttemptConfig) -> None:
    attempt = await LocalLauncher().launch(config)
    sys.stdout.write(f"{attempt.process.pid}\n")
    sys.stdout.flush()
    await attempt.wait()


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run(main(AttemptConfig.model_validate_json(Path(sys.argv[1]).read_text())))
