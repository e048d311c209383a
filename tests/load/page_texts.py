"""What is read back from a page, and the invented projects that it is made of."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from html.parser import HTMLParser

import duckdb

TONIGHT = date(2026, 3, 1)


class Parsed(HTMLParser):
    """Ids, links, the text of each id's element, and the numbers of the answer."""

    def __init__(self, html: str):
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.tags: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.add(value or "")
            elif name in ("href", "src", "action", "data", "srcset", "poster"):
                self.links.append(value or "")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @cached_property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


def answer(html: str) -> dict[str, str]:
    """The large numbers by their names."""
    return dict(re.findall(r'<span class="name">([^<]*)</span><strong>([^<]*)</strong>', html))


def add_project(con: duckdb.DuckDBPyConnection, code: str, **values: object) -> None:
    """A project of fiscal year 2569 that is half over tonight; a report of it when `progress` and `reported` are given."""
    start, end = TONIGHT - timedelta(days=99), TONIGHT + timedelta(days=100)
    row = {
        "project_code": code, "project_name": "พัฒนาห้องสมุด", "fiscal_year_be": 2569, "agency_code": code[:4], "agency_name": "สำนักงานเขตวัฒนา",
        "start_date": start, "end_date": end, "budget_received_baht": Decimal(1_000_000), "budget_spent_baht": Decimal(250_000),
        "first_seen": TONIGHT, "last_seen": TONIGHT, "copies": 2, "confidence": "agreed",
    }  # fmt: skip
    progress, reported = values.pop("progress", None), values.pop("reported", TONIGHT)
    row |= values
    marks = ", ".join("?" * len(row))
    con.execute(f"INSERT INTO main.dim_project ({', '.join(row)}) VALUES ({marks})", list(row.values()))
    if progress is not None:
        con.execute(
            "INSERT INTO main.fact_progress_report (project_code, report_no, occurrence, report_date, progress_pct, "
            "disbursed_baht, fiscal_year_be, fiscal_quarter, is_latest) VALUES (?, 1, 1, ?, ?, 100, 2569, 2, true)",
            [code, reported, progress],
        )
