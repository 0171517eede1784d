"""Replies of a model in a folder, by the hash of what was asked."""

import asyncio
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from seawright_orchestrator.core.llm.chats import ChatReply
from seawright_shared.records.base import Record
from seawright_shared.records.messages import ToolCall


class KeptReply(Record):
    """A reply as it is kept."""

    content: str
    calls: list[ToolCall]
    malformed_call: str | None = None
    finish: str
    num_prompt_tokens: int
    num_sampled_tokens: int


@dataclass(frozen=True, slots=True)
class FolderReplies:
    """Example: the reply to the question `ab12...` lies in `<folder>/ab/ab12....json`."""

    folder: Path

    async def found(self, key: str) -> ChatReply | None:
        """Return the reply that was kept, marked as cached; a damaged one is asked for again."""
        return await asyncio.to_thread(self._read, key)

    async def keep(self, key: str, reply: ChatReply) -> None:
        """Remember a reply."""
        kept = KeptReply(
            content=reply.content,
            calls=list(reply.calls),
            malformed_call=reply.malformed_call,
            finish=reply.finish,
            num_prompt_tokens=reply.num_prompt_tokens,
            num_sampled_tokens=reply.num_sampled_tokens,
        )
        await asyncio.to_thread(self._write, key, kept.model_dump_json().encode())

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"

    def _read(self, key: str) -> ChatReply | None:
        try:
            kept = KeptReply.model_validate_json(self._path(key).read_bytes())
        except (FileNotFoundError, ValidationError):
            return None
        return ChatReply(
            content=kept.content,
            calls=tuple(kept.calls),
            malformed_call=kept.malformed_call,
            finish=kept.finish,
            num_prompt_tokens=kept.num_prompt_tokens,
            num_sampled_tokens=kept.num_sampled_tokens,
            is_cached=True,
        )

    def _write(self, key: str, content: bytes) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(dir=path.parent, prefix=".aside-")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(aside).replace(path)
