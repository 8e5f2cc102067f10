"""The version of this node, as installed."""

from importlib.metadata import version

VERSION = version("dcp-node")
