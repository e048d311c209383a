"""How bytes that came back are named: the hash of the file, and the how manieth time it is.

>>> once = "9f86d081"
>>> return_of(once), return_of(return_of(once))
('9f86d081~2', '9f86d081~3')
>>> bytes_of("9f86d081~3"), is_return("9f86d081~3"), is_return(once)
('9f86d081', True, False)
"""

from __future__ import annotations

RETURN = "~"


def return_of(sha: str) -> str:
    """The name of the next return of these bytes."""
    base, _, number = sha.partition(RETURN)
    return f"{base}{RETURN}{int(number or 1) + 1}"


def bytes_of(sha: str) -> str:
    """The hash of the bytes themselves, whether they came back or not."""
    return sha.partition(RETURN)[0]


def is_return(sha: str) -> bool:
    """Whether these bytes were delivered before, and came back."""
    return RETURN in sha
