from __future__ import annotations

import os

import pytest

from grader.model.config import IsolationConfig, LimitsConfig
from grader.model.errors import HostError
from grader.sandbox import doctor, isolation, other_user, protocol
from grader.sandbox.probe import Probe

pytestmark = pytest.mark.system

NAMES = [
    "kernel",
    "architecture",
    "bubblewrap",
    "user namespaces",
    "ptrace",
    "libseccomp",
    "C compiler",
    "make",
    "Python modules",
    "message queue memory",
    "own limits",
]


def test_it_looks_at_everything_and_runs_a_program_in_the_sandbox() -> None:
    probes = doctor.examine()
    assert [probe.name for probe in probes] == [*NAMES, "programs in the sandbox"]
    assert [probe for probe in probes if bool(probe.remedy) == probe.ok] == []
    assert probes[-1] == Probe(
        name="programs in the sandbox",
        ok=True,
        detail="message queues, shared memory (64 MiB), semaphores, filters and tracing work",
    )


def test_full_isolation_is_chosen_where_it_works() -> None:
    assert doctor.choose_isolation(IsolationConfig(allow_weaker=True)) == "full"


def _missing() -> str:
    raise HostError("bubblewrap is not installed: `apt install bubblewrap`")


class TestWithoutBubblewrap:
    @pytest.fixture(autouse=True)
    def without(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(isolation, "bwrap_path", _missing)

    def test_nothing_weaker_is_chosen_silently(self) -> None:
        with pytest.raises(HostError, match=r"apt install bubblewrap`\n.*allow_weaker: true"):
            doctor.choose_isolation(IsolationConfig())

    def test_the_weaker_level_is_chosen_when_it_is_allowed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        assert doctor.choose_isolation(IsolationConfig(allow_weaker=True)) == "limits-only"

    def test_root_lets_programs_run_as_another_user(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        monkeypatch.setattr(other_user, "complaint", lambda: "")
        assert doctor.choose_isolation(IsolationConfig(allow_weaker=True)) == "other-user"

    def test_root_never_runs_programs_itself(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        monkeypatch.setattr(other_user, "complaint", lambda: "root may not")
        with pytest.raises(
            HostError, match=r"apt install bubblewrap`\n.*root may not. They are never run as"
        ):
            doctor.choose_isolation(IsolationConfig(allow_weaker=True))

    def test_the_probes_say_what_to_install(self) -> None:
        probes = {probe.name: probe for probe in doctor.examine()}
        assert list(probes) == NAMES
        assert (probes["bubblewrap"].ok, probes["user namespaces"].ok) == (False, False)
        assert "apt install bubblewrap" in probes["bubblewrap"].remedy


def test_refused_namespaces_are_told_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    fake = tmp_path_factory.mktemp("bin") / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: No permissions to create a new namespace' >&2; exit 1\n")
    fake.chmod(0o755)
    monkeypatch.setattr(isolation, "bwrap_path", lambda: str(fake))
    with pytest.raises(HostError, match=r"No permissions.*kernel\.unprivileged_userns_clone") as caught:
        doctor.choose_isolation(IsolationConfig())
    assert "apparmor_restrict_unprivileged_userns" in str(caught.value)


@pytest.mark.parametrize(
    ("version", "options"),
    [((0, 4, 1), set()), ((0, 5), {"--perms"}), ((0, 6, 1), {"--perms"}), ((0, 8), {"--perms", "--size"})],
)
def test_an_older_bubblewrap_is_not_asked_for_what_it_does_not_know(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...], options: set[str]
) -> None:
    monkeypatch.setattr(isolation, "bwrap_version", lambda: version)
    line = isolation.full_isolation(LimitsConfig())
    protocol.close_all(line.fds)
    assert {"--perms", "--size"} & set(line.arguments) == options
