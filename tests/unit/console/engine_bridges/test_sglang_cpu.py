import pytest
import torch

from seawright_console.engine_bridges.sglang_cpu import rotary_embedding


@pytest.mark.parametrize("is_neox", [True, False])
def test_queries_and_keys_are_rotated_in_place_by_their_positions(is_neox):
    torch.manual_seed(0)
    head, rotated = 8, 6
    positions = torch.tensor([0, 3, 5])
    angles = torch.outer(torch.arange(9.0), torch.tensor([1.0, 0.3, 0.1]))
    cache = torch.cat([angles.cos(), angles.sin()], dim=-1)
    query, key = torch.randn(3, 2 * head), torch.randn(3, head)
    before = [one.clone() for one in (query, key)]
    rotary_embedding(positions, query, key, head, cache, is_neox)
    for old, new in zip(before, (query, key), strict=True):
        for token, position in enumerate(positions.tolist()):
            for at in range(0, old.shape[1], head):
                for pair in range(3):
                    low, high = (pair, pair + 3) if is_neox else (2 * pair, 2 * pair + 1)
                    turned = torch.complex(old[token, at + low], old[token, at + high])
                    turned = turned * torch.polar(torch.tensor(1.0), angles[position, pair])
                    assert new[token, at + low].item() == pytest.approx(
                        turned.real.item(), abs=1e-5
                    )
                    assert new[token, at + high].item() == pytest.approx(
                        turned.imag.item(), abs=1e-5
                    )
                assert (
                    new[token, at + rotated : at + head] == old[token, at + rotated : at + head]
                ).all()
