"""Talks to an LMS: gets tokens, sends scores, and tries again where that can help."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, NoReturn
from urllib.parse import urlencode, urlsplit, urlunsplit

from grader.batch.publishing.clock import Clock
from grader.batch.publishing.http import Answer, Http, UnreachableError, host
from grader.batch.publishing.keys import Key
from grader.batch.publishing.settings import Registration
from grader.model.errors import GraderError, HostError
from grader.reporters.explain import one_line

SCOPE: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
MEDIA_TYPE: Final = "application/vnd.ims.lis.v1.score+json"
_ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ATTEMPTS: Final = 6
_FIRST_WAIT_S: Final = 1.0
_WAIT_MAX_S: Final = 600.0
"""Who is asked to wait longer lets a person decide."""
_EARLY_S: Final = 30.0
"""A token is renewed before it ends, for a request takes time."""
_LIFE_S: Final = 3600.0
"""Of a token whose end is not told."""
_SHOWN_MAX: Final = 200
_GO_ON = "what was sent is noted; the same command goes on from there"


class RefusedError(GraderError):
    """The LMS does not take this score; it may take others."""


class FailedError(GraderError):
    """The LMS failed at this score, every time; it may take others."""


class LineItemError(GraderError):
    """The LMS takes no scores of this tool for this line item."""


class PlatformError(HostError):
    """The LMS cannot be used now, or not at all."""


class Client:
    """An LMS, as a tool that is registered there sees it.

    Args:
        registration: how the LMS knows the tool.
        key: the tool's.
        clock: tells the time, and waits.
    """

    def __init__(self, registration: Registration, key: Key, clock: Clock) -> None:
        self._registration = registration
        self._key = key
        self._clock = clock
        self._http = Http(registration.timeout_s)
        self._token = ""
        self._token_until = 0.0
        self._next = 0.0

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def send(self, line_item: str, score: Callable[[], Mapping[str, Any]]) -> None:
        """Send a score.

        Args:
            line_item: its URL.
            score: makes the score, anew for each attempt: one that was lost on its way back may have been
                recorded, and the next must be later.

        Raises:
            RefusedError: the LMS does not take this one.
            FailedError: it failed, every time.
            LineItemError: it takes none here.
            PlatformError: it cannot be used.
        """
        url = scores_url(line_item)

        def body() -> bytes:
            return json.dumps(score()).encode()

        def headers() -> dict[str, str]:
            return {"Authorization": f"Bearer {self._valid_token()}", "Content-Type": MEDIA_TYPE}

        answer = self._post(url, body, headers)
        if answer.status == 401:  # the token ended before its time
            self._token = ""
            answer = self._post(url, body, headers)
        if not 200 <= answer.status < 300:
            self._refused(line_item, answer)

    def _refused(self, line_item: str, answer: Answer) -> NoReturn:
        told = self._told(answer)
        if answer.status >= 500:
            raise FailedError(f"{host(line_item)} failed {_ATTEMPTS} times: {told}")
        if answer.status in (401, 403):
            raise LineItemError(
                f"{line_item} refuses the tool: {told}. Is it allowed to send scores (scope {SCOPE}), and is "
                "the line item its own?"
            )
        if answer.status in (404, 405, 410):
            raise LineItemError(f"there is no such line item: {line_item}: {told}")
        if 300 <= answer.status < 400:
            place = one_line(answer.headers.get("location", "elsewhere"), length=_SHOWN_MAX)
            raise LineItemError(f"{line_item} has moved to {place}; use the address that the LMS gives now")
        clock = " (is the clock of this machine right?)" if answer.status == 409 else ""
        raise RefusedError(f"{told}{clock}")

    def _valid_token(self) -> str:
        if not self._token or self._clock.now() >= self._token_until:
            self._renew()
        return self._token

    def _renew(self) -> None:
        registration = self._registration
        url = registration.token_url

        def body() -> bytes:
            audience = registration.audience or url
            assertion = self._key.assertion(registration.client_id, audience, self._clock.now())
            form = {
                "grant_type": "client_credentials",
                "client_assertion_type": _ASSERTION_TYPE,
                "client_assertion": assertion,
                "scope": SCOPE,
            }
            return urlencode(form).encode()

        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        answer = self._post(url, body, lambda: headers)
        row = _parsed(answer.body)
        token = row.get("access_token")
        if (
            answer.status != 200
            or not isinstance(token, str)
            or not token.isascii()
            or not token.isprintable()
        ):
            raise PlatformError(
                f"{url} gives no token: {self._told(answer)}. Are client_id, token_url, audience and the key "
                "those of the registration? (`--show-key` prints the public key)"
            )
        granted = row.get("scope")
        if isinstance(granted, str) and granted and SCOPE not in granted.split():
            raise PlatformError(f"{url} does not let the tool send scores: allow it the scope {SCOPE}")
        life = row.get("expires_in")
        life = float(life) if isinstance(life, int | float) and life > 0 else _LIFE_S
        self._token = token
        self._token_until = self._clock.now() + max(life - _EARLY_S, life / 2)

    def _post(self, url: str, body: Callable[[], bytes], headers: Callable[[], Mapping[str, str]]) -> Answer:
        """Send a request, again if it is to be sent later; the last answer if it never went well."""
        wait = _FIRST_WAIT_S
        for attempt in range(1, _ATTEMPTS + 1):
            fields = headers()
            self._pace()
            try:
                answer = self._http.post(url, body(), fields)
            except UnreachableError as error:
                if not error.again or attempt == _ATTEMPTS:
                    raise PlatformError(f"{error}; {_GO_ON}") from error
                self._clock.wait(wait)
            else:
                limited = _limited(answer)
                if not limited and answer.status < 500:
                    return answer
                asked = _asked(answer, self._clock.now())
                if asked > _WAIT_MAX_S or (limited and attempt == _ATTEMPTS):
                    raise PlatformError(f"{host(url)} takes no more now{_later(asked)}; {_GO_ON}")
                if attempt == _ATTEMPTS:
                    return answer
                self._clock.wait(max(asked, wait))
            wait *= 2
        raise AssertionError("the last attempt returns or raises")

    def _pace(self) -> None:
        now = self._clock.now()
        if now < self._next:
            self._clock.wait(self._next - now)
        self._next = max(now, self._next) + 1 / self._registration.rate

    def _told(self, answer: Answer) -> str:
        """Return what the LMS says about an error, on one line, and nothing secret."""
        row = _parsed(answer.body)
        texts = [row.get(name) for name in ("error", "error_description", "message", "reason")]
        said = ": ".join(text for text in texts if isinstance(text, str) and text)
        said = said or _said(row) or ("" if "<" in answer.body else answer.body)
        if self._token:
            said = said.replace(self._token, "...")
        return f"{answer.status} {one_line(said.strip(), length=_SHOWN_MAX)}".strip()


def scores_url(line_item: str) -> str:
    """Return where scores of a line item go: its address may have a query, which stays at the end."""
    parts = urlsplit(line_item)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + "/scores"))


def _limited(answer: Answer) -> bool:
    # Canvas says 403 for too many requests.
    return answer.status == 429 or (answer.status == 403 and "rate limit" in answer.body.lower())


def _asked(answer: Answer, now: float) -> float:
    """Return for how long the LMS asks us to wait: seconds, or a date."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        then = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    return max(
        (then.replace(tzinfo=then.tzinfo or UTC) - datetime.fromtimestamp(now, UTC)).total_seconds(), 0.0
    )


def _later(seconds: float) -> str:
    return f" (it asks us to wait for {seconds / 60:.0f} minutes)" if seconds >= 60 else ""


def _parsed(text: str) -> dict[str, Any]:
    try:
        row = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return row if isinstance(row, dict) else {}


def _said(row: Mapping[str, Any]) -> str:
    """Return the first message of a list of errors, as Canvas writes them."""
    errors = row.get("errors")
    if isinstance(errors, dict):
        errors = [errors]
    if isinstance(errors, list) and errors and isinstance(errors[0], dict):
        return str(errors[0].get("message", ""))
    return str(errors) if isinstance(errors, str) else ""
