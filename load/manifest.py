"""`published/manifest.json`: which outputs were made, from which inputs, registry and code. No times, no places."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from extract.fault_points import at
from load.publish import published_path, reading
from transform.form import FORM_FOLDER

REGISTRY = (FORM_FOLDER, FORM_FOLDER.parent / "reference")


def manifest(home: Path, *, code_version: str, registry: Iterable[Path] = REGISTRY) -> dict[str, Any]:
    """Hashes of all source files ever loaded, of every file in the registry folders, and of the published exports."""
    with reading(published_path(home)) as con:
        inputs = con.execute(
            "SELECT source_sha256, bytes, status FROM lineage.source_file "
            "WHERE NOT contains(source_sha256, '~') ORDER BY source_sha256"
        ).fetchall()
    outputs = sorted((published_path(home).parent / "exports").glob("*.parquet"))
    declared = sorted(
        (f"{folder.name}/{path.relative_to(folder).as_posix()}", path)
        for folder in registry
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    )
    return {
        "code_version": code_version,
        "inputs": [{"sha256": sha, "bytes": size, "status": status} for sha, size, status in inputs],
        "registry": {name: hash_of(path) for name, path in declared},
        "outputs": {f"exports/{path.name}": hash_of(path) for path in outputs},
    }


def write_manifest(home: Path, *, code_version: str, registry: Iterable[Path] = REGISTRY) -> Path:
    """Write the manifest beside the published file, keys sorted; return its path."""
    path = published_path(home).with_name("manifest.json")
    content = manifest(home, code_version=code_version, registry=registry)
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    building = path.with_name(path.name + ".next")
    with building.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    at("publish.manifest")
    building.replace(path)
    return path


def hash_of(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
