"""Folders of Parquet files, one per config and split, and their archives."""

import importlib
import shutil
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, cast

from seawright_orchestrator.core.exports.columns import COLUMNS, ConfigName, Kind, Row, Split
from seawright_orchestrator.core.exports.header import Counts, file_of
from seawright_shared.errors import UnavailableError

COMPRESSION = "zstd"
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time of every file in an archive: equal folders give equal bytes."""
ARROW = "pyarrow"


class Schema(Protocol):
    """A schema of pyarrow."""


class Table(Protocol):
    """A table of pyarrow."""


class TableType(Protocol):
    """Makes tables."""

    def from_pylist(self, mapping: list[Row], schema: Schema) -> Table:
        """Return the rows as a table."""
        ...


class Arrow(Protocol):
    """What is used of pyarrow, which has no types of its own."""

    Table: TableType

    def string(self) -> object:
        """Return the type of texts."""
        ...

    def int64(self) -> object:
        """Return the type of whole numbers."""
        ...

    def float64(self) -> object:
        """Return the type of numbers."""
        ...

    def bool_(self) -> object:
        """Return the type of truths."""
        ...

    def list_(self, of: object) -> object:
        """Return the type of lists."""
        ...

    def struct(self, fields: list[tuple[str, object]]) -> object:
        """Return the type of objects."""
        ...

    def schema(self, fields: list[tuple[str, object]]) -> Schema:
        """Return a schema."""
        ...


class Writer(Protocol):
    """Writes one file."""

    def write_table(self, table: Table) -> None:
        """Add a row group."""
        ...

    def close(self) -> None:
        """End the file."""
        ...


class Parquet(Protocol):
    """What is used of pyarrow.parquet."""

    def ParquetWriter(self, where: str, schema: Schema, *, compression: str) -> Writer:  # noqa: N802
        """Return a writer."""
        ...


class ParquetFolders:
    """Makes temporary folders. pyarrow is loaded with the first one."""

    def open(self) -> "ParquetFolder":
        """Return a new folder, or raise `UnavailableError` where pyarrow is not installed."""
        try:
            arrow = cast("Arrow", importlib.import_module(ARROW))
            parquet = cast("Parquet", importlib.import_module(f"{ARROW}.parquet"))
        except ModuleNotFoundError as error:
            raise UnavailableError(
                "exports need pyarrow: install seawright-orchestrator[export]"
            ) from error
        return ParquetFolder(arrow, parquet, Path(tempfile.mkdtemp(prefix="seawright-export-")))


class ParquetFolder:
    """A folder under way; rows are written as they come, a row group at a time."""

    def __init__(self, arrow: Arrow, parquet: Parquet, root: Path) -> None:
        self.path = root / "dataset"
        self.path.mkdir()
        self._root = root
        self._arrow = arrow
        self._parquet = parquet
        self._types = types_of(arrow)
        self._writers: dict[tuple[ConfigName, Split], Writer] = {}
        self._counts: dict[ConfigName, dict[Split, int]] = {}

    def add(self, config: ConfigName, split: Split, rows: Sequence[Row]) -> None:
        """Add rows to a config's split."""
        columns = COLUMNS[config].items()
        schema = self._arrow.schema([(name, self._types[kind]) for name, kind in columns])
        writer = self._writers.get((config, split))
        if writer is None:
            path = self.path / file_of(config, split)
            path.parent.mkdir(exist_ok=True)
            writer = self._parquet.ParquetWriter(str(path), schema, compression=COMPRESSION)
            self._writers[config, split] = writer
        writer.write_table(self._arrow.Table.from_pylist(list(rows), schema=schema))
        of = self._counts.setdefault(config, {})
        of[split] = of.get(split, 0) + len(rows)

    def write(self, name: str, content: str) -> None:
        """Write a whole text file."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")

    def close(self) -> Counts:
        """End all configs; return how many rows each holds."""
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()
        return self._counts

    def archived(self) -> Path:
        """Return one ZIP archive of the folder: equal files give equal bytes."""
        self.close()
        path = self._root / "dataset.zip"
        files = sorted(file for file in self.path.rglob("*") if file.is_file())
        with zipfile.ZipFile(path, "w") as archive:
            for file in files:
                entry = zipfile.ZipInfo(file.relative_to(self.path).as_posix(), LONG_AGO)
                is_packed = file.suffix == ".parquet"
                entry.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                with file.open("rb") as source, archive.open(entry, "w") as target:
                    shutil.copyfileobj(source, target)
        return path

    def discard(self) -> None:
        """Remove folder and archive."""
        self.close()
        shutil.rmtree(self._root, ignore_errors=True)


def types_of(arrow: Arrow) -> Mapping[Kind, object]:
    """Return the type of each kind of column."""
    text = arrow.string()
    call: list[tuple[str, object]] = [("name", text), ("arguments", text)]
    turn: list[tuple[str, object]] = [
        ("role", text),
        ("content", text),
        ("tool_calls", arrow.list_(arrow.struct(call))),
    ]
    message: list[tuple[str, object]] = [
        ("role", text),
        ("content", text),
        ("tool_calls", arrow.list_(arrow.struct([("id", text), *call]))),
        ("tool_call_id", text),
    ]
    origin: list[tuple[str, object]] = [
        ("source_dialog_id", text),
        ("turn_index", arrow.int64()),
        ("reason_for_call", text),
        ("scenario_id", text),
        ("correct", arrow.int64()),
        ("reward", arrow.float64()),
        ("domain", text),
    ]
    return {
        "text": text,
        "int": arrow.int64(),
        "float": arrow.float64(),
        "bool": arrow.bool_(),
        "texts": arrow.list_(text),
        "messages": arrow.list_(arrow.struct(message)),
        "turns": arrow.list_(arrow.struct(turn)),
        "answer": arrow.struct([*turn, ("thinking", text)]),
        "origin": arrow.struct(origin),
    }
