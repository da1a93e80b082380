"""A shuffle on disk: rows are dealt into buckets at random, and each bucket is shuffled in memory."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.ipc

from clearprop.errors import TableError

LEFT = re.compile(r"\.(?P<pid>\d+)\.spill")


class Buckets:
    """Files of rows in a folder; made by `spilled`.

    Args:
        folder: where they go.
        number: how many.
        seed: of the dealing and the shuffling.
    """

    def __init__(self, folder: Path, number: int, seed: int) -> None:
        self.folder, self.number = folder, number
        self.dealing, self.shuffling = np.random.default_rng((seed, 0)), np.random.default_rng((seed, 1))
        self.writers: list[pa.ipc.RecordBatchStreamWriter] = []
        self.files = ExitStack()

    def deal(self, table: pa.Table) -> None:
        """Each row into a bucket, by chance; all tables have the same columns and types."""
        if not self.writers:
            self._open(table.schema)
        chosen = self.dealing.integers(self.number, size=table.num_rows)
        order = np.argsort(chosen, kind="stable")
        table = table.take(pa.array(order)).combine_chunks()
        ends = np.searchsorted(chosen[order], np.arange(1, self.number + 1))
        for writer, first, last in zip(self.writers, [0, *ends], ends, strict=False):
            if last > first:
                writer.write_table(table.slice(first, last - first))

    def shuffled(self) -> Iterator[pa.Table]:
        """The rows of one bucket after the other, each in a random order; the file of a bucket is then removed."""
        self.close()
        for number in range(len(self.writers)):
            path = self._path(number)
            with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as reader:
                table = reader.read_all()
            path.unlink()
            if table.num_rows:
                yield table.take(pa.array(self.shuffling.permutation(table.num_rows)))

    def close(self) -> None:
        """No more rows."""
        self.files.close()

    def _open(self, schema: pa.Schema) -> None:
        options = pa.ipc.IpcWriteOptions(compression="lz4")
        for number in range(self.number):
            file = self.files.enter_context(pa.OSFile(str(self._path(number)), "wb"))
            self.writers.append(self.files.enter_context(pa.ipc.new_stream(file, schema, options=options)))

    def _path(self, number: int) -> Path:
        return self.folder / f"{number}.arrow"


@contextmanager
def spilled(output: Path, number: int, seed: int) -> Iterator[Buckets]:
    """Buckets in a folder beside an output, removed at the end; so are those of processes that are no more.

    Raises:
        TableError: the disk is full, or the folder cannot be written to.
    """
    for left in output.parent.glob(f".{output.name}.*.spill"):
        found = LEFT.search(left.name)
        if found and not _is_alive(int(found["pid"])):
            shutil.rmtree(left, ignore_errors=True)
    folder = output.with_name(f".{output.name}.{os.getpid()}.spill")
    try:
        folder.mkdir()
        buckets = Buckets(folder, number, seed)
        try:
            yield buckets
        finally:
            with suppress(OSError):
                buckets.close()
    except OSError as error:
        msg = f"{output} cannot be prepared: {error.strerror or error}. Choose another place, or make room."
        raise TableError(msg) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
