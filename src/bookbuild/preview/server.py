"""The preview on this machine's own address, for its own page only.

Whoever writes a book visits other sites with the same browser. So the server listens on 127.0.0.1,
answers only requests that name it so (another name that leads here, by DNS rebinding, gets nothing),
forbids other sites to embed what it sends, and knows no paths: every address is one of a few forms.
"""

from __future__ import annotations

import errno
import json
import re
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import ClassVar, Protocol

from bookbuild.diagnostics import EnvironmentFailure
from bookbuild.model.proof import Leaf
from bookbuild.preview.board import Board, leaves_json
from bookbuild.preview.raster import Raster

HOST = "127.0.0.1"
USUAL_PORT = 8765
_LANGUAGE = r"(?P<language>[A-Za-z0-9-]{2,35})"
_DIGEST = r"(?P<digest>[0-9a-f]{64})"
_LONGEST_BODY = 1024
_HEARTBEAT = 10.0
"""Seconds of silence after which a line is sent, so that a browser that left is noticed."""

_POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_TEXT_POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; font-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


class Served(Protocol):
    """What a server asks; :class:`~bookbuild.build.proofs.Proofs` answers it."""

    def leaves(self, language: str, facts: str) -> tuple[Leaf, ...] | None: ...
    def pdf(self, language: str, look: str) -> bytes | None: ...
    def html(self, language: str) -> str | None: ...
    def watch(self, language: str, unit: str) -> None: ...


class Server(ThreadingHTTPServer):
    """Serve one preview."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, served: Served, board: Board, port: int) -> None:
        self.served = served
        self.board = board
        self.raster = Raster()
        self.watched = ("", "")
        """Language and unit that the browser looks at."""
        super().__init__((HOST, port), Handler)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.server_port}/"

    def names(self) -> set[str]:
        """Return the names under which a request may call this server."""
        return {f"{HOST}:{self.server_port}", f"localhost:{self.server_port}"}

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a browser that goes away in the middle of an answer is no error."""


def open_server(served: Served, board: Board, port: int | None) -> Server:
    """Open a server on a port; where none is named, on the usual one or, if that is taken, on any.

    Raises:
        EnvironmentFailure: the port is taken, or may not be used.
    """
    try:
        return Server(served, board, USUAL_PORT if port is None else port)
    except OSError as error:
        if port is None and error.errno == errno.EADDRINUSE:
            return Server(served, board, 0)
        why = error.strerror or str(error)
        raise EnvironmentFailure(
            f"cannot serve on {HOST}:{port}: {why.lower()}; choose another --port"
        ) from error


class Handler(BaseHTTPRequestHandler):
    """Answer one request."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "bookbuild"
    sys_version = ""
    timeout = 60
    wbufsize = -1  # head and body in one packet, and none waits for the receipt of the one before,
    disable_nagle_algorithm = True  # which costs 40 ms
    _PAGE: ClassVar = {
        "/": ("index.html", "text/html; charset=utf-8"),
        "/preview.css": ("preview.css", "text/css; charset=utf-8"),
        "/preview.js": ("preview.js", "text/javascript; charset=utf-8"),
    }

    def do_GET(self) -> None:
        """Answer with the page, the news or a part of the book."""
        if not self._is_for_us():
            return
        path = self.path.partition("?")[0]
        if path in self._PAGE:
            name, kind = self._PAGE[path]
            self._send((files("bookbuild.preview") / "page" / name).read_bytes(), kind)
            return
        if path == "/events":
            self._tell_events()
            return
        for pattern, answer in _ROUTES:
            match = pattern.fullmatch(path)
            if match:
                answer(self, **match.groupdict())
                return
        self._refuse(HTTPStatus.NOT_FOUND)

    def do_HEAD(self) -> None:
        """Answer as to GET, without the body."""
        self.do_GET()

    def do_POST(self) -> None:
        """Take down what the reader looks at."""
        if not self._is_for_us():
            return
        length = self.headers.get("Content-Length", "")
        if self.path != "/looking" or not length.isdecimal() or int(length) > _LONGEST_BODY:
            self._refuse(HTTPStatus.BAD_REQUEST)
            return
        try:
            said = json.loads(self.rfile.read(int(length)))
            language, unit = str(said["language"]), str(said["unit"])
        except (ValueError, KeyError, TypeError):
            self._refuse(HTTPStatus.BAD_REQUEST)
            return
        self.server.watched = (language, unit)
        self.server.served.watch(language, unit)
        self._send(b"", "text/plain", status=HTTPStatus.NO_CONTENT)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        """Say nothing: the terminal belongs to the build."""

    def _is_for_us(self) -> bool:
        """Refuse requests that call us by another name, or that another site's page makes."""
        if self.headers.get("Host", "").lower() not in self.server.names():
            self._refuse(HTTPStatus.MISDIRECTED_REQUEST)
            return False
        if self.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}:
            self._refuse(HTTPStatus.FORBIDDEN)
            return False
        return True

    def _leaves(self, language: str, digest: str) -> None:
        leaves = self.server.served.leaves(language, digest)
        self._send_kept(None if leaves is None else leaves_json(leaves).encode(), "application/json")

    def _picture(self, language: str, digest: str, page: str) -> None:
        pdf = partial(self.server.served.pdf, language, digest)
        self._send_kept(self.server.raster.png(f"{language} {digest}", int(page), pdf), "image/png")

    def _pdf(self, language: str, digest: str) -> None:
        self._send_kept(self.server.served.pdf(language, digest), "application/pdf", "")

    def _text(self, language: str) -> None:
        text = self.server.served.html(language)
        if text is None:
            self._refuse(HTTPStatus.NOT_FOUND)
        else:
            self._send(text.encode(), "text/html; charset=utf-8", policy=_TEXT_POLICY)

    def _tell_events(self) -> None:
        """Tell every state from now on (server-sent events)."""
        self.send_response(HTTPStatus.OK)
        self._send_rules("text/event-stream; charset=utf-8", "no-store", _POLICY)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        number = 0
        while not self.server.board.closed:
            news = self.server.board.after(number, _HEARTBEAT)
            if news:
                number, state = news
                self.wfile.write(f"id: {number}\nevent: state\ndata: {state}\n\n".encode())
            else:
                self.wfile.write(b": still here\n\n")
            self.wfile.flush()

    def _send_kept(self, body: bytes | None, kind: str, policy: str = _POLICY) -> None:
        """Send what is known by a digest: it never changes, but may be gone."""
        if body is None:
            self._refuse(HTTPStatus.GONE)
        else:
            self._send(body, kind, keep="private, max-age=86400, immutable", policy=policy)

    def _send(
        self,
        body: bytes,
        kind: str,
        *,
        status: HTTPStatus = HTTPStatus.OK,
        keep: str = "no-store",
        policy: str = _POLICY,
    ) -> None:
        self.send_response(status)
        self._send_rules(kind, keep, policy)
        if status is not HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _send_rules(self, kind: str, keep: str, policy: str) -> None:
        self.send_header("Content-Type", kind)
        self.send_header("Cache-Control", keep)
        if policy:  # a browser's own PDF viewer would be bound by it, too
            self.send_header("Content-Security-Policy", policy)
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("X-Content-Type-Options", "nosniff")

    def _refuse(self, status: HTTPStatus) -> None:
        self.close_connection = True
        self._send(f"{status.value} {status.phrase}\n".encode(), "text/plain; charset=utf-8", status=status)


_ROUTES: tuple[tuple[re.Pattern[str], Callable[..., None]], ...] = (
    (re.compile(rf"/leaves/{_LANGUAGE}/{_DIGEST}\.json"), Handler._leaves),
    (re.compile(rf"/page/{_LANGUAGE}/{_DIGEST}/(?P<page>[1-9][0-9]{{0,4}})\.png"), Handler._picture),
    (re.compile(rf"/unit/{_LANGUAGE}/{_DIGEST}\.pdf"), Handler._pdf),
    (re.compile(rf"/text/{_LANGUAGE}\.html"), Handler._text),
)
