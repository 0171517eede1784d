"""Publish a version in two phases: prepare loads it beside the current one, commit switches."""

import asyncio
from dataclasses import dataclass, field, replace
from typing import Literal

from seawright_policy.core.catalogue import Catalogue, Serving, decide, retired
from seawright_policy.core.ports import Engine, ModelFolders
from seawright_shared.errors import InvalidRequestError, NotFoundError
from seawright_shared.records.rollouts import PolicyVersion


@dataclass(frozen=True, slots=True)
class PublishVersion:
    """Change which weights a model samples with; one publication of a model at a time."""

    catalogue: Catalogue
    engine: Engine
    folders: ModelFolders
    num_kept: int
    """Loaded versions beside the current and the prepared one, for those who pin them."""
    _locks: dict[str, asyncio.Lock] = field(default_factory=dict[str, asyncio.Lock])

    async def __call__(
        self, version: PolicyVersion, phase: Literal["prepare", "commit"], *, is_rollback: bool
    ) -> Serving:
        """Return the model after the phase. Repeating a phase changes nothing."""
        async with self._locks.setdefault(version.model, asyncio.Lock()):
            serving = self.catalogue.servings.get(version.model)
            decision = decide(serving, version, phase, is_rollback=is_rollback)
            if decision == "load":
                serving = await self._load(serving, version)
            elif decision == "switch":
                assert serving is not None
                serving = await self._switch(serving, version.version)
            if serving is None:
                raise NotFoundError(f"model {version.model!r} is not served")
            self.catalogue.servings[version.model] = serving
            return serving

    async def _load(self, serving: Serving | None, version: PolicyVersion) -> Serving:
        await self.folders.check(version)
        renderer = await self.folders.renderer(version.uri)
        if renderer is None and serving is None:
            raise InvalidRequestError(f"{version.uri} has no tokenizer.json, and no version before")
        context_length = await self.engine.load(version)
        if serving is None:
            assert renderer is not None
            serving = Serving(name=version.model, renderer=renderer, context_length=context_length)
        loaded = {**serving.loaded, version.version: version}
        return replace(serving, loaded=loaded, prepared=version.version)

    async def _switch(self, serving: Serving, number: int) -> Serving:
        await self.engine.switch(serving.loaded[number])
        prepared = None if serving.prepared == number else serving.prepared
        after, gone = retired(replace(serving, current=number, prepared=prepared), self.num_kept)
        for old in gone:
            await self.engine.drop(serving.name, old)
        return after
