"""The shapes of the data files as JSON Schemas, for editors that complete and check YAML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from bookbuild.read.records import BookFile, FiguresFile, FrontMatter, LedgerFile, RegisterFile, SourcesFile

SCHEMAS = Path(__file__).with_name("schemas")

_SHAPES: Mapping[str, tuple[type[BaseModel], str]] = {
    "book.schema.json": (BookFile, "book.yaml"),
    "chapter.schema.json": (FrontMatter, "front matter of chapters/*.md"),
    "sources.schema.json": (SourcesFile, "sources.yaml"),
    "figures.schema.json": (FiguresFile, "figures/*.yaml"),
    "register.schema.json": (RegisterFile, "registers/*.yaml"),
    "ledger.schema.json": (LedgerFile, "ledger.yaml"),
}


def schemas() -> dict[str, str]:
    """Return every schema by the name of its file: JSON Schema 2020-12, indented, keys sorted."""
    return {name: _written(shape, title) for name, (shape, title) in _SHAPES.items()}


def write_schemas(folder: Path = SCHEMAS) -> None:
    """Write every schema into a folder.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in schemas().items():
        (folder / name).write_text(text, encoding="utf-8")


def _written(shape: type[BaseModel], title: str) -> str:
    schema = _tidied(shape.model_json_schema(by_alias=True))
    schema.pop("description", None)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"bookbuild: {title}"}
    return json.dumps({**schema, **head}, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _tidied(schema: Any) -> Any:
    """Leave out what pydantic adds and no editor needs: titles of fields and empty defaults."""
    if isinstance(schema, list):
        return [_tidied(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    named = {"properties", "$defs"}
    return {
        key: {name: _tidied(part) for name, part in value.items()} if key in named else _tidied(value)
        for key, value in schema.items()
        if key != "default" and not (key == "title" and isinstance(value, str))
    }
