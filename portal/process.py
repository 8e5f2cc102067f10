"""The one `Node` of this process. Made on first use, so that forked workers open connections of their own."""

import functools

from config.settings import Settings
from portal.wiring import Node


@functools.lru_cache(maxsize=1)
def node() -> Node:
    return Node(Settings())
