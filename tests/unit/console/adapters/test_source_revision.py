from pathlib import Path

from seawright_console.adapters.source_revision import source_revision

COMMIT = "4c1a5e" + "0" * 34


def repository(tmp_path: Path, head: str) -> Path:
    inside = tmp_path / "services" / "console"
    inside.mkdir(parents=True)
    (tmp_path / ".git" / "refs" / "heads").mkdir(parents=True)
    (tmp_path / ".git" / "HEAD").write_text(head + "\n")
    return inside


def test_the_commit_of_a_branch_is_found_loose_or_packed(tmp_path: Path):
    inside = repository(tmp_path, "ref: refs/heads/main")
    (tmp_path / ".git" / "packed-refs").write_text(f"# pack-refs\n{COMMIT} refs/heads/main\n")
    assert source_revision(inside) == COMMIT
    (tmp_path / ".git" / "refs" / "heads" / "main").write_text("f" * 40 + "\n")
    assert source_revision(inside) == "f" * 40


def test_a_detached_head_is_its_own_commit(tmp_path: Path):
    assert source_revision(repository(tmp_path, COMMIT)) == COMMIT


def test_an_installed_package_has_no_commit(tmp_path: Path):
    assert source_revision(tmp_path / "lib") is None
