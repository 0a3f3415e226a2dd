"""Tables that people filled in: CSV of any spreadsheet program and XLSX, as plain values, row by row."""

from imgvet.tables.cells import Cell, as_date, as_flag, as_name, as_reference, as_text, as_whole_number
from imgvet.tables.lines import read_lines
from imgvet.tables.table import Row, Table, read_table

__all__ = [
    "Cell",
    "Row",
    "Table",
    "as_date",
    "as_flag",
    "as_name",
    "as_reference",
    "as_text",
    "as_whole_number",
    "read_lines",
    "read_table",
]
