"""Dates: the number decides the era, the year is converted first, day before month, never a guess."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transform.dates import (
    MONTHS,
    MONTHS_SHORT,
    DateReading,
    parse_date,
    parse_date_as_written,
    parse_datetime,
    parse_fiscal_year,
    parse_quarter,
    parse_range,
)
from transform.thai import to_arabic_digits

OCT25 = date(2019, 10, 25)
OCT1 = date(2019, 10, 1)
LEAP = date(2020, 2, 29)

DATES = [
    # day/month/year in numbers
    ("25/10/2562", OCT25), ("25/10/2019", OCT25), ("25/10/62", OCT25), ("25-10-2562", OCT25), ("25.10.2562", OCT25),
    ("25 / 10 / 2562", OCT25), ("1/10/2562", OCT1), ("01/10/2562", OCT1), ("28/1/2563", date(2020, 1, 28)),
    ("๒๕/๑๐/๒๕๖๒", OCT25), ("๒๕/10/๒๕62", OCT25), ("25/๑๐/25๖๒", OCT25), ("25/10/2562", OCT25),
    ("  25/10/2562  ", OCT25), ("25/\u200b10/2562", OCT25), ("25\xa0/\xa010/2562", OCT25), ("25/10/2562", OCT25),
    ("10/11/2562", date(2019, 11, 10)), ("12/1/2563", date(2020, 1, 12)), ("31/12/2562", date(2019, 12, 31)),
    # year first
    ("2019-10-01", OCT1), ("2019-10-1", OCT1), ("2562-10-25", OCT25), ("2562/10/25", OCT25), ("2019/10/25", OCT25),
    ("2019.10.25", OCT25), ("๒๕๖๒-๑๐-๒๕", OCT25), ("(2019-10-25)", OCT25),
    # with a time
    ("2019-10-01 00:00:00", OCT1), ("2022-10-01 00:00:00.000", date(2022, 10, 1)), ("2019-10-01T00:00:00", OCT1),
    ("25/10/2562 08:30", OCT25), ("25/10/2562 08.30 น.", OCT25), ("25/10/2562 8.30น.", OCT25), ("25/10/2562, 08:30:15", OCT25),
    ("25 ต.ค. 2562 เวลา 13.00 น.", OCT25), ("25 ต.ค. 62 13:00 นาฬิกา", OCT25), ("1/10/2562 0:00:00", OCT1),
    # zones: Bangkok decides the day
    ("2019-09-30T17:00Z", OCT1), ("2019-09-30T16:59Z", date(2019, 9, 30)), ("2019-10-01T00:00:00+07:00", OCT1),
    ("2019-10-01T00:30:00+0900", date(2019, 9, 30)), ("2019-09-30 17:00 UTC", OCT1), ("2019-09-30 17:00:00.000 GMT", OCT1),
    ("2019-10-01 00:00 ICT", OCT1), ("2019-10-01 00:00 GMT+7", OCT1), ("2019-09-30T12:00-05", OCT1),
    # the day of 29 February belongs to the converted year
    ("29/2/2563", LEAP), ("29/02/63", LEAP), ("2563-02-29", LEAP), ("29 กุมภาพันธ์ 2563", LEAP), ("29 ก.พ. 63", LEAP), ("29/2/2020", LEAP),
    # months by name
    ("25 ตุลาคม 2562", OCT25), ("25 ตุลาคม 62", OCT25), ("25ตุลาคม2562", OCT25), ("25 ตุลาคม พ.ศ. 2562", OCT25), ("25 ตุลาคม พ.ศ.2562", OCT25),
    ("25 ตุลาคม พ.ศ 2562", OCT25), ("25 ตุลาคม พศ. 2562", OCT25), ("25 ตุลาคม พุทธศักราช 2562", OCT25), ("25 ตุลาคม ค.ศ. 2019", OCT25),
    ("25 ตุลาคม คริสต์ศักราช 2019", OCT25), ("25 ตุลาคม 2562 BE", OCT25), ("25/10/2019 A.D.", OCT25), ("25/10/พ.ศ. 2562", OCT25),
    ("25 เดือนตุลาคม พ.ศ. 2562", OCT25), ("25 เดือน ตุลาคม ปี 2562", OCT25), ("25 ตุลาคม ปี พ.ศ. 2562", OCT25),
    ("25 ต.ค. 2562", OCT25), ("25 ต.ค.62", OCT25), ("25ต.ค.62", OCT25), ("25 ตค 62", OCT25), ("25 ต.ค 62", OCT25), ("25 ตค. 62", OCT25),
    ("25 ต. ค. 62", OCT25), ("25-ต.ค.-62", OCT25), ("25/ต.ค./2562", OCT25), ("19 ธ.ค.62", date(2019, 12, 19)), ("12 ธันวาคม 2562", date(2019, 12, 12)),
    ("๑๙ ธ.ค. ๖๒", date(2019, 12, 19)), ("3 ม.ค. 65", date(2022, 1, 3)), ("11 ก.ย. 65", date(2022, 9, 11)), ("1 เม.ย. 69", date(2026, 4, 1)),
    ("1 มิ.ย. 64", date(2021, 6, 1)), ("1 มี.ค. 64", date(2021, 3, 1)), ("1 ก.ค. 64", date(2021, 7, 1)), ("1 พ.ย. 64", date(2021, 11, 1)),
    ("1 ส.ค. 64", date(2021, 8, 1)), ("1 พ.ค. 64", date(2021, 5, 1)), ("1 เมย. 64", date(2021, 4, 1)),
    ("14 กุมภา 64", date(2021, 2, 14)), ("14 เมษา 2564", date(2021, 4, 14)), ("14 พฤศจิกา 2564", date(2021, 11, 14)),
    # standing misspellings, and at most two edits from one full name
    ("10 กรกฏาคม 2564", date(2021, 7, 10)), ("10 พฤษจิกายน 2564", date(2021, 11, 10)), ("10 กุมภาพันธุ์ 2564", date(2021, 2, 10)),
    ("10 พฤศภาคม 2564", date(2021, 5, 10)), ("25 ตุลาตม 2562", OCT25), ("10 มกรำคม 2564", date(2021, 1, 10)), ("10 พฤษภาม 2564", date(2021, 5, 10)),
    ("10 สิงหาคน 2564", date(2021, 8, 10)), ("10 มิถนายน 2564", date(2021, 6, 10)), ("10 ธันวาค 2564", date(2021, 12, 10)),
    # words before the day
    ("วันที่ 25 ตุลาคม 2562", OCT25), ("ณ วันที่ 01/02/2023", date(2023, 2, 1)), ("ณ วันที่ 25 ต.ค. 62", OCT25), ("วันศุกร์ที่ 25 ตุลาคม 2562", OCT25),
    ("วันศุกร์ที่ ๒๕ เดือนตุลาคม พ.ศ. ๒๕๖๒", OCT25), ("ศุกร์ที่ 25 ต.ค. 62", OCT25), ("เมื่อวันที่ 25/10/2562", OCT25), ("ลงวันที่ 25 ตุลาคม 2562", OCT25),
    ("วันพฤหัสบดีที่ 31 ตุลาคม 2562", date(2019, 10, 31)), ("วันที่25ตุลาคม2562", OCT25),
    # the ends of what is read
    ("1/1/2484", date(1941, 1, 1)), ("31/12/2642", date(2099, 12, 31)), ("1/1/1941", date(1941, 1, 1)), ("31/12/2099", date(2099, 12, 31)),
    ("1/1/00", date(1957, 1, 1)), ("1/1/99", date(2056, 1, 1)), ("1/1/2400".replace("2400", "2499"), date(1956, 1, 1)),
    # two digits are Buddhist, whatever they look like
    ("25/10/19", date(1976, 10, 25)), ("1 ม.ค. 69", date(2026, 1, 1)),
    # what else an office writes
    ("25.10.62", OCT25), ("25-10-62", OCT25), ("๒๕/๑๐/๖๒", OCT25), ("๒๕-๑๐-๒๕๖๒", OCT25), ("๒๕.๑๐.๒๕๖๒", OCT25), ("25/ 10/ 2562", OCT25),
    ("25 /10 /2562", OCT25), ("25/10/\u200b2562", OCT25), ("２５/１０/２５６２", OCT25), ("25/10/พ.ศ.2562", OCT25), ("25/10/2562 พ.ศ.", OCT25),
    ("2562.10.25", OCT25), ("2562-1-5", date(2019, 1, 5)), ("05/01/2562", date(2019, 1, 5)), ("5/1/2562", date(2019, 1, 5)),
    ("5/01/62", date(2019, 1, 5)), ("31/01/2563", date(2020, 1, 31)), ("31/03/63", date(2020, 3, 31)), ("30/04/2563", date(2020, 4, 30)),
    ("**25/10/2562**", OCT25), ("** 25 ต.ค. 62 **", OCT25), ("(25/10/2562)", OCT25), ("( 25 ตุลาคม 2562 )", OCT25), ("25 ตุลาคม พ. ศ. 2562", OCT25),
    ("25 ตุลาคม พศ 2562", OCT25), ("25 ต.ค. 62", OCT25), ("25ต.ค.2562", OCT25), ("25-ต.ค.-2562", OCT25), ("25/ต.ค./62", OCT25),
    ("25/ตุลาคม/2562", OCT25), ("๒๕ ต.ค. ๖๒", OCT25), ("๒๕ ตุลาคม ๒๕๖๒", OCT25), ("๒๕ ตุลาคม พ.ศ. ๒๕๖๒", OCT25), ("25  ตุลาคม   2562", OCT25),
    ("25\xa0ตุลาคม\xa02562", OCT25), ("25\nตุลาคม 2562", OCT25), ("วันที่25ต.ค.62", OCT25), ("วันที่ 25 เดือน ตุลาคม พ.ศ. 2562", OCT25),
    ("วันที่ 25 เดือน 10 พ.ศ. 2562", OCT25), ("วันที่ ๒๕ เดือน ๑๐ ปี ๒๕๖๒", OCT25), ("25 เดือน 10 ปี 62", OCT25),
    ("วันที่ 25 เดือน ต.ค. ปี 62", OCT25), ("25 เดือนตุลาคม 2562", OCT25), ("ณ วันที่ 25 ตุลาคม 2562", OCT25), ("ลงวันที่ 25 ต.ค. 62", OCT25),
    ("เมื่อวันที่ 25 ตุลาคม 2562", OCT25), ("ที่ 25 ตุลาคม 2562", OCT25), ("25 ต.ค. ค.ศ.2019", OCT25), ("25 ตุลาคม 2019", OCT25),
    ("25 ต.ค. 2019", OCT25), ("25 ตุลาคม พุทธศักราช ๒๕๖๒", OCT25), ("1 มกราคม 2563", date(2020, 1, 1)), ("1 ม.ค. 63", date(2020, 1, 1)),
    ("1 มค 63", date(2020, 1, 1)), ("1 มค. 63", date(2020, 1, 1)), ("14 กุมภาพันธ์ 2563", date(2020, 2, 14)), ("14 ก.พ. 63", date(2020, 2, 14)),
    ("14 กพ 63", date(2020, 2, 14)), ("14 กพ. 63", date(2020, 2, 14)), ("1 มีนาคม 2563", date(2020, 3, 1)), ("1 มี.ค. 63", date(2020, 3, 1)),
    ("1 มีค 63", date(2020, 3, 1)), ("1 มีค.63", date(2020, 3, 1)), ("1 เมษายน 2563", date(2020, 4, 1)), ("1 เม.ย. 63", date(2020, 4, 1)),
    ("1 เมย 63", date(2020, 4, 1)), ("1 เม.ย. 63", date(2020, 4, 1)), ("1 พฤษภาคม 2563", date(2020, 5, 1)), ("1 พ.ค. 63", date(2020, 5, 1)),
    ("1 พค 63", date(2020, 5, 1)), ("1 มิถุนายน 2563", date(2020, 6, 1)), ("1 มิ.ย. 63", date(2020, 6, 1)), ("1 มิย. 63", date(2020, 6, 1)),
    ("1 กรกฎาคม 2563", date(2020, 7, 1)), ("1 ก.ค. 63", date(2020, 7, 1)), ("1 กค.63", date(2020, 7, 1)), ("1 สิงหาคม 2563", date(2020, 8, 1)),
    ("1 ส.ค. 63", date(2020, 8, 1)), ("1 สค 63", date(2020, 8, 1)), ("1 กันยายน 2563", date(2020, 9, 1)), ("1 ก.ย. 63", date(2020, 9, 1)),
    ("1 กย. 63", date(2020, 9, 1)), ("1 พฤศจิกายน 2563", date(2020, 11, 1)), ("1 พ.ย. 63", date(2020, 11, 1)), ("1 พย 63", date(2020, 11, 1)),
    ("1 ธันวาคม 2563", date(2020, 12, 1)), ("1 ธ.ค. 63", date(2020, 12, 1)), ("1 ธค 63", date(2020, 12, 1)), ("1 กรกฏาคม 2563", date(2020, 7, 1)),
    ("1 กรกฎคม 2563", date(2020, 7, 1)), ("1 กรกาคม 2563", date(2020, 7, 1)), ("1 กรฎาคม 2563", date(2020, 7, 1)),
    ("1 พฤษจิกายน 2563", date(2020, 11, 1)), ("1 พฤศจิกายยน 2563", date(2020, 11, 1)), ("1 พฤศจิกา 2563", date(2020, 11, 1)),
    ("1 พฤศจิการยน 2563", date(2020, 11, 1)), ("1 พฤศภาคม 2563", date(2020, 5, 1)), ("1 พฤษาคม 2563", date(2020, 5, 1)),
    ("1 พฤกษภาคม 2563", date(2020, 5, 1)), ("1 พฤษภาคา 2563", date(2020, 5, 1)), ("1 กุมพาพันธ์ 2563", date(2020, 2, 1)),
    ("1 กุมภาพันธุ์ 2563", date(2020, 2, 1)), ("1 กุมภาพัน 2563", date(2020, 2, 1)), ("1 กุมภาพันธ 2563", date(2020, 2, 1)),
    ("1 กมุภาพันธ์ 2563", date(2020, 2, 1)), ("1 เมษยน 2563", date(2020, 4, 1)), ("1 เมษาน 2563", date(2020, 4, 1)),
    ("1 เมศายน 2563", date(2020, 4, 1)), ("1 มิถุนานย 2563", date(2020, 6, 1)), ("1 มิถนายน 2563", date(2020, 6, 1)),
    ("1 มิถุยายน 2563", date(2020, 6, 1)), ("1 สิหาคม 2563", date(2020, 8, 1)), ("1 สิงหาตม 2563", date(2020, 8, 1)),
    ("1 กันยาน 2563", date(2020, 9, 1)), ("1 กัยายน 2563", date(2020, 9, 1)), ("1 ธันวาคน 2563", date(2020, 12, 1)),
    ("1 ธันาวคม 2563", date(2020, 12, 1)), ("1 มกาคม 2563", date(2020, 1, 1)), ("1 มรกาคม 2563", date(2020, 1, 1)),
    ("1 มีนาตม 2563", date(2020, 3, 1)), ("1 ตุลสคม 2563", date(2020, 10, 1)), ("1 ตุลา 63", date(2020, 10, 1)), ("1 กันยา 63", date(2020, 9, 1)),
    ("1 มกรา 63", date(2020, 1, 1)), ("1 ธันวา 2563", date(2020, 12, 1)), ("1 ตุลาคม. 2563", date(2020, 10, 1)), ("25 Oct 2019", OCT25),
    ("25 October 2019", OCT25), ("25-Oct-2019", OCT25), ("25-Oct-2562", OCT25), ("25 OCT 2562", OCT25), ("25 oct. 2019", OCT25),
    ("1 May 2020", date(2020, 5, 1)), ("1 Sept 2020", date(2020, 9, 1)), ("วันศุกร์ที่ 25 ตุลาคม พ.ศ. 2562", OCT25),
    ("วันศุกร์ที่ ๒๕ ตุลาคม ๒๕๖๒", OCT25), ("วันศุกร์ 25 ต.ค. 62", OCT25), ("ศุกร์ 25 ต.ค. 62", OCT25), ("ศุกร์ที่ 25/10/2562", OCT25),
    ("วันศุกร์ที่ 25/10/62", OCT25), ("ณ วันศุกร์ที่ 25 ตุลาคม 2562", OCT25), ("วันพฤหัสบดีที่ 24 ตุลาคม 2562", date(2019, 10, 24)),
    ("วันพฤหัสที่ 24 ต.ค. 62", date(2019, 10, 24)), ("วันพฤหัสฯ ที่ 24 ต.ค. 62", date(2019, 10, 24)),
    ("วันจันทร์ที่ 21 ต.ค. 62", date(2019, 10, 21)), ("วันอังคารที่ 22 ต.ค. 62", date(2019, 10, 22)), ("วันพุธที่ 23 ต.ค. 62", date(2019, 10, 23)),
    ("วันเสาร์ที่ 26 ต.ค. 62", date(2019, 10, 26)), ("วันอาทิตย์ที่ 27 ต.ค. 62", date(2019, 10, 27)), ("ศ. 25 ต.ค. 62", OCT25),
    ("จ. 21 ต.ค. 62", date(2019, 10, 21)), ("อา. 27 ต.ค. 62", date(2019, 10, 27)), ("พฤ. 24 ต.ค. 62", date(2019, 10, 24)),
    ("พ. 23 ต.ค. 62", date(2019, 10, 23)), ("อ. 22 ต.ค. 62", date(2019, 10, 22)), ("ส. 26 ต.ค. 62", date(2019, 10, 26)),
    ("วันเสาร์ที่ 29 กุมภาพันธ์ 2563", LEAP), ("วันศุกร์ที่ 25 ตุลาคม 2562 เวลา 09.00 น.", OCT25), ("25/10/2562 08:30:00", OCT25),
    ("25/10/2562 เวลา 13.30 น.", OCT25), ("25 ต.ค. 62 เวลา 13.30 น.", OCT25), ("25 ต.ค. 62 13:30:00 น.", OCT25),
    ("25 ต.ค. 62 เวลา 13:30:00 น.", OCT25), ("25 ต.ค. 62 เวลา 13.30", OCT25), ("25 ต.ค. 62 เวลา 13 น.", OCT25), ("25 ต.ค. 62 เวลา 9 นาฬิกา", OCT25),
    ("25 ต.ค. 62, 13:30", OCT25), ("25/10/2562 0:00:00", OCT25), ("25/10/2562 00:00:00.000", OCT25), ("๒๕ ต.ค. ๖๒ เวลา ๑๓.๓๐ น.", OCT25),
    ("25 ต.ค. 62 13 น.", OCT25), ("2019-10-25T08:30", OCT25), ("2019-10-25T08:30:00Z", OCT25), ("2019-10-25T17:00:00Z", date(2019, 10, 26)),
    ("2019-10-25T16:59:59.999Z", OCT25), ("2019-10-25T08:30:00.123456+07:00", OCT25), ("2019-10-25T08:30:00+0700", OCT25),
    ("2019-10-25T00:00:00+09:00", date(2019, 10, 24)), ("2019-10-25 00:00:00.000", OCT25), ("2019-10-25t08:30:00z", OCT25),
    ("2562-10-25T08:30:00+07:00", OCT25), ("2019-10-25 23:30 -02:00", date(2019, 10, 26)), ("2019-10-25T08:30:00 ICT", OCT25),
    ("2019-10-25T08:30 GMT+7", OCT25), ("29 ก.พ. 2563", LEAP), ("29/2/63", LEAP), ("29/02/2020", LEAP), ("29 กุมภาพันธ์ 2543", date(2000, 2, 29)),
    ("25 ตุลาคม พ.ศ. 62", OCT25), ("25 ตุลาคม BE 2562", OCT25), ("25 ตุลาคม B.E. 2562", OCT25), ("25 ตุลาคม A.D. 2019", OCT25),
    ("25 ตุลาคม CE 2019", OCT25),
]  # fmt: skip

REJECTED = [
    # OCR damage and impossible years
    "25/10/2162", "25/10/2262", "25/10/2100", "25/10/2399", "25/10/2643", "25/10/1940", "25/10/2483", "25/10/2562x", "25/10/256", "25/10/25622",
    "25/10/2", "1/1/0", "25/10/0062", "25/10/ค.ศ. 2562", "25 ตุลาคม ค.ศ. 2562", "25 ตุลาคม พ.ศ. 2019", "25 ตุลาคม ค.ศ. 62", "25 ต.ค. พ.ศ. 2562 ค.ศ.",
    # days and months that do not exist; never swapped
    "29/2/2562", "29/2/2019", "30/2/2563", "31/4/2563", "2562-02-29", "32/1/2562", "0/1/2562", "1/0/2562", "10/25/2562", "1/13/2562", "2026-13-01",
    "2019-25-10", "62-10-25",
    # months nobody can know
    "1 ม.ย. 64", "10 พฤษ 2564", "10 กกก 2564", "10 ธันยายม 2564", "10 คม 2564", "25 2562", "25 พ.ศ. 2562", "10 ตุลาคมพฤศจิกายน 2564",
    # junk and other shapes
    "25/10/2562 :", "25/10/2562 abc", "abc 25/10/2562", "25/10", "ตุลาคม 2562", "2562", "25", "25/10-2562", "25//10/2562", "2019-10-01 25:00", "2019-10-01 00:60",
    "2019-10-01 00:00:60", "2019-10-01 00", "2019-10-01T", "25/10/2562 08.30", "2019-10-01 00:00 +25:00", "2019-10-01 00:00 PM", "20191001", "25621025",
    "25/10/2562 26/10/2562", "1O/10/2562", "25/1O/2562", "lorem", "๐", "2019-10-01 00:00:00.", "25/10/2562 24:00", "??/10/2562", "25 Oct 19", "025/10/2562",
    "31/12/2099 23:00-05:00",
    # words and shapes that say less than one day, or two days at once
    "1 เเม.ย. 63", "1 ม.ย. 63", "1 มย 63", "1 พฤษ 63", "1 พฤ 63", "1 พ. 63", "1 ก. 63", "1 มาคม 2563", "1 มกนาคม 2563", "1 ธันยายม 2563",
    "1 คม 2563", "1 ยน 2563", "1 พฤศจิคม 2563", "1 ต.ต. 63", "1 มี.ย. 63", "1 เม.ค. 63", "1 เดือน 2563", "1 เดือนที่ 10 2563",
    "1 ตุลาคม ตุลาคม 2563", "1 มกราคมกุมภาพันธ์ 2563", "1 พรรษา 2563", "1 จันทร์ 2563", "1 พฤษภายน 2563", "1 กันยาคม 2563", "1 ตุลายน 2563",
    "1 ตุลาคม พค 2563", "1 ตุลาคม-พ.ย. 2563", "25 Oct 62", "25-Oct-19", "25 Okt 2019", "Oct 25, 2019", "25 Octo 2019", "25 Ma 2019",
    "วันศุกร์ที่ 29 กุมภาพันธ์ 2563", "วันพฤหัสบดีที่ 25 ตุลาคม 2562", "วันจันทร์ที่ 25 ตุลาคม 2562", "วันศุกร์ที่ 25 ตุลาคม 2563", "จ. 25 ต.ค. 62",
    "ศุกร์ 24/10/2562", "วันพฤหัสบดีที่ 2019-10-25", "วันปิยะมหาราชที่ 23 ตุลาคม 2562", "25 ต.ค. 62 (13.30 น.)", "25/10/2562 เวลา 08.30 - 16.30 น.",
    "25/10/2562 24.00 น.", "25/10/2562 25:00", "25/10/2562 13.60 น.", "25/10/2562 8:5", "25/10/2562 12:00:00 AM", "10/1/2019 12:00:00 AM",
    "25/10/2562 08:30 PM", "25 ต.ค. 62 บ่ายโมง", "25 ต.ค. 62 13", "2019-10-25T08:30+15:00", "2019-10-25T08:30+07:60", "20191025", "20191025T083000",
    "2019-298", "2019-W43-5", "2019-10-25T24:00", "2019-10-25Z", "2563-13-45", "29 ก.พ. 2562", "29/2/62", "29/02/2019", "30 ก.พ. 63", "31 เม.ย. 63",
    "31 กันยายน 2563", "0/1/2563", "1/0/2563", "32/1/2563", "1/13/2563", "10/25/2019", "1/1/2100", "1/1/2162", "1/1/2262", "1/1/2399", "1/1/2400",
    "1/1/2483", "1/1/2643", "1/1/1940", "1/1/3562", "1/1/256", "1/1/25622", "1/1/5", "1/1/0062", "25 ตุลาคม ค.ศ. 19", "25 ต.ค. พ.ศ. 2162",
    "25 ต.ค. ค.ศ. 2162", "25 ตุลาคม ร.ศ. 129", "25 ตุลาคม ฮ.ศ. 1441", "25 ตุลาคม จ.ศ. 1381", "25 ต.ค. พ.ศ. 2562 ค.ศ. 2019", "25 ตุลาคม 2562 (2019)",
    "25 ตุลาคม 2562/2019", "25 ตุลาคม พ.ค. 2562", "ต.ค. 62", "10/2562", "25 ตุลาคม", "62", "2S/10/2562", "25/10/256Z", "25/10/25 62", "25/10//2562",
    "25/10 2562", "25 10 2562", "25/10/2562/", "25,10,2562", "25:10:2562", "25|10|2562", "25\\10\\2562", "25/10/2562?", "?25/10/2562",
    "25-26/10/2562", "25 - 26 ต.ค. 62", "25,26 ต.ค. 62", "25 และ 26 ต.ค. 62", "25 ต.ค. 62 - 26 ต.ค. 62", "ประมาณ 25 ต.ค. 62", "ภายใน 25 ต.ค. 62",
    "ภายในวันที่ 25 ต.ค. 62", "ก่อน 25 ต.ค. 62", "หลัง 25/10/2562", "ต้นเดือนตุลาคม 2562", "กลาง ต.ค. 62", "สิ้นเดือนตุลาคม 2562", "สิ้นปี 2562",
    "วันนี้", "พรุ่งนี้", "ยังไม่กำหนด", "อยู่ระหว่างดำเนินการ", "25/010/2562", "-25/10/2562", "25/10/-2562", "+25/10/2562", "๒๕/๑๐/๒๕๖๒ก", "43763",
    "1571961600", "0000-00-00", "00/00/0000", "0000-00-00 00:00:00", "1900-01-01", "٢٥/١٠/٢٥٦٢", "²5/10/2562", "__/__/____", "../../....", "-/-/-",
    "25 ต.ค. 62 เวลา : 09.00 น.", "25/10/2562 24.00 น.", "25/10/2562 23:60", "25/10/2562 08:30:60", "2019-10-25 08:30 EST", "2019-10-25 08:30 PST",
    "2019-10-25 08:30 PM", "2019-10-25 8.30", "25 ต.ค. 62 เวลา 8.3 น.", "25 ต.ค. 62 เวลา 08.30-16.30 น.", "25 ต.ค. 62 8 โมงเช้า", "2019-10-25T",
    "2019-10-25 T08:30", "25/10/256208:30", "2099-12-31T18:00Z", "1941-01-01T00:00+09:00", "วันเสาร์ที่ 25 ตุลาคม 2562 เวลา 13.30 น.",
]  # fmt: skip

ABSENT = [
    "",
    " ",
    "-",
    "–",
    ".....",
    "…",
    "\xa0",
    "(ไม่ได้ตั้ง)",
    "- ",
    "ไม่มี",
    "ไม่ระบุ",
    "ไม่ได้ระบุ",
    "—",
    "**-**",
    "(not set)",
]


@pytest.mark.fault(34)
@pytest.mark.parametrize(("printed", "day"), DATES)
def test_a_printed_date_is_this_day(printed, day):
    assert parse_date(printed) == day


@pytest.mark.fault(34)
@pytest.mark.parametrize("printed", REJECTED)
def test_what_is_not_surely_a_date_is_rejected_with_its_text(printed):
    for parse in (parse_date, parse_datetime, parse_date_as_written):
        with pytest.raises(ValueError, match="expected a day such as") as error:
            parse(printed)
        assert printed in str(error.value)


@pytest.mark.parametrize("printed", ABSENT)
def test_a_blank_or_dash_is_no_date_and_no_error(printed):
    for parse in (parse_date, parse_datetime, parse_date_as_written, parse_range, parse_fiscal_year, parse_quarter):
        assert parse(printed) is None


@pytest.mark.fault(34)
@pytest.mark.parametrize(
    ("printed", "reading"),
    [
        ("25/10/2562", DateReading(OCT25, "BE", 2562)), ("25/10/62", DateReading(OCT25, "BE", 62)), ("2019-10-25", DateReading(OCT25, "CE", 2019)),
        ("๒๕ ต.ค. ๒๕62", DateReading(OCT25, "BE", 2562)), ("25 ตุลาคม ค.ศ. 2019", DateReading(OCT25, "CE", 2019)),
    ],
)  # fmt: skip
def test_the_era_as_written_is_kept(printed, reading):
    assert parse_date_as_written(printed) == reading


def _bangkok(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo("Asia/Bangkok"))


MOMENTS = [
    ("2019-10-01 00:00:00", datetime(2019, 10, 1, tzinfo=ZoneInfo("Asia/Bangkok"))),
    ("2019-09-30T17:00Z", datetime(2019, 9, 30, 17, tzinfo=UTC)),
    ("2019-10-01 08:30:15.250", datetime(2019, 10, 1, 1, 30, 15, 250000, tzinfo=UTC)),
    ("25/10/2562 08.30 น.", datetime(2019, 10, 25, 8, 30, tzinfo=timezone(timedelta(hours=7)))),
    ("25/10/2562", datetime(2019, 10, 24, 17, tzinfo=UTC)),
    ("2019-10-01T00:00:00.123456789", datetime(2019, 9, 30, 17, 0, 0, 123456, tzinfo=UTC)),
    ("2562-10-01T00:00+07:00", datetime(2019, 9, 30, 17, tzinfo=UTC)),
    ("25/10/2562 8:30", _bangkok(2019, 10, 25, 8, 30)), ("25/10/2562 08.30น.", _bangkok(2019, 10, 25, 8, 30)),
    ("25 ต.ค. 62 เวลา 13.30 น.", _bangkok(2019, 10, 25, 13, 30)), ("25 ต.ค. 62 เวลา 13:30:15 น.", _bangkok(2019, 10, 25, 13, 30, 15)),
    ("25 ต.ค. 62 13:30:00 น.", _bangkok(2019, 10, 25, 13, 30)), ("25 ต.ค. 62 เวลา 13.30", _bangkok(2019, 10, 25, 13, 30)),
    ("25 ต.ค. 62 เวลา 13 น.", _bangkok(2019, 10, 25, 13)), ("25 ต.ค. 62 เวลา 0.00 น.", _bangkok(2019, 10, 25)),
    ("25 ต.ค. 62 เวลา 00.01 น.", _bangkok(2019, 10, 25, 0, 1)), ("25 ต.ค. 62 เวลา 23.59 น.", _bangkok(2019, 10, 25, 23, 59)),
    ("๒๕ ตุลาคม ๒๕๖๒ เวลา ๐๙.๐๐ น.", _bangkok(2019, 10, 25, 9)), ("25 ต.ค. 62 เวลา 09.00 นาฬิกา", _bangkok(2019, 10, 25, 9)),
    ("25/10/2562 08:30:15.5", _bangkok(2019, 10, 25, 8, 30, 15, 500000)), ("2019-10-25T08:30:15,250", _bangkok(2019, 10, 25, 8, 30, 15, 250000)),
    ("2019-10-25T01:30:00Z", _bangkok(2019, 10, 25, 8, 30)), ("2019-10-25T01:30:00.000Z", _bangkok(2019, 10, 25, 8, 30)),
    ("2019-10-25T08:30:00+07:00", _bangkok(2019, 10, 25, 8, 30)), ("2019-10-25T08:30:00+07", _bangkok(2019, 10, 25, 8, 30)),
    ("2019-10-25 01:30 UTC", _bangkok(2019, 10, 25, 8, 30)), ("2019-10-25 08:30 UTC+7", _bangkok(2019, 10, 25, 8, 30)),
    ("2019-10-25 08:30 GMT+07:00", _bangkok(2019, 10, 25, 8, 30)), ("25 ต.ค. 62เวลา13.30น.", _bangkok(2019, 10, 25, 13, 30)),
    ("31/12/2642 23:59:59", _bangkok(2099, 12, 31, 23, 59, 59)), ("วันศุกร์ที่ 25 ตุลาคม 2562 เวลา 13.30 น.", _bangkok(2019, 10, 25, 13, 30)),
    ("2019-10-25T20:00:00Z", _bangkok(2019, 10, 26, 3)),
]  # fmt: skip


@pytest.mark.parametrize(("printed", "moment"), MOMENTS)
def test_a_moment_is_bangkok_time(printed, moment):
    found = parse_datetime(printed)
    assert found == moment
    assert found.utcoffset() == timedelta(hours=7)


WEEKDAYS = ("จันทร์", "อังคาร", "พุธ", "พฤหัสบดี", "ศุกร์", "เสาร์", "อาทิตย์")
SHORT_WEEKDAYS = ("จ.", "อ.", "พ.", "พฤ.", "ศ.", "ส.", "อา.")
SPOKEN = (*("มกรา", "กุมภา", "มีนา", "เมษา", "พฤษภา", "มิถุนา"), *("กรกฎา", "สิงหา", "กันยา", "ตุลา", "พฤศจิกา", "ธันวา"))
ENGLISH = (*("January", "February", "March", "April", "May", "June"), *("July", "August", "September", "October", "November", "December"))  # fmt: skip
TO_THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


@st.composite
def in_some_digits(draw, text: str) -> str:
    """The text with none, all or some of its digits Thai."""
    thai = draw(st.sampled_from(["none", "none", "all", "some"]))
    if thai == "some":
        return "".join(draw(st.sampled_from([sign, sign.translate(TO_THAI)])) for sign in text)
    return text.translate(TO_THAI) if thai == "all" else text


@st.composite
def printed_years(draw, year: int, *, short: bool) -> str:
    """A year of the Christian era in either era, with or without its name; two digits where the century is 2500."""
    be = year + 543
    ways = [f"{be}", f"พ.ศ. {be}", f"พ.ศ.{be}", f"พศ. {be}", f"พุทธศักราช {be}", f"ปี {be}", f"ปี พ.ศ. {be}", f"B.E. {be}", f"{year}", f"ค.ศ. {year}", f"A.D. {year}"]  # fmt: skip
    if short and 2500 <= be <= 2599:
        ways += [f"{be % 100:02}", f"{be % 100:02}", f"พ.ศ. {be % 100:02}", f"ปี {be % 100:02}"]
    return draw(st.sampled_from(ways))


@st.composite
def printed_days(draw, day: date, weekday: int | None = None) -> str:
    """One of the ways to print a day; `weekday` is printed before it, where given."""
    number = draw(st.sampled_from([f"{day.day}", f"{day.day:02}"]))
    way = draw(st.sampled_from(["numbers", "iso", "name", "name", "english", "said"]))
    year = draw(printed_years(day.year, short=way != "english"))
    if way == "iso":
        sign = draw(st.sampled_from("-/."))
        text = f"{day.year + draw(st.sampled_from([0, 543]))}{sign}{day.month:02}{sign}{day.day:02}"
    elif way == "numbers":
        sign = draw(st.sampled_from(["/", "-", ".", " / ", " /", "- "]))
        text = f"{number}{sign}{draw(st.sampled_from([f'{day.month}', f'{day.month:02}']))}{sign.strip()}{year}"
    elif way == "said":
        era = draw(st.sampled_from(["พ.ศ. ", "ปี ", "ปี พ.ศ. "]))
        text = f"{number} เดือน {day.month} {era}{day.year + 543}"
    else:
        short = MONTHS_SHORT[day.month - 1]
        names = [MONTHS[day.month - 1], short, short.replace(".", ""), short.replace(".", ". ").strip(), short[:-1], SPOKEN[day.month - 1]]  # fmt: skip
        english = ENGLISH[day.month - 1]
        name = draw(st.sampled_from([english, english[:3], english.upper()] if way == "english" else names))
        gap = " " if way == "english" else draw(st.sampled_from([" ", " ", "", "  ", "-", "/", "\xa0"]))
        month = draw(st.sampled_from(["", "", "เดือน", "เดือน "])) if way == "name" else ""
        text = f"{number}{gap}{month}{name}{gap}{year}"
    before = draw(st.sampled_from(["", "", "วันที่ ", "ณ วันที่ ", "เมื่อวันที่ ", "วันที่"]))
    if weekday is not None:
        long, brief = WEEKDAYS[weekday], SHORT_WEEKDAYS[weekday]
        before = draw(
            st.sampled_from([f"วัน{long}ที่ ", f"วัน{long} ", f"{long}ที่ ", f"{long} ", f"ณ วัน{long}ที่ ", f"{brief} "])
        )
    return draw(in_some_digits(before + text))


@st.composite
def printed_times(draw) -> tuple[str, timedelta]:
    """One of the ways to print a time behind a day, and how far it is from midnight."""
    at = timedelta(hours=draw(st.integers(0, 23)), minutes=draw(st.integers(0, 59)))
    hour, minute = divmod(at // timedelta(minutes=1), 60)
    ways = [f" {hour}:{minute:02}", f" {hour:02}:{minute:02}", f" {hour:02}:{minute:02}:00", f" {hour:02}:{minute:02} น.", f" {hour:02}.{minute:02} น.", f" เวลา {hour:02}.{minute:02} น.",
            f" เวลา {hour}.{minute:02}", f" เวลา {hour}:{minute:02}", f" {hour:02}.{minute:02} นาฬิกา", f", {hour:02}:{minute:02}", f"T{hour:02}:{minute:02}:00+07:00", f" {hour:02}:{minute:02}:00.000"]  # fmt: skip
    if not minute:
        ways += [f" เวลา {hour} น.", f" {hour} นาฬิกา"]
    return draw(in_some_digits(draw(st.sampled_from(ways)))), at


days = st.dates(date(1941, 1, 1), date(2099, 12, 31))


@settings(max_examples=600)
@given(st.data(), days, st.booleans())
def test_every_way_of_printing_a_day_reads_back_as_that_day(data, day, with_weekday):
    text = data.draw(printed_days(day, day.weekday() if with_weekday else None))
    assert parse_date(text) == day
    reading = parse_date_as_written(text)
    assert str(reading.year_written) in to_arabic_digits(text)
    assert reading.era == ("CE" if reading.year_written == day.year else "BE")
    assert parse_date(f"** ({text}) **") == day


@settings(max_examples=300)
@given(st.data(), days, printed_times())
def test_every_way_of_printing_a_moment_reads_back(data, day, printed_time):
    time, at = printed_time
    text = data.draw(printed_days(day)) + time
    assert parse_datetime(text) == _bangkok(day.year, day.month, day.day) + at
    assert parse_date(text) == day


@given(st.data(), days, st.integers(1, 6))
def test_a_weekday_that_the_day_is_not_makes_it_doubtful(data, day, off):
    text = data.draw(printed_days(day, (day.weekday() + off) % 7))
    with pytest.raises(ValueError, match="weekday") as error:
        parse_date(text)
    assert text in str(error.value)


@pytest.mark.fault(34)
@given(
    st.integers(2100, 2399), st.sampled_from(["1/10/{}", "{}-10-01", "1 ต.ค. {}", "1 ตุลาคม พ.ศ. {}", "1 ตุลาคม ค.ศ. {}"])
)
def test_years_between_the_eras_are_never_read(year, shape):
    with pytest.raises(ValueError, match=str(year)):
        parse_date(shape.format(year))


pieces = st.lists(st.sampled_from([*"0123456789๐๒๕/-.: ?", "ต.ค.", "ตุลาคม", "พ.ศ.", "ค.ศ.", "วันที่", "ถึง", "Z", "+07:00", "T", "ไตรมาสที่", "Q1", "ปี", "2562", "น.", "²", "٣", "\n"]), max_size=14)  # fmt: skip


def _refusal(parse: Callable[[str], object], text: str) -> str | None:
    """What the error says, None where the text is read."""
    try:
        found = parse(text)
    except ValueError as error:
        return str(error)
    assert not isinstance(found, date) or 1941 <= found.year <= 2099
    return None


@settings(max_examples=500)
@given(st.one_of(pieces.map("".join), st.text(max_size=30)))
def test_no_text_makes_a_parser_fail_otherwise_than_by_value_error_with_the_text(text):
    for parse in (parse_date, parse_datetime, parse_date_as_written, parse_fiscal_year, parse_quarter):
        refusal = _refusal(parse, text)
        assert refusal is None or (text[:80] in refusal and "expected" in refusal)
