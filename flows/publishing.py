"""The stage that gives readers what the night loaded."""

from __future__ import annotations

from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from flows.apart import called
from flows.delivery import VERSION
from flows.large import is_much_stored
from flows.rollback import mark_of_rollback
from flows.settings import Settings

if TYPE_CHECKING:
    from load.publish import Published
    from load.warehouse import Connection


def publish(settings: Settings) -> Published:
    """Copy the working file aside, check it, rename it to the readers'; then the exports and the manifest beside it.

    Of a large one in a process of its own: what DuckDB holds to sort it goes back with it.
    """
    published = called(is_much_stored(settings), _published, settings)
    mark_of_rollback(settings).unlink(missing_ok=True)
    return published


def _published(settings: Settings) -> Published:
    from load.exports import export_beside
    from load.manifest import write_manifest
    from load.publish import publish as publish_file
    from load.storage import needs_rewriting, rewrite
    from load.warehouse import open_work, work_path

    with ExitStack() as stack:

        def opened() -> Connection:
            return stack.enter_context(closing(open_work(settings.home, memory_limit=settings.memory_limit)))

        con = opened()
        if needs_rewriting(con, work_path(settings.home)):
            rewrite(con, work_path(settings.home))
            con = opened()

        def beside(published: Published) -> None:
            source = con if settings.publish_personal_data else published.path
            export_beside(source, published.path.parent / "exports", settings.exports)
            write_manifest(settings.home, code_version=VERSION)

        return publish_file(
            con,
            settings.home,
            personal_data=settings.publish_personal_data,
            keep=settings.keep_generations,
            beside=beside,
        )
