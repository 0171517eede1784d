"""Laws of where step metrics are shown: TensorBoard's files and Prometheus' gauges."""

import struct
from datetime import UTC, datetime
from pathlib import Path

import pytest

from seawright_shared.telemetry.metrics import Meter
from seawright_trainer.adapters.prometheus_steps import PrometheusSteps
from seawright_trainer.adapters.tensorboard_events import TensorBoardFiles, crc32c, event


def records(content: bytes) -> list[bytes]:
    """Read an event file back, record by record; a damaged one is refused."""
    found: list[bytes] = []
    while content:
        (length,) = struct.unpack("<Q", content[:8])
        payload = content[12 : 12 + length]
        for start, part in ((8, content[:8]), (12 + length, payload)):
            (stored,) = struct.unpack("<I", content[start : start + 4])
            rotated = (stored - 0xA282EAD8) & 0xFFFFFFFF
            assert ((rotated >> 17) | (rotated << 15)) & 0xFFFFFFFF == crc32c(part)
        found.append(payload)
        content = content[16 + length :]
    return found


def test_the_checksum_is_castagnolis():
    # RFC 3720, B.4: 32 bytes of zeros, of ones, and the check word of the standard.
    assert crc32c(bytes(32)) == 0x8A9136AA
    assert crc32c(b"\xff" * 32) == 0x62A8AB43
    assert crc32c(b"123456789") == 0xE3069283


def test_an_event_has_the_bytes_of_its_protobuf():
    expected = (
        b"\x09" + struct.pack("<d", 2.0) + b"\x10\xac\x02"
        b"\x2a\x0d\x0a\x0b\x0a\x04loss\x15" + struct.pack("<f", 0.5)
    )
    assert event(2.0, 300, {"loss": 0.5}) == expected


async def test_each_step_is_a_record_of_one_file_per_run(tmp_path: Path):
    files = TensorBoardFiles(tmp_path, lambda: datetime.fromtimestamp(1_000, UTC))
    await files.show("train_a", 1, {"loss": 1.0})
    await files.show("train_a", 2, {"loss": 0.5, "entropy": 2.0})
    await files.show("train_b", 1, {"loss": 3.0})
    (path,) = (tmp_path / "train_a" / "tensorboard").iterdir()
    read = records(path.read_bytes())
    assert b"brain.Event:2" in read[0]
    assert read[1:] == [
        event(1_000.0, 1, {"loss": 1.0}),
        event(1_000.0, 2, {"loss": 0.5, "entropy": 2.0}),
    ]


async def test_prometheus_sees_the_newest_step_and_nothing_of_the_one_before():
    meter = Meter("trainer")
    screen = PrometheusSteps(meter)
    await screen.show("train_a", 1, {"loss": 1.0, "seconds_forward": 3.0, "kl_k3": 0.1})
    await screen.show("train_a", 2, {"loss": 0.5, "seconds_forward": 2.0})
    told = meter.render().decode()
    assert 'seawright_trainer_step_measure{measure="loss"} 0.5' in told
    assert 'seawright_trainer_step_stage_seconds{stage="forward"} 2.0' in told
    assert "seawright_trainer_step 2.0" in told
    assert "kl_k3" not in told


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
async def test_a_value_that_is_no_number_is_written_as_it_is(tmp_path: Path, value: float):
    await TensorBoardFiles(tmp_path, lambda: datetime.fromtimestamp(1, UTC)).show(
        "train_a", 1, {"loss": value}
    )
    (path,) = (tmp_path / "train_a" / "tensorboard").iterdir()
    assert len(records(path.read_bytes())) == 2
