"""Processes that are started again agree upon a name that those before them did not have."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from clearprop.errors import WorkersError
from clearprop.train.workers.fresh_store import fresh_name


class Store(dict):
    """What a store of torch.distributed does, between threads."""

    def set(self, key, value):
        self[key] = value.encode()

    def get(self, key):
        return self[key]

    def check(self, keys):
        return all(key in self for key in keys)


def start(store, size):
    with ThreadPoolExecutor(size) as pool:
        return list(pool.map(lambda rank: fresh_name(store, rank, size, 60.0), range(size)))


def test_all_have_one_name_and_at_each_start_another():
    store, names = Store(), set()
    for size in (3, 3, 2, 1, 4):
        (name,) = set(start(store, size))
        assert name not in names
        names.add(name)


def test_what_processes_left_that_were_lost_while_they_asked_is_not_taken():
    store = Store()
    for rank in (1, 2):
        with pytest.raises(WorkersError, match=r"nothing was heard of \[0\] in time"):
            fresh_name(store, rank, 3, 0.01)
    with pytest.raises(WorkersError, match=r"nothing was heard of \[1, 2\] in time"):
        fresh_name(store, 0, 3, 0.01)
    before = set(store.values())
    (name,) = set(start(store, 3))
    assert name.encode() not in before
