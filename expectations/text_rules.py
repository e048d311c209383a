"""Cross-checks of free text: what says nothing, speaks of another district, was copied, or names another year."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

import pandas as pd

from expectations.catalogue import Vocabulary, load_vocabulary
from expectations.districts import Districts
from expectations.lifecycle import Finding
from expectations.objections import Frame, Given, objections, report_objections
from expectations.years import other_fiscal_year

_PROSE = ("rationale", "objectives", "targets")
_PARTED = "\n|\n"
_DRESSING = '-–—•*.…()"“”'
_ONE_LETTER = re.compile(r"(\D)\1{2,}")
# a text that only waits is short; a rationale that was copied is long, a status that was copied no standing phrase
_LONGEST_WAITING, _SHORTEST_NARRATIVE, _SHORTEST_STATUS = 120, 100, 40
_FEWEST_FIGURES, _FEWEST_REPORTS = 2, 3
_ALIKE = 0.8
_LISTED = 8
_NAME_DRESSING = re.compile("[^A-Za-zก-ฺเ-๎]+|โครงการ|ค่าใช้จ่ายในการ|กิจกรรม|ประจำ|ปี|งบประมาณ")

# ---------------------------------------------------------------- texts that say nothing


def _placeholder_text(given: Given) -> Frame:
    """A text that only says that something will come, or stands in place of several sections of one project."""
    words = load_vocabulary()
    names = given.projects.loc[given.projects["project_name"].notna(), ["project_code", "project_name"]]
    names = names.rename(columns={"project_name": "text"}).assign(section="name", field="project_name")
    texts = pd.concat([names, given.texts], ignore_index=True)
    said = [_said(_bare(text), words) for text in texts["text"].tolist()]
    texts = texts.assign(key=pd.Series([key for key, _ in said], index=texts.index, dtype="str"))
    waits = pd.Series([waits for _, waits in said], index=texts.index, dtype=bool)
    prose = texts[texts["section"].isin(_PROSE) & (texts["key"] != "")]
    prose = prose[prose.duplicated(["project_code", "key"], keep=False)]
    sections = prose.groupby(["project_code", "key"], sort=False)["section"].transform("nunique")
    chosen = texts[waits | texts.index.isin(prose.index[sections > 1])]
    fields = chosen.groupby(["project_code", "key"], sort=False)["field"].transform(lambda f: ", ".join(f[:_LISTED]))
    firsts = ~chosen.duplicated(["project_code", "key"])
    rows = chosen[firsts]
    return objections(rows, "", rows["text"], fields[firsts]).assign(field=rows["field"])


def _bare(text: str) -> str:
    """The text without spaces and what dresses its ends."""
    return "".join(text.split()).strip(_DRESSING).casefold()


def _said(bare: str, words: Vocabulary) -> tuple[str, bool]:
    """What equal texts have in common, and whether they only say that something will come. A night's long texts are
    not held twice: their hashes stand for them."""
    is_long = len(bare) > _LONGEST_WAITING
    key = hashlib.blake2b(bare.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest() if is_long else bare
    return key, _says_nothing(bare, words)


def _says_nothing(key: str, words: Vocabulary) -> bool:
    if not key or len(key) > _LONGEST_WAITING:
        return False
    return key in words.waiting_texts or key.startswith(words.waiting_beginnings) or bool(_ONE_LETTER.fullmatch(key))


# ---------------------------------------------------------------- texts of another district


def _other_district_named(given: Given) -> Frame:
    """A section that speaks of one other district and not of its own; departments speak of all districts."""
    districts = Districts([agency.agency for agency in given.registers.agency_codes], load_vocabulary())
    home = given.projects[["project_code", "agency_name"]]
    own: dict[str, str] = {}
    for code, agency in zip(home["project_code"], home["agency_name"], strict=True):
        district = None if pd.isna(agency) else districts.of(agency)
        registered = given.verified_agencies.get(code[:4])
        if district is not None and (registered is None or districts.of(registered) == district):
            own[code] = district
    found = [*_elsewhere(given.texts, districts, own), *_reported_elsewhere(given, districts, own)]
    rows = pd.DataFrame(found, columns=["project_code", "field", "value"], dtype="str")
    agencies = dict(zip(home["project_code"], home["agency_name"], strict=True))
    return objections(rows, "", rows["value"], rows["project_code"].map(agencies)).assign(field=rows["field"])


def _elsewhere(texts: Frame, districts: Districts, own: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """(project, field, district) for each section of the head; all its items are one text."""
    columns = ("project_code", "section", "field", "text")
    sections: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for code, section, field, text in zip(*(texts[c].tolist() for c in columns), strict=True):
        if section in _PROSE and code in own:
            sections[code, section].append((field, text))
    for (code, _), items in sections.items():
        named = districts.other(_PARTED.join(text for _, text in items), own[code])
        if named is not None:
            yield code, next((f for f, text in items if districts.other(text, own[code])), items[0][0]), named


def _reported_elsewhere(given: Given, districts: Districts, own: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """The first report of a project that speaks of another district."""
    rows = given.reports[given.reports["status_text"].str.contains("เขต", regex=False, na=False)]
    rows = rows[rows["project_code"].isin(own)]
    rows = rows.assign(field=report_objections(rows, "status_text")["field"])
    done = set()
    for code, text, field in zip(rows["project_code"], rows["status_text"], rows["field"], strict=True):
        named = None if code in done else districts.other(text, own[code], with_offices=False)
        if named is not None:
            done.add(code)
            yield code, field, named


# ---------------------------------------------------------------- texts copied from one year or report to the next


def _narrative_reused(given: Given) -> Frame:
    """The rationale of an earlier year's project of the same agency and name, word for word with its figures.

    Only the projects of the frames at hand are compared.
    """
    rows = given.projects[given.projects["fiscal_year_be"].notna() & given.projects["rationale"].notna()]
    rows = rows[rows["rationale"].str.len() >= _SHORTEST_NARRATIVE]
    rows = rows[rows.duplicated(["agency_code", "rationale"], keep=False)]
    rows = rows.sort_values(["fiscal_year_be", "project_code"])
    columns = ("agency_code", "rationale", "fiscal_year_be", "project_code", "project_name")
    groups: dict[tuple[str, str], list[tuple[int, str, str]]] = defaultdict(list)
    for agency, text, year, code, name in zip(*(rows[c].tolist() for c in columns), strict=True):
        groups[agency, text].append((year, code, "" if pd.isna(name) else _NAME_DRESSING.sub("", name)))
    found = []
    for (_, text), same in groups.items():
        figures = _figures(text) if same[0][0] != same[-1][0] else []
        if len(figures) >= _FEWEST_FIGURES:
            found += [(code, earlier, f"{year}: {', '.join(figures)}") for code, earlier, year in _later(same)]
    table = pd.DataFrame(found, columns=["project_code", "value", "against"], dtype="str")
    return objections(table, "rationale", table["value"], table["against"])


def _later(same: list[tuple[int, str, str]]) -> Iterator[tuple[str, str, int]]:
    """(project, the nearest project of an earlier year that is called alike, that year); of (year, project, name)."""
    earlier: dict[str, tuple[int, str]] = {}  # by name, so that many projects of one name are compared once
    for year, projects in groupby(same, key=itemgetter(0)):
        latest = {}
        for _, code, name in projects:
            alike = [found for other, found in earlier.items() if _is_alike(other, name)]
            if alike:
                nearest, project = max(alike)
                yield code, project, nearest
            latest[name] = year, code
        earlier |= latest


@lru_cache(maxsize=1024)
def _is_alike(left: str, right: str) -> bool:
    return bool(left) and SequenceMatcher(None, left, right, autojunk=False).ratio() >= _ALIKE


def _figures(text: str) -> list[str]:
    """What a text counts, in printed order: numbers of people, places, things; no years, ages, laws or telephones."""
    things = "|".join(re.escape(thing) for thing in load_vocabulary().counted_things)
    found = re.findall(rf"(?<![\d๐-๙.,])[\d๐-๙][\d๐-๙,]*(?:\.[\d๐-๙]+)?\s?(?:{things})|ร้อยละ\s?[\d๐-๙][\d๐-๙.]*", text)
    return list(dict.fromkeys(found))[:_LISTED]


def _status_text_repeated(given: Given) -> Frame:
    """A long status, word for word in three or more reports one after the other, though the progress goes on."""
    rows = given.reports
    texts, codes = rows["status_text"], rows["project_code"]
    is_same = (texts == texts.shift()) & (codes == codes.shift()) & (texts.str.len() >= _SHORTEST_STATUS)
    is_same = is_same.fillna(False).astype(bool)
    chains = (~is_same).cumsum()
    long = chains[is_same].value_counts()
    rows = rows[chains.isin(long.index[long >= _FEWEST_REPORTS - 1])]
    found = []
    for _, chain in rows.groupby(chains[rows.index], sort=False):
        steps = chain["progress_pct"].dropna()
        if steps.nunique() >= _FEWEST_REPORTS:
            numbers = ", ".join(str(n) for n in chain["report_no"][:_LISTED])
            first, last = (str(steps.iloc[at]).removesuffix(".00") for at in (0, -1))
            found.append((chain.index[0], f"{numbers} ({first} % → {last} %)"))
    firsts = rows.loc[[index for index, _ in found]]
    against = pd.Series([text for _, text in found], index=firsts.index, dtype="str")
    return report_objections(firsts, "status_text", firsts["status_text"], against)


# ---------------------------------------------------------------- the year in the name


def _name_year_differs(given: Given) -> Frame:
    words = load_vocabulary()
    rows = given.projects[given.projects["project_name"].notna() & given.projects["fiscal_year_be"].notna()]
    rows = rows[rows["project_name"].str.contains("[0-9๐-๙]{2}", regex=True)]
    named = [
        other_fiscal_year(name, int(year), words)
        for name, year in zip(rows["project_name"], rows["fiscal_year_be"], strict=True)
    ]
    value = pd.Series(named, index=rows.index, dtype="str")
    rows = rows[value.notna()]
    return objections(rows, "project_name", value[value.notna()], rows["fiscal_year_be"])


TEXT_RULES: Mapping[str, Callable[[Given], Frame]] = {
    "placeholder_text": _placeholder_text,
    "other_district_named": _other_district_named,
    "narrative_reused": _narrative_reused,
    "status_text_repeated": _status_text_repeated,
    "name_year_differs": _name_year_differs,
}


def is_rewritten(finding: Finding, history: pd.DataFrame) -> bool:
    """Whether the rationale of a project is another one than when a finding about it was seen last.

    `history`: rows of dim_project_history.
    """
    states = history[history["project_code"] == finding.project_code].sort_values("valid_from")
    before = states[states["valid_from"] <= pd.Timestamp(finding.last_seen)]
    texts = [None if pd.isna(s["rationale"].iloc[-1]) else s["rationale"].iloc[-1] for s in (before, states) if len(s)]
    return len(set(texts)) > 1
