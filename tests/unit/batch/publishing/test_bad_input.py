"""What is wrong before anything is sent is told in one line, and then nothing is sent."""

from __future__ import annotations

import re
import socket
import sqlite3
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from grader.batch.journal import Row
from grader.batch.model import Entry, Result, Status, Student
from grader.batch.publishing.client import scores_url
from grader.batch.publishing.scores import collect
from grader.batch.publishing.users import known_users, read_users
from grader.cli import main
from grader.model.errors import UsageError
from tests.unit.batch.publishing.conftest import Publish
from tests.unit.batch.publishing.platform import Clock, Platform

GRADED = Result(status=Status.GRADED, points=1.0, points_max=2.0)
PEM, PKCS8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8


def said(result: tuple[int, str, str]) -> str:
    """Return the one line on what is wrong."""
    status, out, err = result
    assert (status, out, err.count("\n"), err[:8]) == (2, "", 1, "grader: ")
    return err


@pytest.mark.parametrize(
    ("line", "wrong", "told"),
    [
        (
            "key: key.pem",
            "key: other.pem",
            "other.pem cannot be read: No such file or directory; make one: openssl",
        ),
        ("key: key.pem", "key: users.csv", "users.csv is no private key in PEM format; make one"),
        ("key: key.pem", "key: locked.pem", "locked.pem has a passphrase; write it without one"),
        ("key: key.pem", "key: curve.pem", "curve.pem is none of RSA with 2048 bits or more"),
        (
            "token_url: http://127.0.0.1",
            "token_url: http://lms.org",
            "token_url begins with http: scores and tokens",
        ),
        ("token_url: http://", "token_url: ftp://", "token_url is no web address: 'ftp://"),
        ("token_url: http://", "token_url: http://me:pw@", "token_url has a name or password in it"),
        (
            "  shm-counter: http://127.0.0.1",
            "  shm-counter: http://lms.org",
            "line item of shm-counter begins with",
        ),
        (
            "  shm-counter:",
            "  other:",
            "the batch is of shm-counter, and there is no line item for its scores",
        ),
        ("rate: 1000", "rate: 0", "lti.yaml:7:7: "),
        ("client_id:", "client:", "lti.yaml:1:1: "),
    ],
)
def test_a_registration_that_is_wrong(
    line: str,
    wrong: str,
    told: str,
    place: Path,
    publish: Publish,
    platform: Platform,
    private: RSAPrivateKey,
) -> None:
    locked = serialization.BestAvailableEncryption(b"x")
    (place / "locked.pem").write_bytes(private.private_bytes(PEM, PKCS8, locked))
    curve = generate_ec(SECP256R1())
    (place / "curve.pem").write_bytes(curve.private_bytes(PEM, PKCS8, serialization.NoEncryption()))
    settings = place / "lti.yaml"
    settings.write_text(settings.read_text().replace(line, wrong))
    status, _, err = publish()
    assert (status, told in err, platform.tokens) == (2, True, {})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name,mail\nAda,a@x\n", "has no column with LTI user ids: call it `lti user id`"),
        ("name,sub\nAda,\n", "has no students with an LTI user id"),
        ("name,sub\nAda,1\nBob,1\n", "'Ada' and 'Bob' have the same LTI user id '1'"),
        ("name,email,sub\nAda,a@x,1\nBob,a@x,2\n", "'Ada' and 'Bob' have the same email 'a@x'"),
        ("", "users.csv is empty"),
    ],
)
def test_a_list_of_users_that_is_wrong(
    text: str, told: str, place: Path, publish: Publish, platform: Platform
) -> None:
    (place / "users.csv").write_text(text)
    assert told in said(publish())
    assert platform.tokens == {}


def test_a_folder_without_a_batch_or_somebody_else_at_work(place: Path, publish: Publish) -> None:
    publish()
    other = sqlite3.connect(place / "out" / "published.sqlite")
    other.execute("BEGIN IMMEDIATE")
    assert said(publish()) == f"grader: another `grader publish` is at work in {place / 'out'}; wait for it\n"
    other.close()
    (place / "out" / "published.sqlite").write_bytes(
        b"no database at all, however long this text may be" * 99
    )
    assert "published.sqlite cannot be used: file is not a database" in said(publish())
    (place / "out" / "journal.sqlite").rename(place / "moved")
    assert "is not the folder of a batch" in said(publish())


def test_of_two_who_could_be_meant_neither_gets_a_score(
    place: Path, publish: Publish, platform: Platform
) -> None:
    (place / "users.csv").write_text("name,sub\nAda,u-ada\nAda,u-bob\nEve,u-eve\n")
    status, out, _ = publish()
    assert (status, platform.points) == (1, {"u-eve": 7.0})
    assert "  Ada: nothing is sent, for the LTI user id is not known; add a line to --users\n" in out


def test_a_platform_that_is_not_there(place: Path, publish: Publish, clock: Clock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    settings = place / "lti.yaml"
    settings.write_text(
        re.sub(r"token_url: .*", f"token_url: http://localhost:{port}/token", settings.read_text())
    )
    line = (
        "grader: localhost cannot be reached: nobody takes the connection; what was sent is noted; the same"
    )
    assert said(publish()).startswith(line)
    assert [wait for wait in clock.waits if wait > 0.01] == [1, 2, 4, 8, 16]


def test_a_platform_that_cannot_prove_who_it_is(
    place: Path, publish: Publish, platform: Platform, clock: Clock
) -> None:
    settings = place / "lti.yaml"
    settings.write_text(settings.read_text().replace("token_url: http:", "token_url: https:"))
    assert said(publish()).startswith("grader: 127.0.0.1 cannot prove who it is: ")
    assert (clock.waits, platform.tokens) == ([], {})


def test_a_key_that_others_may_read_is_pointed_out(place: Path, publish: Publish) -> None:
    (place / "key.pem").chmod(0o644)
    assert (
        publish("--dry-run")[2] == f"others on this machine may read the key: chmod 600 {place / 'key.pem'}\n"
    )


def test_an_export_of_canvas_says_who_is_who(tmp_path: Path) -> None:
    path = tmp_path / "grades.csv"
    path.write_text('Student,ID,SIS Login ID,Section\n    Points Possible,,,\n"L, Ada",17,ada,S\n')
    users = read_users(path)
    ada = Student(name="L, Ada", login="ada", lms="canvas", lms_id="17", listed=True)
    assert (users.students, users.ids) == ({0: ada}, {0: "17"})


def test_a_download_of_canvas_needs_no_list_and_another_one_does(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    canvas = Student(name="L, Ada", lms="canvas", lms_id="17")
    others = (Student(name="Bob", lms="moodle", lms_id="18"), Student(name="Eve"))
    rows = [
        Row(entry=Entry(exercise="ex", label=s.name, students=(s,), paths=()), result=GRADED, number=1)
        for s in (canvas, *others)
    ]
    found = collect(lambda: rows, known_users(rows), comments=False)
    assert [(score.user, score.who) for score in found.scores] == [("17", "L, Ada")]
    assert found.unknown == ("Bob", "Eve")
    assert main(["publish", str(place / "out"), "--config", str(place / "lti.yaml")]) == 2
    assert "nobody's LTI user id is known (only a download of Canvas has them)" in capsys.readouterr().err


def test_ids_that_are_of_something_else_are_nobodys(tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_text("user id,Full name\n17,Participant 3\n")
    assert read_users(path).students == {0: Student(name="Participant 3", listed=True)}


def test_the_address_of_scores_keeps_what_moodle_puts_behind_it() -> None:
    assert scores_url("https://m/l/7/lineitem?type_id=3") == "https://m/l/7/lineitem/scores?type_id=3"
    assert scores_url("https://c/line_items/7/") == "https://c/line_items/7/scores"


def test_users_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_users(tmp_path / "none.csv")
