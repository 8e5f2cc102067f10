"""Who acts, where it is not somebody who signed in: names that stand in the log as they are."""

from uuid import UUID

OPERATOR = "operator"  # the command line, which whoever controls the machine may use
VISITOR = "visitor"  # whoever opens the start page and tries the demo
NODE = "node"  # the node itself: its first start, its workers


def person(person_id: UUID) -> str:
    return f"person:{person_id}"
