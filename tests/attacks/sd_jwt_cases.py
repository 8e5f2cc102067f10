"""What a case of a forged SD-JWT is, and how the lists of them are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.attacks.sd_jwt_builds import Forgery, Receiver

Change = Callable[[Forgery, Receiver], None]
SEVERAL = "several"
RFC_9901 = "RFC 9901, section "
SD_JWT_VC = "SD-JWT VC, "


@dataclass(frozen=True)
class Case:
    """`guard` is the check in the code that alone refuses it; "several" where more than one stands in the way."""

    rule: str
    source: str
    guard: str
    error: type[Exception]
    change: Change


class Cases(list[Case]):
    """A list that functions add themselves to, in the order in which they stand in the file."""

    def add(self, rule: str, source: str, guard: str, error: type[Exception]) -> Callable[[Change], Change]:
        """Put the change that the decorated function makes into the list."""

        def put(change: Change) -> Change:
            self.append(Case(rule, source, guard, error, change))
            return change

        return put
