"""CSV, TSV and their relatives, plain or gzipped, to columns of text."""

import csv
import gzip
import io
import zlib
from pathlib import Path

import pyarrow as pa
import pyarrow.csv

from clearprop.errors import TableError
from clearprop.tables.broken import check_quotes, line_of, refuse_ragged
from clearprop.tables.delimiter import find_delimiter
from clearprop.tables.formats import check_is_text
from clearprop.tables.names import check_distinct, check_header, tidy

SAMPLE = 1 << 18
BLOCK = 1 << 23
BOM = b"\xef\xbb\xbf"
GZIP = b"\x1f\x8b"


def read_delimited(path: Path) -> pa.Table:
    """The columns of a text table, as text, nothing stripped but the names.

    Args:
        path: the file, plain or gzipped; UTF-8, with or without byte order mark, any line ends.

    Raises:
        TableError: the file is empty, damaged, not text, ragged, has no rows, or names a column twice.
    """
    return parse(load(path), path.name)


def load(path: Path) -> bytes:
    """The bytes of a file, unpacked if gzipped.

    Raises:
        TableError: the file cannot be read, is a damaged gzip file, or is empty.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}."
        raise TableError(msg) from None
    if data.startswith(GZIP):
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as error:
            msg = f"{path.name} is a damaged or cut gzip file ({error}). Make or download it again."
            raise TableError(msg) from None
    if not data.removeprefix(BOM).strip():
        msg = f"{path.name} is empty; a table needs a header line and rows."
        raise TableError(msg)
    return data


def parse(data: bytes, source: str) -> pa.Table:
    """The columns of a text table, as text.

    Args:
        data: the bytes of the file.
        source: the name of the file, for messages.

    Raises:
        TableError: as `read_delimited`.

    >>> parse(b"age, sex\\n39, Male\\n", "adult.csv").to_pydict()
    {'age': ['39'], 'sex': [' Male']}
    """
    check_is_text(data, source)
    bom = len(BOM) if data.startswith(BOM) else 0
    sample = data[bom:SAMPLE].decode(errors="surrogateescape")
    delimiter = find_delimiter(sample, len(data) <= SAMPLE, source)
    check_quotes(data, delimiter, source)
    names, start = header(data, bom, sample, delimiter, source)
    if not data[start:].strip():
        msg = f"{source} has a header but no rows; a table needs at least one row."
        raise TableError(msg)
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(pa.py_buffer(data).slice(start)),
            read_options=pyarrow.csv.ReadOptions(column_names=names, block_size=BLOCK),
            parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        _check_utf8(data, source)
        refuse_ragged(data, delimiter, names, source)
        msg = f"{source} cannot be read as a table: {str(error).splitlines()[0]}."
        raise TableError(msg) from None
    return table


def _check_utf8(data: bytes, source: str) -> None:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        msg = (
            f"{source} must be UTF-8, but byte {error.start:,} (counted from 0; line "
            f"{line_of(data, error.start):,}) is 0x{data[error.start]:02x}. Save it as UTF-8."
        )
        raise TableError(msg) from None


def header(data: bytes, bom: int, sample: str, delimiter: str, source: str) -> tuple[list[str], int]:
    """The names of the columns, and the byte at which the rows start.

    Raises:
        TableError: the first line does not name the columns, or not each differently.
    """
    text = io.StringIO(sample, newline="")
    rows = csv.reader(text, delimiter=delimiter)
    try:
        fields = next(row for row in rows if row)
    except (csv.Error, StopIteration):
        msg = f"The first line of {source} must hold the names of the columns, but it cannot be read as such."
        raise TableError(msg) from None
    names = tidy(fields)
    start = bom + len(sample[: text.tell()].encode(errors="surrogateescape"))
    _check_utf8(data[:start], source)
    check_header(names, source)
    check_distinct(names, source)
    return names, start
