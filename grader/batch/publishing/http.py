"""Requests to an LMS, one at a time. The only module that knows the HTTP library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError, SSLError
from urllib3.exceptions import TimeoutError as LateError

from grader.model.errors import HostError
from grader.reporters.explain import one_line

_CONNECT_S: Final = 10.0
_SHOWN_MAX: Final = 200


class UnreachableError(HostError):
    """There was no answer.

    Attributes:
        again: whether another attempt may have one.
    """

    def __init__(self, text: str, *, again: bool) -> None:
        super().__init__(text)
        self.again = again


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an LMS answers. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: str


class Http:
    """Connections to an LMS.

    Args:
        timeout_s: how long to wait for an answer.
    """

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        limits = urllib3.Timeout(connect=min(_CONNECT_S, timeout_s), read=timeout_s)
        self._pool = urllib3.PoolManager(timeout=limits, retries=False)

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send a request. Redirections are not followed: a token is for one place only.

        Raises:
            UnreachableError: there was no answer.
        """
        try:
            answer = self._pool.request("POST", url, body=body, headers=dict(headers), redirect=False)
        except HTTPError as error:
            raise UnreachableError(
                f"{host(url)} {self._why(error)}",
                again=not isinstance(error, (SSLError, NameResolutionError)),
            ) from error
        names = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(status=answer.status, headers=names, body=answer.data.decode("utf-8", "replace"))

    def _why(self, error: HTTPError) -> str:
        if isinstance(error, NameResolutionError):
            return "is not known to the name service; is the address right, and is there a network?"
        if isinstance(error, NewConnectionError):
            return "cannot be reached: nobody takes the connection"
        if isinstance(error, LateError):
            return f"did not answer within {self._timeout_s:g} s"
        if isinstance(error, SSLError):
            return f"cannot prove who it is: {one_line(str(error), length=_SHOWN_MAX)}"
        return "closed the connection"


def host(url: str) -> str:
    """Return the host of a URL, as a person is told of it."""
    return urlsplit(url).hostname or url
