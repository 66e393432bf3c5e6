"""One preview, from the command to Ctrl-C."""

from __future__ import annotations

import threading
import webbrowser
from collections.abc import Callable, Sequence

from bookbuild.build.manuscript import languages_asked, read
from bookbuild.build.proofs import Proofs
from bookbuild.config import Project, Settings
from bookbuild.preview.board import Board
from bookbuild.preview.server import open_server
from bookbuild.preview.watch import Watcher


def preview(
    project: Project,
    languages: Sequence[str],
    settings: Settings,
    say: Callable[[str], None],
    *,
    port: int | None = None,
    open_browser: bool = False,
) -> None:
    """Show a book in the browser, and show it again at every change, until Ctrl-C.

    Raises:
        UsageError: there is no book, or it has no such language.
        EnvironmentFailure: the port cannot be used.
    """
    book, _ = read(project, _quietly)
    if book is not None:
        languages_asked(project, book, languages)  # a slip in the command is told before anything is served

    board = Board(project.root)
    proofs = Proofs(project, languages, settings, board.tell)
    server = open_server(proofs, board, port)
    watcher = Watcher(project.root, (project.book, project.root / "locales", project.styles))
    serving = threading.Thread(target=server.serve_forever, name="server", daemon=True)
    try:
        board.start(proofs)
        serving.start()
        watcher.start()
        say(f"{server.url}  shows the book and follows its files; stop with Ctrl-C")
        if open_browser:
            webbrowser.open(server.url)
        while True:
            proofs.refresh(server.watched, watcher.changed)
            proofs.warm()
            watcher.wait()
    except KeyboardInterrupt:
        say("stopped")
    finally:
        watcher.stop()
        board.close()
        proofs.close()
        if serving.is_alive():
            server.shutdown()
        server.server_close()
        server.raster.close()


def _quietly(stage: str, detail: str = "", done: int = 0, total: int = 0) -> None:
    """Tell nobody: the browser shows what is going on."""
