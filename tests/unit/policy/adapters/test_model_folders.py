import pytest

from seawright_policy.adapters.model_folders import DiskFolders
from seawright_shared.errors import InvalidRequestError
from seawright_shared.records.rollouts import PolicyVersion
from tests.support.policy_models import write_model


async def test_a_folder_is_checked_against_the_hash_of_its_weights(tmp_path):
    sha256 = write_model(tmp_path / "a b")
    folders = DiskFolders()
    described = await folders.describe("tiny", 3, (tmp_path / "a b").as_uri())
    assert (described.version, described.sha256) == (3, sha256)
    await folders.check(described)
    with pytest.raises(InvalidRequestError) as caught:
        await folders.check(described.model_copy(update={"sha256": "0" * 64}))
    assert caught.value.errors[0].pointer == "/sha256"


async def test_a_missing_file_is_named(tmp_path):
    version = PolicyVersion(model="tiny", version=1, uri=str(tmp_path), sha256="")
    with pytest.raises(InvalidRequestError, match=r"config\.json"):
        await DiskFolders().check(version)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(InvalidRequestError, match=r"model\.safetensors"):
        await DiskFolders().check(version)


@pytest.mark.parametrize("uri", ["x" * 5000, "file:///" + "x" * 5000, "//[", "file://[", "a\0b"])
async def test_a_uri_that_names_no_folder_is_refused_by_field(uri: str):
    version = PolicyVersion(model="tiny", version=1, uri=uri, sha256="")
    with pytest.raises(InvalidRequestError) as caught:
        await DiskFolders().check(version)
    assert [error.pointer for error in caught.value.errors] == ["/uri"]


async def test_a_renderer_needs_a_tokenizer_and_a_known_template(tmp_path):
    write_model(tmp_path)
    assert await DiskFolders().renderer(str(tmp_path)) is not None
    for text in ("not json", "[]", '{"template": "other"}'):
        (tmp_path / "renderer.json").write_text(text)
        with pytest.raises(InvalidRequestError):
            await DiskFolders().renderer(str(tmp_path))
    (tmp_path / "renderer.json").unlink()
    with pytest.raises(InvalidRequestError, match=r"renderer\.json"):
        await DiskFolders().renderer(str(tmp_path))
    (tmp_path / "tokenizer.json").unlink()
    assert await DiskFolders().renderer(str(tmp_path)) is None
