"""The one `Node` of this process. Made on first use, so that forked workers open connections of their own."""

import functools

import portal.db.registry  # noqa: F401 - a command that flushes needs every table that a foreign key leads to
from config.settings import Settings
from portal.wiring import Node


@functools.lru_cache(maxsize=1)
def node() -> Node:
    return Node(Settings())
