"""A group of commands one of which needs not be named."""

from typing import TYPE_CHECKING

from typer.core import TyperGroup

if TYPE_CHECKING:
    # The library exports no other name of it.
    from typer._click import Context

DEFAULT = "run"


class RunUnlessNamed(TyperGroup):
    """`synth FILE` is `synth run FILE`."""

    def parse_args(self, ctx: "Context", args: list[str]) -> list[str]:
        """Name the default command where no other is named."""
        if args and args[0] not in self.commands and args[0] != "--help":
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)
