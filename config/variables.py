"""Write or check `config/README.md`, whose table of variables is made from `Settings`."""

import sys
import types
import typing
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from config.settings import PREFIX, Settings

README = Path(__file__).with_name("README.md")
START, END = "<!-- variables: made by `make gen` -->", "<!-- end of variables -->"


def table() -> str:
    """Return a Markdown table with one line per setting."""
    lines = ["| variable | type | default | meaning |", "|---|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else f"`{_text(field.default)}`"
        lines.append(f"| `{PREFIX}{name.upper()}` | {_type(field)} | {default} | {field.description} |")
    return "\n".join(lines)


def rendered(current: str) -> str:
    """Return `current` with the table replaced."""
    before, _, rest = current.partition(START)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"{README} lacks the lines {START} and {END}")
    return f"{before}{START}\n\n{table()}\n\n{END}{after}"


def _type(field: FieldInfo) -> str:
    return " or ".join(_names(field.annotation))


def _names(kind: Any) -> list[str]:
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        return [name for part in typing.get_args(kind) if part is not type(None) for name in _names(part)]
    if origin is Literal:
        return [f"`{value}`" for value in typing.get_args(kind)]
    if origin is Annotated:
        return _names(typing.get_args(kind)[0])
    words = {SecretStr: "secret text", Path: "path", bool: "true, false", int: "whole number", str: "text"}
    return [words.get(kind, str(kind))]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def main(arguments: list[str]) -> int:
    """Rewrite the file; with `--check` only say whether it is current."""
    current = README.read_text(encoding="utf-8")
    new = rendered(current)
    if new == current:
        return 0
    if "--check" in arguments:
        sys.stderr.write(f"{README} is not current: run `make gen`\n")
        return 1
    README.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
