"""Dimensions that follow from what is loaded: agencies, people, strategies, days. Computed whole, each night."""

from __future__ import annotations

import duckdb

from load.schema import columns_sql, quoted
from transform.form import Form, load_form

_MONTHS = (
    "มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน",
    "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม",
)  # fmt: skip
_MONTHS_SHORT = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")

# What most projects say; where several are equally frequent, the first in sort order.
_MOST_FREQUENT = """
  SELECT * EXCLUDE (times, place) FROM (
    SELECT *, row_number() OVER (PARTITION BY {key} ORDER BY times DESC, {value}) AS place
    FROM (
      SELECT {key}, {value}, count(*) AS times FROM {source} WHERE {value} IS NOT NULL GROUP BY {key}, {value}
    ) AS counted
  ) AS ranked WHERE place = 1
"""


def compute_dimensions(con: duckdb.DuckDBPyConnection, register: str) -> None:
    """Replace dim_agency, dim_person, dim_strategy and dim_date by what the loaded projects say.

    `register` is a relation (prefix, agency, status) of known agency codes.
    """
    form = load_form()
    for name, select in (
        ("dim_agency", _agencies(register)),
        ("dim_person", _people()),
        ("dim_strategy", _strategies(form)),
        ("dim_date", _days()),
    ):
        con.execute(f"DELETE FROM main.{name}")
        con.execute(f"INSERT INTO main.{name} BY NAME {select}")


def _agencies(register: str) -> str:
    """Codes in use. A verified name wins, else what the forms print, else an unverified name of the register."""
    printed = _MOST_FREQUENT.format(key="agency_code", value="agency_name", source="main.dim_project")
    return f"""
WITH printed AS ({printed}),
named AS (
  SELECT p.agency_code, p.projects, r.agency, r.status,
         CASE WHEN r.status = 'VERIFIED' THEN r.agency ELSE coalesce(m.agency_name, r.agency) END AS agency_name
  FROM (SELECT agency_code, count(*) AS projects FROM main.dim_project GROUP BY agency_code) AS p
  LEFT JOIN printed AS m ON m.agency_code = p.agency_code
  LEFT JOIN (SELECT DISTINCT ON (prefix) * FROM {register} ORDER BY prefix, status DESC, agency) AS r
    ON r.prefix = p.agency_code
)
SELECT agency_code, agency_name, CASE WHEN agency_name = agency THEN status ELSE 'LEARNED' END AS status, projects,
       {_thai_order("agency_code", "agency_name")}
FROM named
"""


def _people() -> str:
    return f"""
WITH named AS (
  SELECT b.person_name, b.role, b.title, b.phone, b.project_code, p.last_seen
  FROM main.project_person AS b JOIN main.dim_project AS p ON p.project_code = b.project_code
  WHERE b.person_name IS NOT NULL
),
ranked AS (
  SELECT *, count(*) OVER (PARTITION BY person_name, role) AS projects,
         row_number() OVER (PARTITION BY person_name, role ORDER BY last_seen DESC, project_code DESC) AS place
  FROM named
)
SELECT person_name, role, title, phone, projects, {_thai_order("person_name, role", "person_name")}
FROM ranked WHERE place = 1
"""


def _thai_order(key: str, name: str) -> str:
    """Place in the order of a Thai dictionary, worked out here so that any client can sort by it."""
    return f"CAST(row_number() OVER (ORDER BY icu_sort_key({name}, 'th') NULLS LAST, {key}) AS INTEGER) AS thai_order"


def _strategies(form: Form) -> str:
    """Texts by plan period and number: the ones most projects print."""
    key = columns_sql(form.tables["dim_strategy"].key)
    texts = [f.column or "" for f in form.columns_of("dim_strategy")]
    most = {c: _MOST_FREQUENT.format(key=key, value=quoted(c), source="main.project_strategy") for c in texts}
    joins = " ".join(f"LEFT JOIN ({select}) AS {column} USING ({key})" for column, select in most.items())
    return f"""
SELECT {key}, {columns_sql(texts)}, projects
FROM (SELECT {key}, count(*) AS projects FROM main.project_strategy GROUP BY {key}) AS used {joins}
"""


def _days() -> str:
    """Every day of the fiscal years in which a date of the forms lies, without gaps. Absurd dates do not stretch it."""
    dates = " UNION ALL ".join(
        f"SELECT {column} AS d FROM main.{table}"
        for table, column in (
            ("dim_project", "start_date"), ("dim_project", "end_date"), ("dim_project", "first_seen"),
            ("dim_project", "last_seen"), ("fact_progress_report", "report_date"),
        )
    )  # fmt: skip
    names, short = ("[" + ", ".join(f"'{m}'" for m in months) + "]" for months in (_MONTHS, _MONTHS_SHORT))
    return f"""
WITH fiscal AS (
  SELECT CAST(min(year(d + INTERVAL 3 MONTH)) AS INTEGER) AS first_year,
         CAST(max(year(d + INTERVAL 3 MONTH)) AS INTEGER) AS last_year
  FROM ({dates}) AS dates WHERE year(d) BETWEEN 1941 AND 2099
),
days AS (
  SELECT CAST(unnest(generate_series(first_day, last_day, INTERVAL 1 DAY)) AS DATE) AS date
  FROM (
    SELECT make_date(first_year - 1, 10, 1) AS first_day, make_date(last_year, 9, 30) AS last_day FROM fiscal
  ) AS bounds
  WHERE first_day IS NOT NULL
)
SELECT date, year(date) + 543 AS be_year, year(date) + 543 + CAST(month(date) >= 10 AS INTEGER) AS fiscal_year_be,
       (month(date) + 2) % 12 // 3 + 1 AS fiscal_quarter, (month(date) + 2) % 12 + 1 AS fiscal_month,
       'ไตรมาส ' || ((month(date) + 2) % 12 // 3 + 1) || '/' || (year(date) + 543 + CAST(month(date) >= 10 AS INTEGER))
         AS fiscal_quarter_th,
       month(date) AS month,
       ({names})[month(date)] AS month_name_th,
       ({short})[month(date)] || ' ' || (year(date) + 543) AS month_th,
       day(date) || ' ' || ({short})[month(date)] || ' ' || (year(date) + 543) AS date_th,
       isodow(date) >= 6 AS is_weekend
FROM days
"""
