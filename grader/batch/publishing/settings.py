"""How an LMS knows this tool: what the file behind `grader publish --config` says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field

from grader.catalogue.nodes import read_file
from grader.catalogue.validate import validate
from grader.model.errors import CatalogueError, UsageError
from grader.model.strict import Strict

_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def _number_as_text(value: Any) -> Any:
    """Take an id of digits as it stands: in YAML it is a number unless it is quoted."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Registration(Strict):
    """What the LMS says when the tool is registered there, and the key that it knows."""

    client_id: Annotated[str, BeforeValidator(_number_as_text), Field(min_length=1)] = Field(
        description="Client id of the tool; Canvas shows it as the id of the developer key."
    )
    token_url: str = Field(description="Where access tokens are given out.")
    audience: str = Field(
        default="", description="Whom the tool's signature is for, if that is not token_url."
    )
    key: str = Field(description="File with the private key (RSA, PEM), seen from this file.")
    key_id: str = Field(
        default="", description="What the LMS calls the key (kid); default: what `--show-key` prints."
    )
    line_items: dict[str, str] = Field(
        default_factory=dict, description="URL of the line item of each exercise, by the exercise's id."
    )
    rate: float = Field(default=5.0, gt=0, description="Requests a second at most.")
    timeout_s: float = Field(default=30.0, gt=0, description="How long to wait for an answer, in seconds.")


def load_registration(path: Path) -> Registration:
    """Load the file.

    Raises:
        CatalogueError: with all its problems.
        UsageError: a URL in it would send scores or tokens in the clear.
    """
    document = read_file(path)
    registration, problems = validate(document, Registration)
    if registration is None:
        raise CatalogueError(problems)
    check_url(registration.token_url, f"{path}: token_url")
    for exercise, url in registration.line_items.items():
        check_url(url, f"{path}: line item of {exercise}")
    return registration


def check_url(url: str, what: str) -> None:
    """Make sure that what is sent there can be read by nobody else.

    Raises:
        UsageError: it is no URL, or not of https.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        usable = bool(host) and parts.port != 0
    except ValueError:
        usable, host, parts = False, "", urlsplit("")
    if not usable or parts.scheme not in ("https", "http") or not url.isascii() or not url.isprintable():
        raise UsageError(f"{what} is no web address: {url[:200]!r}")
    if parts.username is not None:
        raise UsageError(f"{what} has a name or password in it; leave them out: the tool's key is its proof")
    if parts.scheme == "http" and host not in _HERE:
        raise UsageError(f"{what} begins with http: scores and tokens are sent by https only")
