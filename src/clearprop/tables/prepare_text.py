"""A text table of any size, a part at a time, as columns of text."""

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.csv

from clearprop.errors import TableError
from clearprop.tables.broken import refuse_open_quote, refuse_ragged
from clearprop.tables.delimited import BOM, GZIP, SAMPLE, header
from clearprop.tables.delimiter import find_delimiter
from clearprop.tables.formats import check_is_text, not_text

BLOCK = 1 << 22  # bytes of text a part


class TextFile:
    """A CSV file or relative, plain or gzipped: its header is read and checked when it is made.

    Args:
        path: the file.

    Raises:
        TableError: it is empty, not text, or its first line does not name the columns.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, path.name
        with self._opened() as file:
            start = file.read(SAMPLE + 1)
        if not start.removeprefix(BOM).strip():
            msg = f"{self.name} is empty; a table needs a header line and rows."
            raise TableError(msg)
        data, is_whole = start[:SAMPLE], len(start) <= SAMPLE
        check_is_text(data, self.name)
        bom = len(BOM) if data.startswith(BOM) else 0
        sample = data[bom:].decode(errors="surrogateescape")
        self.delimiter = find_delimiter(sample, is_whole, self.name)
        self.names, self.start = header(data, bom, sample, self.delimiter, self.name)

    def parts(self, read: Callable[[int], object]) -> Iterator[pa.Table]:
        """The rows as columns of text; `read` is told how many bytes of the file were read since it was told.

        Raises:
            TableError: the file is cut, not UTF-8, ragged, or has no rows.
        """
        rows = 0
        try:
            with self._opened() as file:
                watched = _Watched(file, self.start, self.name, read)
                for batch in self._reader(watched):
                    rows += batch.num_rows
                    if batch.num_rows:
                        yield pa.Table.from_batches([batch])
                if watched.quotes % 2:
                    self._refuse_open_quote()
        except pa.ArrowInvalid as error:
            self._refuse(error)
        if not rows:
            msg = f"{self.name} has a header but no rows; a table needs at least one row."
            raise TableError(msg)

    def _reader(self, file: Any) -> Iterator[pa.RecordBatch]:
        try:
            yield from pyarrow.csv.open_csv(
                file,
                read_options=pyarrow.csv.ReadOptions(
                    column_names=self.names, block_size=BLOCK, use_threads=False
                ),
                parse_options=pyarrow.csv.ParseOptions(delimiter=self.delimiter, newlines_in_values=True),
                convert_options=pyarrow.csv.ConvertOptions(
                    column_types=dict.fromkeys(self.names, pa.string()), strings_can_be_null=False
                ),
            )
        except pa.ArrowInvalid as error:
            if "Empty CSV file" not in str(error):
                raise

    @contextmanager
    def _opened(self) -> Iterator[IO[bytes]]:
        try:
            with open(self.path, "rb") as raw:
                is_gzip = raw.read(2) == GZIP
                raw.seek(0)
                if not is_gzip:
                    yield raw
                    return
                with gzip.GzipFile(fileobj=raw) as file:
                    yield file  # pyright: ignore[reportReturnType]
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            msg = f"{self.name} is a damaged or cut gzip file ({error}). Make or download it again."
            raise TableError(msg) from None
        except OSError as error:
            msg = f"{self.path} cannot be read: {error.strerror}."
            raise TableError(msg) from None

    def _refuse(self, error: Exception) -> None:
        """Say what Arrow could not read, and where."""
        with self._opened() as file:
            self._check_utf8(file)
        with self._opened() as file:
            refuse_ragged(file, self.delimiter, self.names, self.name)
        self._refuse_open_quote()
        msg = f"{self.name} cannot be read as a table: {str(error).splitlines()[0]}."
        raise TableError(msg) from None

    def _check_utf8(self, file: IO[bytes]) -> None:
        decoder, at, lines = codecs.getincrementaldecoder("utf-8")(), 0, 1
        while True:
            data = file.read(BLOCK)
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(data, final=not data)
            except UnicodeDecodeError as error:
                place = max(error.start - pending, 0)
                line = lines + data[:place].count(b"\n")
                msg = (
                    f"{self.name} must be UTF-8, but byte {at - pending + error.start:,} (counted from 0; line "
                    f"{line:,}) is 0x{error.object[error.start]:02x}. Save it as UTF-8."
                )
                raise TableError(msg) from None
            if not data:
                return
            at, lines = at + len(data), lines + data.count(b"\n")

    def _refuse_open_quote(self) -> None:
        """Refuse a file that ends inside quotes; an odd number of them alone is no fault."""
        with self._opened() as file, _text(file) as text:
            rows, start = csv.reader(text, delimiter=self.delimiter, strict=True), 1
            try:
                for _ in rows:
                    start = rows.line_num + 1
            except csv.Error as error:
                if "unexpected end" in str(error) or "field larger" in str(error):
                    refuse_open_quote(start, self.name)


def _text(file: IO[bytes]) -> io.TextIOWrapper:
    return io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="")


class _Watched(io.RawIOBase):
    """A file whose quotes are counted as it is read; zero bytes are refused.

    No read ends between CR and LF: Arrow drops an LF there, also inside quotes.
    """

    def __init__(self, file: IO[bytes], start: int, name: str, read: Callable[[int], object]) -> None:
        self.file, self.name, self.tell_read = file, name, read
        self.quotes, self.at, self.packed, self.pending = 0, start, 0, b""
        file.seek(start)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        more = self.file.read(size - len(self.pending) if size >= 0 else -1)
        self._check(more)
        data, self.pending = self.pending + more, b""
        if more and len(data) > 1 and data.endswith(b"\r"):
            data, self.pending = data[:-1], data[-1:]
        return data

    def _check(self, more: bytes) -> None:
        zero = more.find(b"\0")
        if zero >= 0:
            raise TableError(not_text(self.name, self.at + zero))
        self.at, self.quotes = self.at + len(more), self.quotes + more.count(b'"')
        packed: Any = getattr(self.file, "fileobj", self.file)  # of a gzipped file, what it is unpacked from
        self.tell_read(packed.tell() - self.packed)
        self.packed = packed.tell()
