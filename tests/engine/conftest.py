"""The two kernels of an epoch, each in its turn."""

import pytest

from clearprop.engine import lanes


@pytest.fixture(params=["tiles", "lanes"])
def either_kernel(request, monkeypatch):
    """All networks of a test are worked on by `kernels.epoch`, then by `lanes.epoch`."""
    monkeypatch.setattr(lanes, "suits", lambda net: request.param == "lanes")
