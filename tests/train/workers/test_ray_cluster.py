"""An address at which nobody listens is found at once; no Ray is needed for that."""

import socket

import pytest

from clearprop.train.workers.ray_cluster import _knock


def test_an_address_is_knocked_at():
    with socket.create_server(("127.0.0.1", 0)) as server:
        at = f"127.0.0.1:{server.getsockname()[1]}"
        _knock(at)
        _knock(f"ray://{at}")
    with pytest.raises(OSError, match="refused"):
        _knock(at)


@pytest.mark.parametrize("address", ["auto", "local", "ray://somewhere"])
def test_what_names_no_port_is_left_to_ray(address):
    _knock(address)
