"""What a file is that is no table, by its first bytes. A header line of a table may begin as none of these."""

import re

from clearprop.errors import TableError

SAVE, UNPACK = "save the table as CSV", "unpack it or use gzip"
ARCHIVE = "unpack it, and give the table in it"
FORMATS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xfe", "UTF-16 text; save it as UTF-8"),
    (0, b"\xfe\xff", "UTF-16 text; save it as UTF-8"),
    (0, b"PK\x03\x04", f"a ZIP or Excel file; {SAVE}"),
    (0, b"PK\x05\x06", f"an empty ZIP file; {SAVE}"),
    (0, b"\xd0\xcf\x11\xe0", f"an Excel file; {SAVE}"),
    (0, b"%PDF", f"a PDF file; {SAVE}"),
    (0, b"{\\rtf", f"a text of a word processor (RTF); {SAVE}"),
    (0, b"ARROW1\0\0", "an Arrow file; save the table as Parquet"),
    (0, b"Obj\x01", "an Avro file; save the table as Parquet"),
    (0, b"\x89HDF\r\n", "an HDF5 file; save the table as Parquet"),
    (0, b"SQLite format 3\0", f"an SQLite database; {SAVE}"),
    (0, b"\x93NUMPY", "an array of NumPy; load it and pass the array, or save it as CSV"),
    (0, b"MATLAB 5.0 MAT-file", f"a file of MATLAB; {SAVE}"),
    (0, b"<stata_dta>", f"a file of Stata; {SAVE}"),
    (0, b"$FL2@(#)", f"a file of SPSS; {SAVE}"),
    (0, b"\0" * 12 + b"\xc2\xea\x81`", f"a file of SAS; {SAVE}"),
    (0, b"(\xb5/\xfd", f"compressed by zstd; {UNPACK}"),
    (0, b"\xfd7zXZ\0", f"compressed by xz; {UNPACK}"),
    (0, b"\x1f\x8b", "compressed by gzip twice; unpack it once"),
    (0, b"7z\xbc\xaf\x27\x1c", f"a 7-Zip archive; {ARCHIVE}"),
    (0, b"Rar!\x1a\x07", f"a RAR archive; {ARCHIVE}"),
    (257, b"ustar\0", f"a tar archive; {ARCHIVE}"),
    (257, b"ustar  \0", f"a tar archive; {ARCHIVE}"),
    (0, b"\x89PNG\r\n", "a PNG image"),
    (0, b"\xff\xd8\xff", "a JPEG image"),
    (0, b"GIF87a", "a GIF image"),
    (0, b"GIF89a", "a GIF image"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ\x90\0", "a program"),
)
WRITTEN = (
    (rb"BZh[1-9]1AY&SY", f"compressed by bzip2; {UNPACK}"),
    (rb"ORC.?[\0-\x08]", "an ORC file; save the table as Parquet"),
    (rb"\s*(\{\s*\"|\[\s*[\[{])", f"JSON; {SAVE}"),
    (rb"(?i)\s*<(!doctype|html|\?xml)\b", f"HTML or XML; {SAVE}"),
    (rb"\x80[\x02-\x05]", f"a pickle, which is never opened; {SAVE}"),
    (rb".{8}\{\"", "a model file or another of tensors; give the table it is to predict"),
)


def foreign(data: bytes) -> str | None:
    """What another format the bytes begin as, with what to do; None if it is not known.

    >>> foreign(b"\\x89PNG\\r\\n..."), foreign(b"a,b\\n1,2\\n")
    ('a PNG image', None)
    """
    for at, magic, what in FORMATS:
        if data.startswith(magic, at):
            return what
    for pattern, what in WRITTEN:
        if re.match(pattern, data[:1000], re.DOTALL):
            return what
    return None


def check_is_text(data: bytes, source: str) -> None:
    """Check that the start of a file is text.

    Raises:
        TableError: it is of another format, or holds a zero byte.
    """
    what = foreign(data)
    if what:
        msg = f"{source} must be a CSV or Parquet file, but is {what}."
        raise TableError(msg)
    zero = data.find(b"\0")
    if zero >= 0:
        raise TableError(not_text(source, zero))


def not_text(source: str, zero: int) -> str:
    """What is said of a file that holds a zero byte, at a place counted from 0."""
    return (
        f"{source} must be text, but byte {zero:,} (counted from 0) is a zero byte. Save it as UTF-8 CSV; "
        "other formats that are read are TSV and Parquet."
    )
