"""Files of a new project, and the templates that this package has for them."""

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from string import Template

SUFFIX = ".tmpl"


class ProjectFiles:
    """Writes to the disk; never over a file."""

    def is_free(self, folder: Path) -> bool:
        """Whether a folder is not there, or empty."""
        return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))

    def write(self, texts: Mapping[Path, str]) -> None:
        """Write new files, and the folders that they need."""
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(text)


def domain_templates() -> dict[str, Template]:
    """Return the templates of a domain's package, by the name of the file."""
    folder = resources.files("seawright_console").joinpath("templates/domain")
    return {
        file.name.removesuffix(SUFFIX): Template(file.read_text(encoding="utf-8"))
        for file in folder.iterdir()
        if file.name.endswith(SUFFIX)
    }
