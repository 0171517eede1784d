"""Logs: events with ids, as JSON for machines or in colour for people; secrets are masked."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import TextIO

import structlog
from structlog.typing import Processor

_SECRET_NAMES = re.compile(
    r"(^|_)(password|secret|api_?key|authorization|cookie|credentials?|access_token)($|_)", re.I
)
_SECRET_TEXTS = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+]*://[^\s:/@]*:)[^\s@/]+(?=@)|(?P<bearer>Bearer\s+)\S+", re.I
)
MASK = "***"
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def configure_logging(
    service: str, level: str = "info", *, json: bool = True, stream: TextIO | None = None
) -> None:
    """Configure the process's logs; called once, in an app's `main`.

    Standard-library logs, as uvicorn's, leave in the same form.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        mask_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    render: Processor = (
        structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer()
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_service_adder(service), *shared],
            processors=[
                _service_adder(service),
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                render,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(_LEVELS[level])
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = True
    # One line per call, with full addresses: the request log says it better.
    for name in ("httpx", "httpcore", "uvicorn.access", "aiosqlite"):
        logging.getLogger(name).setLevel(logging.WARNING)


def mask_secrets(
    logger: object, method: str, entry: MutableMapping[str, object]
) -> MutableMapping[str, object]:
    """Mask values under secret names, and passwords and bearer tokens within any text."""
    del logger, method
    for name, value in entry.items():
        if _SECRET_NAMES.search(name):
            entry[name] = MASK
        elif isinstance(value, str):
            entry[name] = _SECRET_TEXTS.sub(_masked, value)
    return entry


def _masked(match: re.Match[str]) -> str:
    return (match["scheme"] or match["bearer"] or "") + MASK


def _service_adder(service: str) -> Processor:
    def add_service(
        logger: object, method: str, entry: MutableMapping[str, object]
    ) -> MutableMapping[str, object]:
        del logger, method
        entry.setdefault("service", service)
        return entry

    return add_service
