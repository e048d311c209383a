"""The fast interpreter of pages, telling why it was in doubt."""

from __future__ import annotations

from typing import ClassVar

from extract.pdf.scanner import InDoubt, PageScanner


class Doubting(PageScanner):
    """Draws like PageScanner; `doubts` holds why it handed pages over, until a test clears it."""

    doubts: ClassVar[list[str]] = []

    def process_page(self, page):
        try:
            super().process_page(page)
        except InDoubt as doubt:
            self.doubts.append(str(doubt))
            raise
