"""The two sides of the protocol agree, and only announcements are taken for one."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from grader import shim
from grader.shim import protocol
from grader.shim.protocol import Announcement, Code

HEADER = (shim.FOLDER / "announce.h").read_text()
UNSIGNED = st.integers(min_value=0, max_value=2**64 - 1)


def header_codes() -> dict[str, int]:
    return {
        name: int(value, 16)
        for name, value in re.findall(r"^ +ANNOUNCE_(\w+) = (0x\w+),", HEADER, re.MULTILINE)
    }


def test_python_has_the_codes_of_the_header() -> None:
    codes = header_codes()
    done = codes.pop("DONE")
    calls = {
        f"{name}_DONE": value | done
        for name, value in codes.items()
        if protocol.PHASES[Code(value)] == "invoke"
    }
    assert {code.name: code.value for code in Code} == codes | calls
    assert done == protocol.DONE


def test_python_has_the_numbers_of_the_header() -> None:
    numbers = re.findall(r"#define ANNOUNCE_NR (\d+)", HEADER)
    magic = re.search(r"#define ANNOUNCE_MAGIC (0x\w+)UL", HEADER)
    assert magic is not None
    assert [int(number) for number in numbers] == list(protocol.ANNOUNCE_NRS.values())
    assert int(magic[1], 16) == protocol.MAGIC


def test_every_call_has_an_attempt_and_an_end() -> None:
    invoked = [protocol.NAMES[code] for code in Code if protocol.PHASES[code] == "invoke"]
    ended = [protocol.NAMES[code] for code in Code if protocol.PHASES[code] == "ok"]
    assert invoked == ended
    assert len(set(invoked)) == len(invoked)


def test_names_are_posix_words() -> None:
    assert protocol.NAMES[Code.SEM_WAIT_DONE] == "sem_wait"
    assert protocol.PHASES[Code.SEM_WAIT_DONE] == "ok"
    assert protocol.NAMES[Code.PTHREAD_MUTEX_LOCK] == "pthread_mutex_lock"
    assert (protocol.NAMES[Code.LOAD], protocol.PHASES[Code.LOAD]) == ("load", "point")
    assert (protocol.NAMES[Code.PTHREAD_SPIN_BUSY], protocol.PHASES[Code.PTHREAD_SPIN_BUSY]) == (
        "pthread_spin_busy",
        "point",
    )


@given(
    code=st.sampled_from(Code),
    address=UNSIGNED,
    size=UNSIGNED,
    extra1=st.integers(min_value=-(2**63), max_value=2**63 - 1),
    extra2=UNSIGNED,
    caller=UNSIGNED,
)
def test_what_is_announced_is_decoded(
    code: Code, address: int, size: int, extra1: int, extra2: int, caller: int
) -> None:
    registers = (protocol.MAGIC | code, address, size, extra1 % 2**64, extra2, caller)
    expected = Announcement(
        code=code, address=address, size=size, extra1=extra1, extra2=extra2, caller=caller
    )
    assert protocol.decode(registers) == expected
    assert protocol.is_own(registers)


@given(registers=st.tuples(UNSIGNED, UNSIGNED, UNSIGNED, UNSIGNED, UNSIGNED, UNSIGNED))
def test_any_other_call_of_gettid_is_the_programs(registers: tuple[int, ...]) -> None:
    first = registers[0] & ~(1 << 63)  # never the magic number
    call = (first & ~protocol.MAGIC_MASK, *registers[1:])
    assert protocol.decode(call) is None
    assert not protocol.is_own(call)


def test_a_code_nobody_knows_is_no_announcement() -> None:
    assert protocol.decode((protocol.MAGIC | 0xFFFF, 0, 0, 0, 0, 0)) is None
