"""Names of the files under data/reference. A module of its own: who only looks for them needs no rules of theirs."""

AGENCY_CODES = "agency_codes.tsv"
REGISTER_NAMES = (
    AGENCY_CODES,
    "confusions.csv",
    "contacts.csv",
    "corrections.csv",
    "departments.csv",
    "divisions.csv",
    "mutes.csv",
    "people.csv",
    "status_words.csv",
    "strategies.csv",
)
