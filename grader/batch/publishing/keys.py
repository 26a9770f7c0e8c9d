"""The tool's key: it signs what proves to an LMS who asks. The only module that knows the JWT library."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwt.algorithms import RSAAlgorithm

from grader.model.errors import UsageError

_ALGORITHM: Final = "RS256"
"""The one that every LMS must know."""
_BITS_MIN: Final = 2048
_VALID_S: Final = 300
_SKEW_S: Final = 5
_MAKE_ONE = "make one: openssl genrsa -out {path} 3072"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A private key, and what the LMS calls it."""

    private: RSAPrivateKey = field(repr=False)
    name: str

    def assertion(self, client_id: str, audience: str, now: float) -> str:
        """Return a signed statement who asks for a token. Each is good for one request.

        Args:
            client_id: of the tool.
            audience: whom it is for.
            now: seconds since 1970.
        """
        claims = {
            "iss": client_id,
            "sub": client_id,
            "aud": audience,
            "iat": int(now) - _SKEW_S,  # the LMS's clock may be a little behind
            "exp": int(now) + _VALID_S,
            "jti": str(uuid.uuid4()),
        }
        return jwt.encode(claims, self.private, _ALGORITHM, {"kid": self.name})

    def public(self) -> dict[str, Any]:
        """Return the public key as a JWK: what the LMS wants to have."""
        return {**_jwk(self.private), "alg": _ALGORITHM, "use": "sig", "kid": self.name}


def load_key(path: Path, name: str = "") -> Key:
    """Read a private key.

    Args:
        path: of the file, PEM.
        name: what the LMS calls it; empty: its thumbprint (RFC 7638).

    Raises:
        UsageError: it is no such key. Nothing of the file is in the text.
    """
    try:
        private = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise UsageError(
            f"the key {path} cannot be read: {error.strerror}; {_MAKE_ONE.format(path=path)}"
        ) from error
    except TypeError:
        raise UsageError(
            f"the key {path} has a passphrase; write it without one: openssl rsa -in {path} -out NEW"
        ) from None
    except ValueError:
        raise UsageError(f"{path} is no private key in PEM format; {_MAKE_ONE.format(path=path)}") from None
    if not isinstance(private, RSAPrivateKey) or private.key_size < _BITS_MIN:
        raise UsageError(
            f"the key {path} is none of RSA with {_BITS_MIN} bits or more, as an LMS wants it; "
            + _MAKE_ONE.format(path=path)
        )
    return Key(private=private, name=name or _thumbprint(private))


def _jwk(private: RSAPrivateKey) -> dict[str, Any]:
    whole = RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    return {part: whole[part] for part in ("kty", "n", "e")}


def _thumbprint(private: RSAPrivateKey) -> str:
    text = json.dumps(_jwk(private), sort_keys=True, separators=(",", ":"))
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
