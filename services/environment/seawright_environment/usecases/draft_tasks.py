"""Draw drafts for the customers of one split."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from seawright_environment.core.databases import Databases
from seawright_environment.core.draft_drawing import draw_drafts, whole_split
from seawright_environment.core.drafting import Author, DraftOrder
from seawright_environment.core.world import World
from seawright_shared.errors import NotFoundError
from seawright_shared.records.tasks import Draft

MAX_SPLITS = 32
"""Splits whose customers are kept; each has some thousands at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitKey:
    """What decides who the customers of a split are."""

    database: str
    share: float
    is_heldout: bool


@dataclass(frozen=True, slots=True)
class DraftTasks:
    """Load the database, then draw."""

    databases: Databases
    authors: Mapping[str, Author]
    splits: dict[SplitKey, list[str]] = field(default_factory=dict[SplitKey, list[str]])
    """Customers of splits that were asked for, made once."""

    def __call__(self, order: DraftOrder) -> list[Draft]:
        """Return the drafts that the order names, a function of the order and the database."""
        author = author_of(self.authors, order.database.domain)
        base = self.databases.load(order.database)
        view = World.open(base).view
        key = SplitKey(
            database=base.database.name, share=order.holdout_share, is_heldout=order.is_heldout
        )
        split = self.splits.get(key)
        if split is None and (split := whole_split(order, author, view)) is not None:
            if len(self.splits) >= MAX_SPLITS:
                self.splits.clear()
            self.splits[key] = split
        return draw_drafts(order, author, view, split)


def author_of(authors: Mapping[str, Author], domain: str) -> Author:
    """Return a domain's author, or raise `NotFoundError`."""
    author = authors.get(domain)
    if author is None:
        raise NotFoundError(f"no author for domain {domain!r}", {"domains": sorted(authors)})
    return author
