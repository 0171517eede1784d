"""Own domains are found where Python's packages declare them."""

import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from seawright_environment.adapters.entry_point_domains import installed, of_project
from seawright_environment.domain_wiring import all_domains
from seawright_shared.errors import InvalidRequestError, NotFoundError
from tests.support.plugins import install

DECLARED = '[project.entry-points."seawright.domains"]\nspa_x = "spa_x_package:THING"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Generator[Path]:
    (tmp_path / "spa_x_package.py").write_text("THING = object()\n")
    (tmp_path / "pyproject.toml").write_text(DECLARED)
    yield tmp_path
    while str(tmp_path) in sys.path:
        sys.path.remove(str(tmp_path))
    sys.modules.pop("spa_x_package", None)


def test_an_installed_entry_point_is_found_and_imported_only_when_it_is_loaded(folder: Path):
    with install(folder, "spa-x", {"spa_x": "spa_x_package:THING"}):
        (found,) = [each for each in installed() if each.name == "spa_x"]
        assert found.source == "spa_x_package:THING (spa-x 0.1.0)"
        assert "spa_x_package" not in sys.modules
        assert found.load() is sys.modules["spa_x_package"].THING


def test_the_service_starts_without_a_broken_package_and_tells_its_name(
    folder: Path, caplog: pytest.LogCaptureFixture
):
    with install(folder, "spa-x", {"spa_x": "spa_x_package:NOTHING"}):
        domains = all_domains()
    assert "spa_x" not in domains.contents
    (broken,) = domains.broken
    assert broken.name == "spa_x"
    assert "NOTHING" in broken.reason
    assert "spa_x" in caplog.text


def test_a_project_is_found_by_its_folder_without_being_installed(folder: Path):
    (found,) = of_project(folder)
    assert found.name == "spa_x"
    assert found.load() is sys.modules["spa_x_package"].THING


def test_a_source_folder_is_looked_into_first(folder: Path):
    (folder / "src").mkdir()
    (folder / "src" / "spa_x_package.py").write_text("THING = 'src'\n")
    assert of_project(folder)[0].load() == "src"
    sys.path.remove(str(folder / "src"))


def test_a_folder_that_declares_no_domain_is_refused_by_its_file(tmp_path: Path):
    with pytest.raises(NotFoundError, match=r"no pyproject\.toml"):
        of_project(tmp_path)
    file = tmp_path / "pyproject.toml"
    for text in ("", "[project]\nentry-points = 3\n", "[project.entry-points.other]\na = 'b:c'\n"):
        file.write_text(text)
        with pytest.raises(InvalidRequestError, match=r"has no \[project\.entry-points"):
            of_project(tmp_path)
    file.write_text("[project")
    with pytest.raises(InvalidRequestError, match=r"pyproject\.toml"):
        of_project(tmp_path)
