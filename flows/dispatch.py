"""Sending what is due: mail by mail, each recorded before it is handed over and when it was accepted.

A crash between the server's answer and the record leaves the mail in `sending`: the next delivery sends it once more,
with the same Message-ID, and says so. Exactly once is not possible over SMTP; lost is worse than twice.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from extract.fault_points import at
from flows.mail_files import place_of, store_path
from flows.settings import Settings
from flows.smtp import Answer, Session, Unavailable, open_session
from load import mail_store
from load.mail_store import UNSETTLED, Mail, StoreBusy
from transform.mailboxes import mailbox

# seconds before what was deferred is tried again within one delivery: greylisting and busy servers
BACKOFF = (2.0, 10.0, 30.0)
# a line that breaks so often in a row is a server that is down
_MOST_BREAKS = 3
_FIRST_DELAY = timedelta(minutes=15)
# less than a day: a nightly delivery must not find last night's mail not yet due
_LONGEST_DELAY = timedelta(hours=20)
_TWICE = "perhaps sent before; it may arrive twice"
HANDED_OVER_TWICE = "handed over twice without an answer; not sent a third time"
NO_ADDRESS = "the address is none; expected one like name@example.go.th"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one mail: sent, deferred (it stays and is tried again), refused or expired (given up), gone.

    `answer`: why, without addresses; `is_repeated`: it may arrive twice.
    """

    file: Path
    outcome: str
    answer: str = ""
    is_repeated: bool = False
    kind: str = ""


def send_all(settings: Settings, mails: Sequence[Mail], end: float, moment: datetime) -> list[Delivery]:
    """Send mails in this order until `end` of the monotonic clock; what became of each, in the same order.

    Never raises for a mail's sake. A server that is away, or refuses us altogether, leaves everything as it is.
    """
    done: dict[str, Delivery] = {}
    left = list(mails)
    for pause in (0.0, *BACKOFF):
        if not left or time.monotonic() + pause >= end:
            break
        time.sleep(pause)
        again = []
        with closing(_Round(settings, end, moment, is_first=not done)) as tries:
            for mail in left:
                answer, done[mail.message_id] = tries.send(mail)
                if answer.outcome == "deferred":
                    again.append(replace(mail, state="deferred"))
        left = again
    late = [mail for mail in mails if mail.message_id not in done]
    done.update({m.message_id: _delivery(settings, m, "deferred", "the time for mail was over") for m in late})
    return [done[mail.message_id] for mail in mails]


class _Round:
    """One pass over the mails, over as few lines to the server as it takes."""

    def __init__(self, settings: Settings, end: float, moment: datetime, *, is_first: bool):
        self._settings = settings
        self._end = end
        self._moment = moment
        self._is_first = is_first
        self._line: Session | None = None
        self._breaks = 0
        self._halted = ""

    def close(self) -> None:
        """Close the line, if one is open."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def send(self, mail: Mail) -> tuple[Answer, Delivery]:
        """Try one mail and record what became of it."""
        taken: list[str] = []
        try:
            answer = self._try(mail, taken)
        except (StoreBusy, ValueError) as error:
            self.close()
            answer = self._halt(str(error))
        at("mail.answered")
        try:
            return answer, self._record(mail, answer, is_taken=bool(taken))
        except StoreBusy:
            told = f"{answer.text or answer.outcome}, and that could not be recorded; {_TWICE}"
            return answer, _delivery(self._settings, mail, _outcome(answer), told)

    def _try(self, mail: Mail, taken: list[str]) -> Answer:
        recipient = mailbox(mail.address)
        if recipient is None:
            return Answer("refused", NO_ADDRESS)
        while True:
            left = self._end - time.monotonic()
            if left <= 0 and not self._halted:
                self._halt("the time for mail was over")
            if self._halted:
                return Answer("stopped", self._halted)
            is_new = self._line is None
            if self._line is None:
                try:
                    self._line = open_session(self._settings, left)
                except Unavailable as error:
                    return self._halt(str(error))
            answer = self._line.send(recipient, lambda: self._take(mail, taken), self._end - time.monotonic())
            if not answer.is_open:
                self.close()
            if answer.outcome == "lost" and not is_new:
                continue  # servers close a line after some mails or some rest: that says nothing about this mail
            self._breaks = self._breaks + 1 if answer.outcome in ("lost", "uncertain") else 0
            if answer.outcome == "stopped" or self._breaks >= _MOST_BREAKS:
                self._halt(answer.text)
            return answer

    def _halt(self, why: str) -> Answer:
        self._halted = why
        return Answer("stopped", why)

    def _take(self, mail: Mail, taken: list[str]) -> bytes | None:
        """Record that the mail is being handed over, and return its content; None when it is no longer to be sent."""
        with mail_store.opened(store_path(self._settings), for_one_mail=True) as con:
            rows = mail_store.mails(con, states=("waiting", "deferred"), message_id=mail.message_id, has_content=True)
            if not rows or not (self._settings.outbox / rows[0].file).exists():
                return None
            mail_store.change(con, mail.message_id, self._moment, state="sending")
        taken.append(mail.message_id)
        at("mail.handed_over")
        return rows[0].content

    def _record(self, mail: Mail, answer: Answer, *, is_taken: bool) -> Delivery:
        """Write down what became of a mail; a mail that was withdrawn meanwhile stays so."""
        values = self._consequence(mail, answer)
        if values or is_taken:
            now = {"state": mail.state, "answer": answer.text, **values}
            with mail_store.opened(store_path(self._settings), for_one_mail=True) as con:
                mail_store.change(con, mail.message_id, self._moment, states=UNSETTLED, **now)
        state = str(values.get("state", mail.state))
        outcome = state if state in ("sent", "refused", "expired") else _outcome(answer)
        told = str(values.get("answer", answer.text))
        if outcome == "sent" and mail.is_repeated:
            told = _TWICE
        is_repeated = mail.is_repeated or answer.outcome == "uncertain"
        return _delivery(self._settings, replace(mail, state=state), outcome, told, is_repeated)

    def _consequence(self, mail: Mail, answer: Answer) -> dict[str, object]:
        """The columns that an answer changes; none when it says nothing about this mail."""
        if answer.outcome not in ("sent", "refused", "deferred", "uncertain"):
            return {}
        attempts = mail.attempts + 1
        if answer.outcome == "deferred":
            later = self._moment + min(_FIRST_DELAY * 2 ** min(mail.attempts, 10), _LONGEST_DELAY)
            return {"state": "deferred", "attempts": attempts, "next_try": later}
        if answer.outcome == "uncertain" and not mail.is_repeated:
            return {"state": "sending", "attempts": attempts, "answer": f"{answer.text}; it may arrive twice"}
        if answer.outcome == "uncertain":
            return {"state": "expired", "attempts": attempts, "answer": HANDED_OVER_TWICE}
        return {"state": answer.outcome, "attempts": attempts, "next_try": None}


def _outcome(answer: Answer) -> str:
    return answer.outcome if answer.outcome in ("sent", "refused", "gone") else "deferred"


def _delivery(settings: Settings, mail: Mail, outcome: str, answer: str, is_repeated: bool = False) -> Delivery:
    return Delivery(place_of(mail, settings.outbox), outcome, answer, is_repeated, mail.kind)
