"""Checks the OpenAPI document against its meta-schema, and every example in it against its own schema."""

import json
import os
import sys
import urllib.request

from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

URI = "urn:document"


def media(part, path=""):
    """Yields path and value of every object with a schema and an example, at any depth."""
    if isinstance(part, dict):
        if "schema" in part and "example" in part:
            yield path, part
        for name, inner in part.items():
            yield from media(inner, f"{path}/{name}")
    elif isinstance(part, list):
        for index, inner in enumerate(part):
            yield from media(inner, f"{path}/{index}")


def absolute(schema):
    """Returns the schema with its references resolved against the whole document."""
    if isinstance(schema, dict):
        into = lambda name, inner: URI + inner if name == "$ref" else absolute(inner)
        return {name: into(name, inner) for name, inner in schema.items()}
    return [absolute(inner) for inner in schema] if isinstance(schema, list) else schema


def main():
    with urllib.request.urlopen(os.environ["DESK_URL"] + "/openapi.json") as answer:
        document = json.load(answer)
    validate(document)
    resource = Resource.from_contents(document, default_specification=DRAFT202012)
    registry = Registry().with_resource(URI, resource)
    wrong, seen = [], 0
    for path, part in media({"paths": document["paths"], "components": document["components"]}):
        seen += 1
        validator = Draft202012Validator(absolute(part["schema"]), registry=registry)
        wrong += [f"{path}: {error.message}" for error in validator.iter_errors(part["example"])]
    print(f"{len(document['paths'])} paths, {seen} examples")
    print("\n".join(wrong))
    sys.exit(1 if wrong or not seen else 0)


main()
