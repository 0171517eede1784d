"""Every request body and every answer of the document has an example that its schema takes."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.support.openapi import WHOLE, snapshot_path

DOCUMENT = json.loads(snapshot_path(WHOLE).read_text())


def contents() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            name = f"{method.upper()} {path}"
            for media, content in operation.get("requestBody", {}).get("content", {}).items():
                yield f"{name} takes {media}", content
            for status, answer in operation["responses"].items():
                for media, content in answer.get("content", {}).items() if status[0] == "2" else ():
                    yield f"{name} answers {status} {media}", content


CONTENTS = dict(contents())


def shown(content: dict[str, Any]) -> list[Any]:
    several = [each["value"] for each in content.get("examples", {}).values()]
    return [content["example"]] if "example" in content else several


def test_no_answer_is_of_an_unknown_form():
    assert len(CONTENTS) > 150
    assert [name for name, content in CONTENTS.items() if "x" in shown(content)] == []
    assert [name for name, content in CONTENTS.items() if not content.get("schema")] == []


@pytest.mark.parametrize("name", CONTENTS)
def test_the_examples_are_what_their_schema_says(name: str):
    content = CONTENTS[name]
    examples = shown(content)
    assert examples
    schema = {**content["schema"], "components": DOCUMENT["components"]}
    validator = Draft202012Validator(schema)
    for example in examples:
        assert [error.message for error in validator.iter_errors(example)] == []


def test_a_key_that_is_no_number_is_against_the_document_where_keys_are_numbers():
    schema = {"$ref": "#/components/schemas/DraftRequest", "components": DOCUMENT["components"]}
    content = DOCUMENT["paths"]["/environment/v1/drafts"]["post"]["requestBody"]["content"]
    (body, *_) = shown(content["application/json"])
    validator = Draft202012Validator(schema)
    assert validator.is_valid({**body, "num_goals": {"2": 1.0}})
    assert not validator.is_valid({**body, "num_goals": {"two": 1.0}})
