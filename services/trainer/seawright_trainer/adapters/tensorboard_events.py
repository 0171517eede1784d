"""Step metrics as TensorBoard's event files, written without TensorBoard.

A record is: length (u64), its masked CRC-32C, bytes, their masked CRC-32C; little-endian. The
bytes are a protobuf `Event`: wall_time (1, double), step (2, varint), file_version (3, string),
summary (5) of values (1) with tag (1, string) and simple_value (2, float).
"""

import asyncio
import struct
from collections.abc import Mapping
from pathlib import Path

from seawright_shared.stores.clock import Clock

POLYNOMIAL = 0x82F63B78
MASK_DELTA = 0xA282EAD8
VERSION = b"brain.Event:2"


def _table() -> tuple[int, ...]:
    entries: list[int] = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ (POLYNOMIAL if value & 1 else 0)
        entries.append(value)
    return tuple(entries)


TABLE = _table()


class TensorBoardFiles:
    """The port `StepScreen`: one event file per run, in `<runs_dir>/<run>/tensorboard`."""

    def __init__(self, runs_dir: Path, clock: Clock) -> None:
        self._runs_dir = runs_dir
        self._clock = clock

    async def show(self, run_id: str, step: int, metrics: Mapping[str, float]) -> None:
        """Append the step's metrics; a step that is redone after a restart is written again."""
        folder = self._runs_dir / run_id / "tensorboard"
        await asyncio.to_thread(_append, folder, self._clock().timestamp(), step, dict(metrics))


def _append(folder: Path, now: float, step: int, metrics: Mapping[str, float]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    found = sorted(folder.glob("events.out.tfevents.*"))
    path = found[-1] if found else folder / f"events.out.tfevents.{int(now)}.seawright"
    with path.open("ab") as file:
        if not found:
            file.write(record(_double(1, now) + _bytes(3, VERSION)))
        file.write(record(event(now, step, metrics)))


def event(now: float, step: int, metrics: Mapping[str, float]) -> bytes:
    """Return an `Event` of one step's scalars."""
    values = b"".join(
        _bytes(1, _bytes(1, name.encode()) + _key(2, 5) + struct.pack("<f", value))
        for name, value in metrics.items()
    )
    return _double(1, now) + _key(2, 0) + _varint(step) + _bytes(5, values)


def record(payload: bytes) -> bytes:
    """Return the bytes of one record of an event file."""
    length = struct.pack("<Q", len(payload))
    return length + _masked(length) + payload + _masked(payload)


def crc32c(content: bytes) -> int:
    """Return the CRC-32C (Castagnoli) of some bytes."""
    value = 0xFFFFFFFF
    for byte in content:
        value = (value >> 8) ^ TABLE[(value ^ byte) & 0xFF]
    return value ^ 0xFFFFFFFF


def _masked(content: bytes) -> bytes:
    value = crc32c(content)
    return struct.pack("<I", (((value >> 15) | (value << 17)) + MASK_DELTA) & 0xFFFFFFFF)


def _key(field: int, wire: int) -> bytes:
    return _varint(field << 3 | wire)


def _double(field: int, value: float) -> bytes:
    return _key(field, 1) + struct.pack("<d", value)


def _bytes(field: int, content: bytes) -> bytes:
    return _key(field, 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])
