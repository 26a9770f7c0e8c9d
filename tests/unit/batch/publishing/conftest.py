"""A key, a class that was graded, and a platform."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from benchmarks.simulated import EXERCISE, batch_of
from grader.batch.journal import Journal
from grader.batch.runner import run_batch
from grader.cli import main
from grader.commands import publishing
from tests.unit.batch.publishing.platform import CLIENT, KEY_ID, Clock, Platform
from tests.unit.batch.test_runner import Here, Seen

CLASS = {"Ada": "10 of 10", "Bob": "4 of 10", "Eve": "7 of 10", "Err": "error", "Und": "undecided"}
USERS = "name,lti user id\nAda,u-ada\nBob,u-bob\nEve,u-eve\nUnd,u-und\n"

Publish = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="session")
def private() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(publishing, "RealClock", lambda: clock)
    return clock


@pytest.fixture
def platform(private: RSAPrivateKey, clock: Clock) -> Iterator[Platform]:
    with Platform(private.public_key(), clock) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.over.set()
        server.shutdown()
        thread.join()


def graded(folder: Path, answers: Mapping[str, str]) -> None:
    """Grade a class, or grade it again, into folder/out."""
    for name, answer in answers.items():
        (folder / "class" / name).mkdir(parents=True, exist_ok=True)
        (folder / "class" / name / "answer").write_text(answer)
    with Journal(folder / "out", write=True) as journal:
        run_batch(batch_of(folder / "class"), journal, Here(), Seen())
        journal.note("titles", json.dumps({EXERCISE: "Shared counter"}))


@pytest.fixture
def place(tmp_path: Path, private: RSAPrivateKey, platform: Platform) -> Path:
    """Return a folder with a graded class (`out`), `lti.yaml`, `key.pem` and `users.csv`."""
    graded(tmp_path, CLASS)
    (tmp_path / "key.pem").write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    (tmp_path / "key.pem").chmod(0o600)
    (tmp_path / "lti.yaml").write_text(
        f"client_id: {CLIENT}\ntoken_url: {platform.url}/token\nkey: key.pem\nkey_id: {KEY_ID}\n"
        f"line_items:\n  {EXERCISE}: {platform.line_item}\nrate: 1000\ntimeout_s: 0.5\n"
    )
    (tmp_path / "users.csv").write_text(USERS)
    return tmp_path


@pytest.fixture
def publish(place: Path, platform: Platform, capsys: pytest.CaptureFixture[str]) -> Publish:
    """Return what runs `grader publish`: its exit status, and what it said on both channels."""

    def run(*more: str) -> tuple[int, str, str]:
        line = ["publish", str(place / "out"), "--config", str(place / "lti.yaml")]
        status = main([*line, "--users", str(place / "users.csv"), *more])
        said = capsys.readouterr()
        assert platform.problems == []
        assert not any(secret in said.out + said.err for secret in ("secret-token", "PRIVATE", "eyJ"))
        return status, said.out, said.err

    return run
