"""Text tables: what is read, and each fault with its message."""

import gzip

import pytest


def test_quoted_newlines_and_doubled_quotes_are_part_of_a_field(read):
    table = read('name,n\n"x\ny ""z""",1\nw,2\n')
    assert table.data.to_pydict() == {"name": ['x\ny "z"', "w"], "n": [1, 2]}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_from_the_data(read, delimiter):
    text = "a,b,c\n1,x y,2.5\n3,z:w,4\n".replace(",", delimiter)
    assert read(text).data.to_pydict() == {"a": [1, 3], "b": ["x y", "z:w"], "c": [2.5, 4.0]}


def test_a_delimiter_inside_fields_does_not_mislead(read):
    assert read("a;b\nx, y;1\nz, w;2\n").names == ["a", "b"]
    assert read('a,b\n"x;y;z",1\n"u;v;w",2\n').names == ["a", "b"]


def test_one_column_needs_no_delimiter(read):
    assert read("size\nsmall\nlarge\n").data.to_pydict() == {"size": ["small", "large"]}


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("final", [True, False])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_line_ends_marks_and_gzip_change_nothing(read, ends, final, bom, pack):
    text = "age,sex\n 39, Male\n50,\n".removesuffix("" if final else "\n").replace("\n", ends)
    table = read(pack(bom + text.encode()))
    assert table.data.to_pydict() == {"age": [39, 50], "sex": ["Male", None]}


def test_blank_lines_are_no_rows(read):
    assert read("\n\na,b\n\n1,2\n\n3,4\n\n").data.to_pydict() == {"a": [1, 3], "b": [2, 4]}


def test_a_column_without_a_name_is_named_after_its_place(read):
    assert read(",age,\n0,39,x\n").names == ["Unnamed: 0", "age", "Unnamed: 2"]


def test_ragged_row_says_its_line(fault):
    wanted = (
        "Line 4 of t.csv has 1 field, but the header has 2. "
        'Correct the line, or put quotes around a field that holds ",".'
    )
    assert fault('a,b\n1,"x\ny"\n3\n5,6\n') == wanted
    assert fault("a,b\r\n1,2\r\n\r\n3\r\n") == wanted
    assert "Line 3 of t.csv has 3 fields, but the header has 2." in fault("a\tb\n1\t2\n3\t4\t5\n")


def test_ragged_row_far_down_says_its_line(fault):
    assert "Line 40,002 of t.csv has 1 field," in fault("a,b\n" + "1,2\n" * 40_000 + "3\n")


def test_a_quote_that_is_never_closed_does_not_swallow_the_rest(fault):
    wanted = (
        "A quoted field must end with a quote; that of the row at line 3 of t.csv does not. "
        "Close it, or double a quote that is part of the text."
    )
    assert fault('a,b\n1,2\n3,"4\n5,6\n') == wanted
    assert fault('a,b\n1,2\n3,"4\n' + "5,6\n" * 50_000) == wanted


def test_a_quote_within_a_field_is_a_letter(read):
    assert read('a,b\n5" pipe,1\n').data.to_pydict() == {"a": ['5" pipe'], "b": [1]}


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_invalid_utf8_says_its_byte_and_line(fault, bom):
    wanted = (
        f"t.csv must be UTF-8, but byte {7 + len(bom)} (counted from 0; line 3) is 0xff. Save it as UTF-8."
    )
    assert fault(bom + b"a,b\n1,\n\xff,2\n") == wanted
    assert fault(b"\xffa,b\n1,2\n").startswith(
        "t.csv must be UTF-8, but byte 0 (counted from 0; line 1) is 0xff."
    )


def test_empty_and_header_only(fault):
    for content in (b"", b"\n \n", b"\xef\xbb\xbf", gzip.compress(b"")):
        assert fault(content) == "t.csv is empty; a table needs a header line and rows."
    for content in ("a,b", "a,b\n", "a,b\r\n\r\n"):
        assert fault(content) == "t.csv has a header but no rows; a table needs at least one row."


def test_duplicate_columns(fault):
    assert fault("a,b,a\n1,2,3\n") == (
        "Column names must differ, but columns 1 and 3 of t.csv are both `a`. Rename one of them."
    )


@pytest.mark.parametrize("line", ["M,0.455,0.365,0.514", "1.5,2", "-1,2", "256,6000,256,16", "2.5"])
def test_a_first_line_of_data_is_not_taken_for_names(fault, line):
    message = fault(f"{line}\n{line}\n")
    assert message.startswith(
        "The first line of t.csv must name the columns, but seems to be a row of data (`"
    )
    assert message.endswith("). Put a line of names before it.")


@pytest.mark.parametrize(
    "line", ["0,1,2,3", "country,2019,2020,2021", "x,0.25,0.5,0.75", "2021,2020,2019", "7"]
)
def test_names_may_be_numbers(read, line):
    assert read(f"{line}\n{line}\n").names == line.split(",")


def test_wrong_delimiter_is_named(fault):
    assert fault("a b c\n1 2 3\n4 5 6\n") == (
        "Fields must be separated by a comma, semicolon, tab or bar; those of t.csv seem to be separated by "
        "spaces. Rewrite the file with commas."
    )
    assert fault("a,b\n1;2\n3;4\n") == (
        "The header and the rows must use the same separator; in t.csv the header uses commas, the rows "
        "semicolons. Rewrite the header with semicolons."
    )


def test_other_formats_are_named(fault):
    assert fault(b"PK\x03\x04...") == (
        "t.csv must be a CSV or Parquet file, but is a ZIP or Excel file; save the table as CSV."
    )
    assert "UTF-16 text; save it as UTF-8" in fault("a,b\n1,2\n".encode("utf-16"))
    assert fault(b"a,b\n1,\0\n") == (
        "t.csv must be text, but byte 6 (counted from 0) is a zero byte. Save it as UTF-8 CSV; other formats that are "
        "read are TSV and Parquet."
    )


def test_damaged_gzip(fault):
    whole = gzip.compress(b"a,b\n" + b"1,2\n" * 1000)
    for damaged in (whole[:-9], whole[:20], whole[:-8] + b"\0" * 8, whole[:30] + b"\xff" + whole[31:]):
        message = fault(damaged, "t.csv.gz")
        assert message.startswith("t.csv.gz is a damaged or cut gzip file (")
        assert message.endswith("Make or download it again.")


def test_a_space_before_a_quote_is_refused(fault):
    assert fault('a, "b"\n1, "x"\n') == (
        "A quoted field must start right after the separator, but in line 1 of t.csv a space stands before "
        '"b". Remove the spaces before the quotes.'
    )


def test_a_quote_in_the_header_that_is_never_closed(fault):
    assert "that of the row at line 1 of t.csv does not" in fault('"a,b\n1,2\n')
