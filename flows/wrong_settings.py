"""Settings that cannot be understood, in words that name the place and hold no value: it may be a password."""

from __future__ import annotations

import re
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Any, NamedTuple

from flows.settings import Settings

_FIELD = re.compile(r'field "(\w+)"')


class Problem(NamedTuple):
    """What is wrong with one setting, or with the file that holds them."""

    name: str
    said: str


class WrongSettings(ValueError):
    """Nothing can be done with these settings."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__("; ".join(f"{name}: {said}" for name, said in problems))


def settings_from(given: dict[str, Any]) -> Settings:
    """Settings from environment and kaona.toml, with what is given. Raises WrongSettings."""
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    file = str(Path(str(Settings.model_config.get("toml_file"))).absolute())
    try:
        return Settings(**given)
    except ValidationError as error:
        problems = [Problem("setting " + ".".join(map(str, one["loc"])), one["msg"]) for one in error.errors()]
    except SettingsError as error:
        found = _FIELD.search(str(error))
        name = found[1] if found else "?"
        said = f'KAONA_{name.upper()} is no JSON; write a list as ["/srv/export"], a table as {{"name": "value"}}'
        problems = [Problem(f"setting {name}", said)]
    except TOMLDecodeError as error:
        problems = [Problem(file, f"it is no TOML ({error}); correct it there")]
    except UnicodeDecodeError:
        problems = [Problem(file, "it is no text in UTF-8; save it so")]
    except OSError as error:
        problems = [Problem(file, f"it cannot be read ({error.strerror}); let the user of kaona read it")]
    raise WrongSettings(problems)
