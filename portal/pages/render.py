"""The Jinja environment: every value escaped, every undefined name an error."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from portal.pages.assets import load_assets
from portal.pages.text import isolated, value, visible


@cache
def environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    assets = load_assets()
    env.globals["asset"] = assets.path
    env.globals["icon"] = assets.icon
    env.filters["value"] = value
    env.filters["visible"] = visible
    env.filters["isolated"] = isolated
    return env


def render(template: str, **context: Any) -> str:
    """HTML of one page. `context` holds view models, never requests or settings."""
    return environment().get_template(template).render(context)
