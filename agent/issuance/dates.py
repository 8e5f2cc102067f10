"""Date formats of spreadsheets, and calendar durations. A date is never guessed."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Self

FIRST_YEAR, LAST_YEAR = 1900, 2199

_TOKENS = re.compile(r"YYYY|DD|MM|D|M|[^A-Za-z0-9]+")
_TOKEN_PATTERNS = {
    "YYYY": r"(?P<year>[0-9]{4})",
    "MM": r"(?P<month>[0-9]{1,2})",
    "M": r"(?P<month>[0-9]{1,2})",
    "DD": r"(?P<day>[0-9]{1,2})",
    "D": r"(?P<day>[0-9]{1,2})",
}
_DURATION = re.compile(r"P(?=[0-9])(?:([0-9]{1,4})Y)?(?:([0-9]{1,4})M)?(?:([0-9]{1,4})W)?(?:([0-9]{1,5})D)?")


@dataclass(frozen=True)
class DateFormat:
    """A format such as `DD/MM/YYYY`; `ISO` is `YYYY-MM-DD`.

    A leading zero may be absent in the cell, because spreadsheets drop it. Nothing else may differ.
    """

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises `ValueError` unless day, month and year each stand once, the year with four digits."""
        made = cls("YYYY-MM-DD" if text == "ISO" else text)
        tokens = _TOKENS.findall(made.text)
        if "".join(tokens) != made.text:
            raise ValueError("it may hold only DD, MM, YYYY and separators, or be ISO")
        if sorted(token[0] for token in tokens if token in _TOKEN_PATTERNS) != ["D", "M", "Y"]:
            raise ValueError("it needs DD, MM and YYYY, each once")
        if any(left in _TOKEN_PATTERNS and right in _TOKEN_PATTERNS for left, right in pairwise(tokens)):
            raise ValueError("it needs a separator between day, month and year")
        return made

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        parts = (_TOKEN_PATTERNS.get(token) or re.escape(token) for token in _TOKENS.findall(self.text))
        return re.compile("".join(parts))

    def read(self, text: str) -> date:
        """Raises `ValueError` with a sentence for people."""
        match = self._pattern.fullmatch(text)
        if match is None:
            raise ValueError(f"is not a date of the form {self.text}")
        year, month, day = int(match["year"]), int(match["month"]), int(match["day"])
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise ValueError(f"has a year outside {FIRST_YEAR} to {LAST_YEAR}")
        if not 1 <= month <= 12:
            raise ValueError(f"has no month {month} (the form is {self.text})")
        try:
            return date(year, month, day)
        except ValueError:
            raise ValueError(f"does not exist: month {month} of {year} has no day {day}") from None


@dataclass(frozen=True, slots=True)
class Duration:
    """An ISO 8601 duration in whole years, months, weeks and days."""

    text: str
    months: int
    days: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises `ValueError` unless `text` is such a duration and longer than nothing."""
        match = _DURATION.fullmatch(text)
        if match is None:
            raise ValueError("write an ISO 8601 duration in years, months, weeks or days, for example P2Y or P18M")
        years, months, weeks, days = (int(part or 0) for part in match.groups())
        made = cls(text, months=12 * years + months, days=7 * weeks + days)
        if made.months == made.days == 0:
            raise ValueError("a validity of no time at all")
        if made.months > 12 * 200 or made.days > 365 * 200:
            raise ValueError("longer than 200 years")
        return made

    def after(self, start: datetime) -> datetime:
        """`start` plus the duration. The 29 February of a year without one becomes the 28th."""
        month = start.month - 1 + self.months
        year, month = start.year + month // 12, month % 12 + 1
        day = min(start.day, calendar.monthrange(year, month)[1])
        return start.replace(year=year, month=month, day=day) + timedelta(days=self.days)
