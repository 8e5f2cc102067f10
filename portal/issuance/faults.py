"""Faults of rows, kept with their batch.

A sentence quotes what stood in the cell, perhaps a name or an address, so it is sealed like the values of rows.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from portal.db.encrypted import ColumnCipher
from portal.issuance.models import Batch, BatchRowError
from portal.issuance.schemas import RowErrorRead

_SEALED = "batch_row_errors.sealed_message"


def fault_values(cipher: ColumnCipher, batch: Batch, fault_id: UUID, fault: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a stored fault; `fault` has line, column, code and message."""
    return {
        "id": fault_id,
        "tenant_id": batch.tenant_id,
        "batch_id": batch.id,
        "line": fault["line"],
        "column": fault["column"],
        "code": fault["code"],
        "sealed_message": cipher.seal(str(fault["message"]).encode(), column=_SEALED, row=fault_id),
    }


def read_fault(cipher: ColumnCipher, stored: BatchRowError) -> RowErrorRead:
    message = cipher.open(stored.sealed_message, column=_SEALED, row=stored.id).decode()
    return RowErrorRead(line=stored.line, column=stored.column, code=stored.code, message=message)
