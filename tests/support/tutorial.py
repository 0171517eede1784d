"""The tutorial's files, read out of its page."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "tutorial-own-domain.md"
_BLOCK = re.compile(r"^```\w+ file=(\S+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_RUN = re.compile(r"^```python run\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def files() -> dict[str, str]:
    """Return the files of the tutorial's package, by path."""
    return dict(_BLOCK.findall(PAGE.read_text(encoding="utf-8")))


def write_files(folder: Path) -> None:
    """Write the package's files into a folder."""
    for path, text in files().items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def episode() -> str:
    """Return the program that plays an episode."""
    (text,) = _RUN.findall(PAGE.read_text(encoding="utf-8"))
    return text
