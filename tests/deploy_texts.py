"""What the recipes and the handbook say, in parts that can be held against the program."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from flows.settings import CHECKOUT, Settings

DEPLOY = CHECKOUT / "docs" / "deploy"
HANDBOOK = CHECKOUT / "docs" / "operate.md"
EXAMPLE = DEPLOY / "kaona.toml.example"

_HEAD = """\
# Settings of kaona, each with its default; take away the # in front of a line to change it. kaona.toml is read from the
# folder in which kaona is started: /etc/kaona for the recipes beside this file. The environment goes before it
# (KAONA_WORKERS=2), the command line before both. Passwords and addresses that hold a token belong into the
# environment: secrets.env, or the folder secrets of compose.yaml.
# Made from flows/settings.py: python -m pytest tests/test_deploy.py --refresh-goldens
"""
# these depend on the machine
_SAID = {"home": '"data"', "reference": '"data/reference"', "workers": "2"}
_ADDED = {"home": " (default: data of the checkout)", "reference": " (default: of the checkout)",
          "workers": " (default: as many as there are processors)"}  # fmt: skip
_NOT_SET = '"..."'


def example() -> str:
    """The text of kaona.toml.example."""
    parts = []
    for name, field in Settings.model_fields.items():
        is_secret = "SecretStr" in str(field.annotation)
        told = f"# {field.description}{_ADDED.get(name, '')}"
        told += f" (not here: KAONA_{name.upper()})" if is_secret else ""
        note = "   # not set" if _printed(name, field) == _NOT_SET else ""
        parts.append(f"{told}\n# {name} = {_printed(name, field)}{note}\n")
    return _HEAD + "\n" + "\n".join(parts)


def uncommented(text: str) -> str:
    """The example with every setting in force."""
    return re.sub(r"^# (?=[a-z_]+ = )", "", text, flags=re.M)


def _printed(name: str, field: FieldInfo) -> str:
    if name in _SAID:
        return _SAID[name]
    value: Any = field.get_default(call_default_factory=True)
    if value is None:
        return _NOT_SET
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, (str, Path, Decimal)):
        return json.dumps(str(value), ensure_ascii=False)
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict) and not value:
        return "{}"
    raise TypeError(f"the default of {name}, {value!r}, has no form in TOML here; give it one")


def recipe_texts() -> Iterator[tuple[str, str]]:
    """(name, text) of the handbook and of every recipe."""
    for path in (HANDBOOK, *sorted(DEPLOY.iterdir())):
        if path.is_file():
            yield path.relative_to(CHECKOUT).as_posix(), path.read_text(encoding="utf-8")


def commands(text: str) -> Iterator[list[str]]:
    """Words of each `kaona …` command that a text names: in code spans, lines of a shell, ExecStart=, CMD [ … ]."""
    listed = re.sub(r'\[\s*"?kaona"?,\s*([^\]]*)\]', lambda m: "`kaona " + re.sub(r'[",]', " ", m[1]) + "`", text)
    for found in re.finditer(
        r"(?:^|[\s`(]|bin/)(?<!-u )kaona +([a-z]+(?:[ =][^`|;&)\n#,]*)?)(?=[`|;&)\n#,]|$)", listed, re.M
    ):
        words = found[1].split()
        if words[0] != "kaona":
            yield words
        elif words[1:]:  # in the container of that name
            yield words[1:]


def without_prose(text: str) -> str:
    """A recipe with only the code spans of its comments."""
    return re.sub(r"^\s*#(.*)$", lambda m: "\n".join(re.findall(r"`[^`\n]+`", m[1])), text, flags=re.M)


def in_command_position(text: str) -> str:
    """Only what is code: fenced blocks and code spans of Markdown."""
    fenced = re.findall(r"^```[a-z]*\n(.*?)^```", text, re.M | re.S)
    shells = [line for block in fenced for line in block.splitlines() if re.match(r"\s*[$#] ", line)]
    prose = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    return "\n".join([*shells, *(f"`{span}`" for span in re.findall(r"`([^`\n]+)`", prose))])
