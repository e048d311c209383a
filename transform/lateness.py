"""When a project counts as late or silent: for the rules, the mails and (as numbers) the views of load/views/."""

from __future__ import annotations

# days without a report
SILENT_DAYS = 31
# percentage points by which the time that has passed is ahead of progress
BEHIND_POINTS = 20
