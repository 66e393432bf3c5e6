"""Who gets an answer, and to what."""

from __future__ import annotations

import http.client
import io
import json
import socket
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pikepdf
import pytest

from bookbuild.diagnostics import Diagnostic, EnvironmentFailure, Severity
from bookbuild.model.place import Place
from bookbuild.model.proof import EditionPages, Jump, Leaf, Mark, UnitPages
from bookbuild.preview.board import Board
from bookbuild.preview.server import HOST, Server, open_server

LOOK, FACTS = "a" * 64, "b" * 64
HERE = Place("book/chapters/night.md", 31, 5)


def one_page() -> bytes:
    with pikepdf.Pdf.new() as pdf:
        pdf.add_blank_page(page_size=(100, 200))
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


class Book:
    """A book of one page."""

    def __init__(self) -> None:
        self.watched = ("", "")
        self.found = [Diagnostic("N001", "“x” has no note", HERE, severity=Severity.WARNING)]
        self.asked = 0

    def editions(self) -> Sequence[EditionPages]:
        unit = UnitPages("night", "The night", 1, 1, LOOK, FACTS, fresh=True)
        return [EditionPages("en", "English", "ltr", "Khojaly", "100", 148.0, 210.0, (unit,), "1")]

    def findings(self) -> Sequence[Diagnostic]:
        return self.found

    def failures(self) -> Sequence[str]:
        return []

    def broken(self) -> bool:
        return False

    def busy(self) -> tuple[int, bool]:
        return 0, False

    def leaves(self, language: str, facts: str) -> tuple[Leaf, ...] | None:
        mark, jump = Mark("b-1", 0.1, 0.2, HERE), Jump(0.1, 0.2, 0.3, 0.4, "b-2")
        return (Leaf("xii", (mark,), (jump,)),) if (language, facts) == ("en", FACTS) else None

    def pdf(self, language: str, look: str) -> bytes | None:
        self.asked += 1
        return one_page() if (language, look) == ("en", LOOK) else None

    def html(self, language: str) -> str | None:
        return "<!doctype html><p>Night</p>" if language == "en" else None

    def watch(self, language: str, unit: str) -> None:
        self.watched = (language, unit)


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def board(book: Book, tmp_path: Path) -> Iterator[Board]:
    board = Board(tmp_path)
    board.start(book)
    yield board
    board.close()


@pytest.fixture
def server(book: Book, board: Board) -> Iterator[Server]:
    server = open_server(book, board, 0)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    board.close()
    server.shutdown()
    server.server_close()
    server.raster.close()
    thread.join()


def ask(
    server: Server, path: str, method: str = "GET", body: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Send a request as it is; return status, headers and body."""
    connection = http.client.HTTPConnection(HOST, server.server_port, timeout=20)
    try:
        connection.putrequest(method, path, skip_host="host" in headers)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def test_it_listens_on_loopback_only(server: Server) -> None:
    assert server.socket.getsockname()[0] == "127.0.0.1"


@pytest.mark.parametrize(
    "path", ["/", "/preview.js", "/preview.css", "/text/en.html", f"/page/en/{LOOK}/1.png"]
)
def test_what_there_is_is_sent_and_bound_to_this_address(server: Server, path: str) -> None:
    status, headers, body = ask(server, path)

    assert status == 200
    assert int(headers["Content-Length"]) == len(body) > 0
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "Access-Control-Allow-Origin" not in headers


def test_the_page_asks_nothing_of_other_hosts(server: Server) -> None:
    for path in ("/", "/preview.js", "/preview.css"):
        _, _, body = ask(server, path)
        assert b"http://" not in body
        assert b"https://" not in body


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1.evil.example:{port}", "", "[::1]:{port}"]
)
def test_another_name_for_this_server_gets_nothing(server: Server, host: str) -> None:
    status, _, body = ask(server, "/text/en.html", host=host.format(port=server.server_port))

    assert status == 421
    assert b"Night" not in body


def test_localhost_is_a_name_of_it(server: Server) -> None:
    assert ask(server, "/text/en.html", host=f"LOCALHOST:{server.server_port}")[0] == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_other_sites_get_nothing(server: Server, site: str) -> None:
    assert ask(server, "/text/en.html", Sec_Fetch_Site=site)[0] == 403
    assert ask(server, "/looking", "POST", b"{}", Sec_Fetch_Site=site)[0] == 403


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd",
        "/..%2f..%2fetc/passwd",
        "//etc/passwd",
        "/page/index.html",
        "/preview.js/..",
        "/page/en/../../../../etc/passwd/1.png",
        f"/page/../{LOOK}/1.png",
        f"/page/en/{LOOK}/1.png/../x",
        f"/page/en/{LOOK}/0.png",
        f"/page/en/{LOOK}/999999.png",
        f"/page/en/{LOOK.upper()}/1.png",
        "/text/../book.html",
        "/text/en%00.html",
        "/text/az.html",
    ],
)
def test_there_are_no_other_addresses(server: Server, path: str) -> None:
    assert ask(server, path)[0] == 404


def test_what_is_no_longer_the_newest_is_gone(server: Server) -> None:
    assert ask(server, f"/page/en/{'c' * 64}/1.png")[0] == 410
    assert ask(server, f"/page/en/{LOOK}/2.png")[0] == 410
    assert ask(server, f"/leaves/en/{LOOK}.json")[0] == 410
    assert ask(server, f"/unit/az/{LOOK}.pdf")[0] == 410


def test_a_page_is_a_picture_of_the_pdfs_page(server: Server, book: Book) -> None:
    status, headers, body = ask(server, f"/page/en/{LOOK}/1.png")
    again = ask(server, f"/page/en/{LOOK}/1.png")

    assert (status, headers["Content-Type"]) == (200, "image/png")
    assert body.startswith(b"\x89PNG")
    assert again[2] == body
    assert book.asked == 1
    assert "immutable" in headers["Cache-Control"]


def test_leaves_say_what_stands_where_and_who_wrote_it(server: Server) -> None:
    _, _, body = ask(server, f"/leaves/en/{FACTS}.json")

    (leaf,) = json.loads(body)
    assert leaf["folio"] == "xii"
    assert leaf["marks"] == [["b-1", 0.1, 0.2, ["book/chapters/night.md", 31, 5], None]]
    assert leaf["jumps"] == [[0.1, 0.2, 0.3, 0.4, "b-2"]]


def test_head_is_get_without_a_body(server: Server) -> None:
    status, headers, body = ask(server, "/text/en.html", "HEAD")

    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) > 0


def test_what_the_reader_looks_at_is_taken_down(server: Server, book: Book) -> None:
    assert ask(server, "/looking", "POST", b'{"language": "en", "unit": "chapter-night"}')[0] == 204
    assert book.watched == server.watched == ("en", "chapter-night")


@pytest.mark.parametrize("body", [b"", b"[]", b'{"language": "en"}', b"\xff", b"x" * 2000])
def test_other_words_are_refused(server: Server, book: Book, body: bytes) -> None:
    assert ask(server, "/looking", "POST", body)[0] == 400
    assert book.watched == ("", "")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_unknown(server: Server, method: str) -> None:
    assert ask(server, "/", method)[0] == 501


def events(server: Server) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield number and state of each event."""
    with socket.create_connection((HOST, server.server_port), timeout=20) as connection:
        connection.sendall(f"GET /events HTTP/1.1\r\nHost: {HOST}:{server.server_port}\r\n\r\n".encode())
        number = ""
        for line in connection.makefile(encoding="utf-8"):
            if line.startswith("id: "):
                number = line[4:].strip()
            if line.startswith("data: "):
                yield number, json.loads(line[6:])


def test_states_are_told_as_they_come_and_equal_ones_once(server: Server, board: Board, book: Book) -> None:
    board.tell()
    told = events(server)
    number, state = next(told)
    assert (number, state["broken"]) == ("1", False)
    assert [one["place"] for one in state["findings"]] == [["book/chapters/night.md", 31, 5]]  # type: ignore[attr-defined]

    board.tell()
    book.found = []
    board.tell()

    number, state = next(told)
    assert (number, state["findings"]) == ("2", [])
    told.close()  # type: ignore[attr-defined]


def test_listeners_are_let_go_when_the_board_is_closed(server: Server, board: Board) -> None:
    board.tell()
    told = events(server)
    next(told)

    board.close()

    assert list(told) == []


def test_a_taken_port_is_named_and_none_named_is_any(book: Book, board: Board, server: Server) -> None:
    with pytest.raises(EnvironmentFailure, match=f"cannot serve on 127.0.0.1:{server.server_port}"):
        open_server(book, board, server.server_port)
