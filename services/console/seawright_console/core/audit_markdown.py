"""An audit as a Markdown file."""

from collections.abc import Iterator, Sequence

from seawright_console.core.audit_tables import AuditPage, TextTable


def markdown_of(page: AuditPage) -> str:
    """Return the report; texts from task files cannot break out of their cells."""
    return "\n".join(_lines(page)) + "\n"


def _lines(page: AuditPage) -> Iterator[str]:
    yield f"# {_plain(page.title)}"
    yield ""
    for name, value in page.facts.items():
        yield f"- {name}: {_plain(value)}"
    for table in page.tables:
        yield from _table(table, "##")
    yield ""
    yield "## Findings"
    for table in page.findings:
        yield from _table(table, "###")
    yield ""
    yield "## How to read this"
    yield ""
    for limit in page.limits:
        yield f"- {limit}"


def _table(table: TextTable, heading: str) -> Iterator[str]:
    yield ""
    yield f"{heading} {_plain(table.title)}"
    yield ""
    if table.note:
        yield table.note
        yield ""
    yield _row(table.columns)
    yield _row(["---"] * len(table.columns))
    for row in table.rows:
        yield _row([_plain(cell) for cell in row])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    for mark, shown in (("\\", "\\\\"), ("|", "\\|"), ("<", "&lt;"), ("[", "\\["), ("*", "\\*")):
        text = text.replace(mark, shown)
    return " ".join(text.replace("_", "\\_").split())
