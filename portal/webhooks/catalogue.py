"""The events that a receiver can ask for. Each is an act of the audit log; a type's name never changes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EventType:
    """`target` says what the event's `target` names; `detail` lists the members of `data.detail`."""

    name: str
    summary: str
    target: str
    detail: tuple[str, ...] = ()


TEST = "webhook.test"

EVENT_TYPES: tuple[EventType, ...] = (
    EventType(
        "batch.created", "A file was accepted and is being issued.", "batch:{id}", ("template", "rows", "refused")
    ),
    EventType("credentials.issued", "A step of a batch signed credentials.", "batch:{id}", ("credentials", "root")),
    EventType("award.revoked", "An award and all its credentials were revoked.", "credential:{id}"),
    EventType("award.suspended", "An award and all its credentials were suspended.", "credential:{id}"),
    EventType("award.reinstated", "A suspended award counts again.", "credential:{id}"),
    EventType("template.stored", "A template got a new version.", "template:{slug}", ("version",)),
    EventType(TEST, "Somebody tries whether the receiver works.", "webhook:{id}"),
)

NAMES = frozenset(each.name for each in EVENT_TYPES)
