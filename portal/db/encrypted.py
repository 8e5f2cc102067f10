"""Column contents under the master key, bound to table, column and row.

A ciphertext moved to another row or column does not open there.
"""

from dataclasses import dataclass
from uuid import UUID

from agent.keys.envelope import unwrap, wrap


@dataclass(frozen=True, slots=True, repr=False)
class ColumnCipher:
    """Seals and opens values of encrypted columns. `master_key` is 32 bytes and never printed."""

    master_key: bytes

    def seal(self, value: bytes, *, column: str, row: UUID) -> bytes:
        """`column` is written as table.column."""
        return wrap(value, master_key=self.master_key, context=_context(column, row))

    def open(self, sealed: bytes, *, column: str, row: UUID) -> bytes:
        """Raises the envelope's error when the master key, the column or the row is another one."""
        return unwrap(sealed, master_key=self.master_key, context=_context(column, row))


def _context(column: str, row: UUID) -> bytes:
    return f"{column}:{row}".encode()
