from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vc import timestamps
from vc.errors import MalformedValue


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-24T12:00:00Z", datetime(2026, 11, 24, 12, tzinfo=UTC)),
        ("2026-11-24T12:00:00+14:00", datetime(2026, 11, 23, 22, tzinfo=UTC)),
        ("2026-11-24T12:00:00-05:30", datetime(2026, 11, 24, 17, 30, tzinfo=UTC)),
        ("2026-11-24T12:00:00.5Z", datetime(2026, 11, 24, 12, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-11-24T12:00:00.123456789Z", datetime(2026, 11, 24, 12, 0, 0, 123_456, tzinfo=UTC)),
        ("2026-12-31T24:00:00Z", datetime(2027, 1, 1, tzinfo=UTC)),  # XML Schema: the end of the day
        ("2024-02-29T00:00:00Z", datetime(2024, 2, 29, tzinfo=UTC)),
    ],
)
def test_points_in_time(text, expected):
    assert timestamps.parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24",
        "2026-11-24T12:00:00",
        "2026-11-24 12:00:00Z",
        "2026-11-24T12:00Z",
        "2026-11-24T12:00:00z",
        "2026-11-24T12:00:00.Z",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-11-24T24:00:01Z",
        "2026-11-24T24:00:00.1Z",
        "2026-11-24T12:60:00Z",
        "2026-11-24T12:00:60Z",
        "2026-11-24T12:00:00+14:01",
        "2026-11-24T12:00:00+01:60",
        "2026-11-24T12:00:00+0100",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T24:00:00Z",
        "-0044-03-15T00:00:00Z",
        "12026-11-24T00:00:00Z",
        "２０２６-11-24T00:00:00Z",
        " 2026-11-24T12:00:00Z",
        "2026-11-24T12:00:00Z\n",
        "",
        None,
        20261124,
        ["2026-11-24T12:00:00Z"],
    ],
)
def test_anything_else_is_refused_with_its_path(text):
    with pytest.raises(MalformedValue) as caught:
        timestamps.parse(text, "/validFrom")
    assert caught.value.path == "/validFrom"


@given(st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1)))
def test_every_time_reads_back(moment):
    assert timestamps.parse(moment.isoformat() + "Z") == moment.replace(tzinfo=UTC)
