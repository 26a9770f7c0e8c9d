"""A platform of LTI 1.3 to try things on: strict about all it is sent, and badly behaved when told to be.

Of times it knows those of the test's clock. As Moodle it refuses a score that is not later by a second.
"""

from __future__ import annotations

import json
import re
import threading
from collections import deque
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
CLIENT = "10000000000007"
KEY_ID = "the-key"
USERS = frozenset({"u-ada", "u-bob", "u-eve"})
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00")
_CANVAS = "https://canvas.instructure.com/lti/submission"

Reply = tuple[int, dict[str, str], Any]


class Clock:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.time = 1_800_000_000.25
        self.waits: list[float] = []

    def now(self) -> float:
        return self.time

    def wait(self, seconds: float) -> None:
        self.waits.append(round(seconds, 3))
        self.time += seconds


class Platform(ThreadingHTTPServer):
    """Serves `/token` and `/lineitems/N/lineitem/scores?type_id=3`.

    Attributes:
        scores: what was recorded, as it was sent.
        faults: what to do with the next requests, by kind: a reply instead of theirs, "close", "hang";
            "lose": record the score, but do not say so; None: serve it.
        problems: what was wrong with a request.
        tokens: when each ends.
    """

    def __init__(self, public: RSAPublicKey, clock: Clock) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.public = public
        self.clock = clock
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.line_item = f"{self.url}/lineitems/5/lineitem?type_id=3"
        self.scores: list[dict[str, Any]] = []
        self.faults: dict[str, deque[Any]] = {"token": deque(), "score": deque()}
        self.problems: list[str] = []
        self.tokens: dict[str, float] = {}
        self.token_life = 3600
        self.over = threading.Event()
        self._seen: set[str] = set()

    def token(self, form: dict[str, list[str]]) -> Reply:
        """Give out a token to who proves to be the tool."""
        assertion = form["client_assertion"][0]
        claims = jwt.decode(
            assertion,
            self.public,
            algorithms=["RS256"],
            audience=f"{self.url}/token",
            issuer=CLIENT,
            options={
                "require": ["iss", "sub", "aud", "exp", "iat", "jti"],
                "verify_exp": False,
                "verify_iat": False,
            },
        )
        now = self.clock.now()
        wanted = {
            "grant_type": ["client_credentials"],
            "client_assertion_type": ["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"],
            "client_assertion": [assertion],
            "scope": [SCOPE],
        }
        self.check(form == wanted, f"form {form.keys()}")
        self.check(claims["sub"] == CLIENT, "sub")
        self.check(claims["iat"] <= now < claims["exp"] <= claims["iat"] + 600, "times of the assertion")
        self.check(claims["jti"] not in self._seen, "jti was used before")
        self.check(jwt.get_unverified_header(assertion)["kid"] == KEY_ID, "kid")
        self._seen.add(claims["jti"])
        token = f"secret-token-{len(self.tokens)}"
        self.tokens[token] = now + self.token_life
        return (
            200,
            {},
            {"access_token": token, "token_type": "Bearer", "expires_in": self.token_life, "scope": SCOPE},
        )

    def score(self, token: str, row: dict[str, Any]) -> Reply:
        """Record a score."""
        if self.tokens.get(token, 0) <= self.clock.now():
            return 401, {}, {"error": "token expired"}
        wanted: dict[str, type | tuple[type, ...]] = {
            "userId": str,
            "scoreGiven": (int, float),
            "scoreMaximum": (int, float),
            "comment": str,
            "timestamp": str,
            "activityProgress": str,
            "gradingProgress": str,
            _CANVAS: dict,
        }
        for name, kind in wanted.items():
            self.check(name == "comment" or isinstance(row.get(name), kind), f"{name} in {row}")
        self.check(row.keys() <= wanted.keys(), f"unknown keys in {row}")
        self.check(bool(_TIMESTAMP.fullmatch(row["timestamp"])), "timestamp")
        self.check(
            (row["activityProgress"], row["gradingProgress"]) == ("Completed", "FullyGraded"), "progress"
        )
        self.check(0 <= row["scoreGiven"] <= row["scoreMaximum"], "scoreGiven")
        self.check(row[_CANVAS] == {"new_submission": False}, "Canvas' part")
        if row["userId"] not in USERS:
            return (
                422,
                {},
                {"errors": {"type": "unprocessable_entity", "message": "User not found in course"}},
            )
        before = [_seconds(old) for old in self.scores if old["userId"] == row["userId"]]
        if before and _seconds(row) <= max(before):
            return 409, {}, {"error": "Refusing score with an earlier timestamp"}
        self.scores.append(row)
        return 200, {}, {"resultUrl": "x"}

    def check(self, good: bool, what: str) -> None:
        if not good:
            self.problems.append(what)

    @property
    def points(self) -> dict[str, float]:
        """What the gradebook says now."""
        return {row["userId"]: row["scoreGiven"] for row in self.scores}


def _seconds(row: dict[str, Any]) -> int:
    return int(datetime.fromisoformat(row["timestamp"]).timestamp())


class _Handler(BaseHTTPRequestHandler):
    server: Platform
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        place = urlsplit(self.path)
        kind = "token" if place.path == "/token" else "score"
        faults = self.server.faults[kind]
        fault = faults.popleft() if faults else None
        if fault == "close":
            self.close_connection = True
            return
        if fault == "hang":
            self.server.over.wait()
            self.close_connection = True
            return
        reply = fault if isinstance(fault, tuple) else self.served(kind, place.path, place.query, body)
        if fault == "lose":
            self.close_connection = True
            return
        status, headers, row = reply
        data = row.encode() if isinstance(row, str) else json.dumps(row).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def served(self, kind: str, path: str, query: str, body: bytes) -> Reply:
        server = self.server
        if kind == "token":
            server.check(
                self.headers["Content-Type"] == "application/x-www-form-urlencoded", "type of the form"
            )
            try:
                return server.token(parse_qs(body.decode(), strict_parsing=True))
            except (jwt.InvalidTokenError, KeyError) as error:
                return 400, {}, {"error": "invalid_client", "error_description": str(error)}
        if (path, query) != ("/lineitems/5/lineitem/scores", "type_id=3"):
            return 404, {}, "<html>Not here</html>"
        server.check(
            self.headers["Content-Type"] == "application/vnd.ims.lis.v1.score+json", "type of a score"
        )
        return server.score(self.headers["Authorization"].removeprefix("Bearer "), json.loads(body))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        """Say nothing."""
