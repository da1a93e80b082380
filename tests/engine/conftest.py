"""The two kernels of an epoch, each in its turn."""

import pytest

from clearprop.engine import lanes


@pytest.fixture(params=["tiles", "lanes"])
def either_kernel(request, monkeypatch):
    """All networks of a test are worked on by `kernels.epochs`, then by `lanes.epochs`."""
    monkeypatch.setattr(lanes, "suits", lambda net, batch_size: request.param == "lanes")
