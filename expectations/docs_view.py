"""The page view of Great Expectations in a frame of ours: no scripts, one small style inline, the same bytes always."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

from great_expectations.render.components import RenderedDocumentContent
from great_expectations.render.view.view import DefaultJinjaPageView
from jinja2 import ChoiceLoader, FileSystemLoader

TEMPLATES = Path(__file__).with_name("templates") / "data_docs"


class DocsView(DefaultJinjaPageView):
    """Renders documents of Great Expectations; templates of ours stand before its own of the same name."""

    def __init__(self) -> None:
        super().__init__()
        loaders = [FileSystemLoader(TEMPLATES), *([self.env.loader] if self.env.loader else [])]
        self.env.loader = ChoiceLoader(loaders)
        self.env.trim_blocks = self.env.lstrip_blocks = True
        # its own marks each element with a random number
        self._elements = count(1)
        self.env.filters["generate_html_element_uuid"] = lambda prefix="": f"{prefix}{next(self._elements)}"

    def page(self, document: RenderedDocumentContent) -> str:
        """A document as a page."""
        return str(self.render(document))  # type: ignore[no-untyped-call]

    def index(self, **values: Any) -> str:
        """The page that leads to the others."""
        return str(self.env.get_template("index.j2").render(**values))
