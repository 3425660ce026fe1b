"""Downloads, from a server of this test."""

import functools
import gzip
import http.server
import threading

import pytest

import brink
from brink import _core


@pytest.fixture
def server(tmp_path):
    folder = tmp_path / "served"
    folder.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{made.server_port}"
        made.shutdown()


def test_what_is_not_the_published_file_is_refused(server, tmp_path):
    folder, address = server
    name, size, _, _ = _core.remote_set("mnist")[2][0]
    to = tmp_path / "to"
    with pytest.raises(brink.RequestError, match="404"):
        brink.fetch_data("mnist", from_url=address, to=to)
    (folder / name).write_bytes(gzip.compress(b"something else"))
    with pytest.raises(brink.RequestError, match="bytes, the published file"):
        brink.fetch_data("mnist", from_url=address, to=to)
    (folder / name).write_bytes(b"x" * size)
    with pytest.raises(brink.RequestError, match="MD5|SHA"):
        brink.fetch_data("mnist", from_url=address, to=to)
    assert not to.exists() or not list(to.iterdir())


def test_a_server_that_is_not_there(tmp_path):
    with pytest.raises(brink.SolverError, match="could not fetch"):
        brink.fetch_data("mnist", from_url="http://127.0.0.1:9", to=tmp_path)
    with pytest.raises(brink.RequestError, match="imagenet"):
        brink.fetch_data("imagenet")


def test_files_that_are_there_are_not_fetched_again(monkeypatch, tmp_path, server):
    """Of a set of one small file, published by this test."""
    import hashlib

    folder, address = server
    (folder / "a.gz").write_bytes(b"content")
    sums = (hashlib.md5(b"content").hexdigest(), hashlib.sha256(b"content").hexdigest())
    monkeypatch.setattr(_core, "remote_set", lambda name: (address, str(tmp_path / "cache"), [("a.gz", 7, *sums)]))
    assert brink.fetch_data("mnist") == str(tmp_path / "cache")
    (folder / "a.gz").unlink()
    assert brink.fetch_data("mnist") == str(tmp_path / "cache")
    assert [p.name for p in (tmp_path / "cache").iterdir()] == ["a.gz"]
