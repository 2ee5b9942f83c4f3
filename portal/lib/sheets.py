"""CSV for people and machines: written line by line, and harmless in a spreadsheet."""

import csv

CONTENT_TYPE = "text/csv; charset=utf-8"


def cell(text):
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in tuple("=+-@\t\r\n") else text


class Line:
    """A file for csv.writer that hands each line on instead of keeping it."""

    def write(self, line):
        return line


def writer():
    """A csv.writer whose writerow() returns the line."""
    return csv.writer(Line())
