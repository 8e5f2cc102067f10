"""What can be wrong with a template, a whole file, or one row at issue time.

Faults of single rows are not errors of this kind: the reader collects them (`rows.RowError`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from agent.errors import AgentError


class IssuanceError(AgentError):
    """Base class. `code` is stable, so that the portal can pass it on."""

    code: ClassVar[str] = "issuance"


# --- template ----------------------------------------------------------------------------------


class InvalidTemplate(IssuanceError):
    """A member of the template is wrong. `path` is a JSON Pointer to it ("" is the whole template)."""

    code = "invalid-template"

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(f"{path or 'the template'}: {message}")
        self.message = message
        self.path = path


# --- whole file --------------------------------------------------------------------------------


class UnreadableFile(IssuanceError):
    """Nothing of the file can be used. The message names the file, the fault and the remedy."""

    code = "unreadable-file"


class EmptyFile(UnreadableFile):
    """No bytes, or nothing but blank lines."""

    code = "empty-file"


class NoRows(UnreadableFile):
    """A header and nothing below it."""

    code = "no-rows"


class FileTooLarge(UnreadableFile):
    """More bytes, rows, columns or unpacked bytes than the limits allow."""

    code = "file-too-large"


class NotASpreadsheet(UnreadableFile):
    """Neither delimited text nor an XLSX workbook, or a damaged one."""

    code = "not-a-spreadsheet"


class UnknownEncoding(UnreadableFile):
    """The bytes are not text in any encoding that is recognized."""

    code = "unknown-encoding"


class UnclosedQuote(UnreadableFile):
    """A quotation never ends, so that no cell after `line` can be told from the next."""

    code = "unclosed-quote"

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class MissingColumn(UnreadableFile):
    """The header lacks columns that the template maps."""

    code = "missing-column"

    def __init__(self, message: str, missing: Sequence[str], found: Sequence[str]) -> None:
        super().__init__(message)
        self.missing = tuple(missing)
        self.found = tuple(found)


class AmbiguousColumn(UnreadableFile):
    """The header holds a mapped column twice."""

    code = "ambiguous-column"


# --- one row at issue time -----------------------------------------------------------------------


class RowRefused(IssuanceError):
    """This row can never be issued as it is; other rows can. `code` and text are kept with the row."""

    code = "row-refused"


class IssuedCredentialInvalid(IssuanceError):
    """The credential that was just secured does not verify. It was thrown away; the signer is at fault."""

    code = "self-check-failed"
