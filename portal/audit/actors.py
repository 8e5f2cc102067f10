"""Who acts, where it is not somebody who signed in: names that stand in the log as they are."""

OPERATOR = "operator"  # the command line, which whoever controls the machine may use
VISITOR = "visitor"  # whoever opens the start page and tries the demo
NODE = "node"  # the node itself: its first start, its workers


def api_key(name: str) -> str:
    return f"key:{name}"
