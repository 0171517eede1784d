from pathlib import Path

import pytest

from seawright_console.adapters.tau2_folder import require_tau2_data
from seawright_shared.errors import InvalidRequestError


@pytest.mark.parametrize("inner", ["tau2/domains", "domains"])
def test_a_folder_with_the_domains_data_is_taken(tmp_path: Path, inner: str):
    domain = tmp_path / inner / "retail"
    domain.mkdir(parents=True)
    (domain / "db.json").write_text("{}")
    (domain / "tasks.json").write_text("[]")
    require_tau2_data(tmp_path, "retail")


def test_nothing_said_names_the_variable():
    with pytest.raises(InvalidRequestError, match="set TAU2_DATA_DIR to tau2-bench's data folder"):
        require_tau2_data(None, "retail")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(InvalidRequestError, match="nowhere, which is no folder"):
        require_tau2_data(tmp_path / "nowhere", "retail")


def test_a_folder_without_the_domain_says_what_it_lacks(tmp_path: Path):
    (tmp_path / "domains" / "airline").mkdir(parents=True)
    with pytest.raises(InvalidRequestError, match="has no retail data"):
        require_tau2_data(tmp_path, "retail")
