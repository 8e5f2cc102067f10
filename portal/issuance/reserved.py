"""What a row keeps for each of its credentials before the first of them is signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from portal.db.ids import new_id, new_public_id
from portal.issuance.models import BatchRow

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Reserved:
    """One credential to be made: its form, its identifier, and the last part of its page's address."""

    form: str
    credential_id: UUID
    public_id: str


def reserve_forms(rows: Sequence[BatchRow], forms: Sequence[str], *, now: datetime) -> list[Reserved]:
    """Give each row an award and a credential per form; returns all of them in the order of rows and forms.

    Identifiers are sorted, so that credentials sort as their rows do, and within a row as the forms do.
    """
    ids = iter(sorted(new_id(now) for _ in range(len(rows) * len(forms))))
    made: list[Reserved] = []
    for row in rows:
        first, *others = (Reserved(form, next(ids), new_public_id()) for form in forms)
        row.award_id, row.credential_id, row.public_id = new_id(now), first.credential_id, first.public_id
        if others:
            row.other_forms = {
                each.form: {"credential_id": str(each.credential_id), "public_id": each.public_id} for each in others
            }
        row.valid_from, row.state = now.replace(microsecond=0), "reserved"
        made += (first, *others)
    return made


def reserved_forms(row: BatchRow, forms: Sequence[str]) -> tuple[Reserved, ...]:
    """What `reserve_forms` gave a row. Raises `LookupError` for a row that is not reserved: damaged data only."""
    others = row.other_forms or {}
    return (
        Reserved(forms[0], present(row.credential_id), present(row.public_id)),
        *(Reserved(form, UUID(others[form]["credential_id"]), others[form]["public_id"]) for form in forms[1:]),
    )


def present(value: _T | None) -> _T:
    """A column that every reserved row has. Raises `LookupError`, which only damaged data can cause."""
    if value is None:
        raise LookupError("a reserved row lacks its identifiers")
    return value
