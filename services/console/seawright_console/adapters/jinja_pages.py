"""Pages from templates: every text is escaped, only this package's own SVG is not."""

from importlib import resources
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from seawright_console.core.report_parts import Report


class Pages:
    """Renders this package's templates."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=PackageLoader("seawright_console", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["svg"] = as_markup
        style = resources.files("seawright_console").joinpath("templates/style.css")
        self.style = Markup(style.read_text())  # noqa: S704 - a file of this package

    def render(self, name: str, **values: object) -> str:
        """Return the page `name` with the values in it."""
        return self._environment.get_template(name).render(style=self.style, **values)


def as_markup(svg: str) -> Markup:
    """Mark a chart of `core.charts`, which escapes its texts, as safe to insert."""
    return Markup(svg)  # noqa: S704


def write_report(report: Report, path: Path) -> Path:
    """Write the report as one self-contained HTML file and return where it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(Pages().render("report.html", report=report), encoding="utf-8")
    return path.resolve()
