"""Draw drafts for the customers of one split."""

from collections.abc import Mapping
from dataclasses import dataclass

from seawright_environment.core.databases import Databases
from seawright_environment.core.draft_drawing import draw_drafts
from seawright_environment.core.drafting import Author, DraftOrder
from seawright_environment.core.world import World
from seawright_shared.errors import NotFoundError
from seawright_shared.records.tasks import Draft


@dataclass(frozen=True, slots=True)
class DraftTasks:
    """Load the database, then draw."""

    databases: Databases
    authors: Mapping[str, Author]

    def __call__(self, order: DraftOrder) -> list[Draft]:
        """Return the drafts that the order names, a function of the order and the database."""
        author = author_of(self.authors, order.database.domain)
        return draw_drafts(order, author, World.open(self.databases.load(order.database)).view)


def author_of(authors: Mapping[str, Author], domain: str) -> Author:
    """Return a domain's author, or raise `NotFoundError`."""
    author = authors.get(domain)
    if author is None:
        raise NotFoundError(f"no author for domain {domain!r}", {"domains": sorted(authors)})
    return author
