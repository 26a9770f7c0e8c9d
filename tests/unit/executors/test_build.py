"""From files to programs, in a real sandbox."""

from __future__ import annotations

import os
import select
import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest

from grader.executors import _run_time
from grader.executors.base import Program
from grader.executors.build import Build, build, executors
from grader.executors.c import defines_main
from grader.executors.tree import SourceTree
from grader.model.config import BuildConfig, LimitsConfig
from grader.model.verdict import Finding, Severity
from grader.sandbox import archives
from grader.sandbox.box import Box
from grader.sandbox.isolation import interpreter

pytestmark = pytest.mark.system

MAIN = b"int main(void) { return 0; }\n"
HELLO = b'#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n'


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    with Box("full", LimitsConfig()) as made:
        yield made


def built(
    box: Box, files: dict[str, bytes], *roles: str, instrument: bool = False, time_s: float = 30
) -> Build:
    tree = SourceTree(files=files, modes={})
    return build(tree, roles, box, BuildConfig(time_s=time_s, output_kib=16), instrument=instrument)


def outline(result: Build) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {role: (program.language, program.argv) for role, program in result.programs.items()}


def findings(result: Build) -> list[tuple[str, str, str, int, str]]:
    return [(f.severity.value, f.part, f.file, f.line, f.message) for f in result.findings]


def calls_hooks(binary: bytes) -> bool:
    """Whether a program defines the hook for entering a function, which all that is instrumented calls."""
    return b"__tsan_func_entry" in binary


def output(result: Build, role: str) -> str:
    """Run a program that was built, in a box of its own."""
    program = result.programs[role]
    with Box("full", LimitsConfig()) as box:
        box.put("/submission", result.archive)
        started = box.start(program.argv, env=program.env)
        started.release()
        printed = b""
        while select.select([started.stdout_fd], [], [], 20)[0]:
            data = os.read(started.stdout_fd, 1000)
            if not data:
                break
            printed += data
        started.close()
    return printed.decode()


PYTHON = (interpreter(), "-s")


class TestC:
    def test_a_role_is_its_file_and_all_others_without_main(self, box: Box) -> None:
        files = {
            "server.c": b'#include "util.h"\nint main(void) { say(); return 0; }\n',
            "client.c": HELLO,
            "util.h": b"void say(void);\n",
            "util.c": b'#include <stdio.h>\nvoid say(void) { puts("said"); }\n',
            "experiment.c": b"void say(void) {}\nint main(void) { return 1; }\n",
            "old/util.c": b"void say(void) {}\n",
        }
        result = built(box, files, "server", "client")
        assert outline(result) == {
            "server": ("c", ("/submission/server",)),
            "client": ("c", ("/submission/client",)),
        }
        assert result.findings == ()
        assert (output(result, "server"), output(result, "client")) == ("said\n", "hello\n")
        assert result.programs["server"].binary.startswith(b"\x7fELF")
        assert result.sources == {name: content.decode() for name, content in files.items()}

    def test_two_files_that_define_the_same_are_no_harm_unless_both_are_needed(self, box: Box) -> None:
        files = {
            "server.c": b"int f(void); int main(void) { return f(); }\n",
            "f.c": b"int f(void) { return 0; }\n",
            "f_copy.c": b"int f(void) { return 0; }\n",
        }
        assert outline(built(box, files, "server")) == {"server": ("c", ("/submission/server",))}

    def test_an_error_is_told_with_its_place(self, box: Box) -> None:
        result = built(box, {"server.c": b"int main(void) {\n  return x;\n}\n"}, "server")
        assert result.findings == (
            Finding(
                check="build",
                severity=Severity.ERROR,
                part="server",
                file="server.c",
                line=2,
                message="`server.c` does not compile: \u2018x\u2019 undeclared (first use in this function)",
                why="Only a program that can be built can be run.",
                read="man 1 gcc",
            ),
        )
        assert (result.programs, result.archive) == ({}, b"")
        assert result.log.startswith("$ gcc -c server.c\nserver.c: In function")

    @pytest.mark.parametrize("instrument", [False, True])
    def test_a_missing_function_is_told_with_its_place(self, box: Box, instrument: bool) -> None:
        source = b"int f(void);\nint main(void) { return f(); }\n"
        result = built(box, {"server.c": source}, "server", instrument=instrument)
        message = "`server` cannot be linked: undefined reference to `f'"
        assert findings(result) == [("error", "server", "server.c", 2, message)]

    def test_one_broken_role_does_not_hide_the_other(self, box: Box) -> None:
        result = built(box, {"server.c": b"int main(", "client.c": HELLO}, "server", "client")
        assert list(outline(result)) == ["client"]
        assert [(f.part, f.file, f.line) for f in result.findings] == [("server", "server.c", 1)]

    def test_a_file_nobody_needs_may_be_broken(self, box: Box) -> None:
        result = built(box, {"server.c": MAIN, "draft.c": b"int f( {"}, "server")
        assert list(outline(result)) == ["server"]
        assert [row[:4] for row in findings(result)] == [("advice", "", "draft.c", 1)]

    def test_a_broken_file_that_is_needed_is_the_cause(self, box: Box) -> None:
        files = {
            "server.c": b"int f(void); int main(void) { return f(); }",
            "f.c": b"int f(void) {\n return y; }\n",
        }
        assert [row[:4] for row in findings(built(box, files, "server"))] == [("error", "server", "f.c", 2)]

    def test_a_file_without_main_is_no_program(self, box: Box) -> None:
        result = built(
            box, {"server.c": b"static int main_loop; int mainly(void) { return main_loop; }\n"}, "server"
        )
        message = "`server.c` has no function `main`"
        assert findings(result) == [("error", "server", "server.c", 0, message)]

    def test_names_may_be_odd(self, box: Box) -> None:
        odd = ["-o.c", "a b.c", "quo'te.c", "new\nline.c", "\udcff.c", "*.c", "$(exit 1).c"]
        files = {name: b"int odd%d(void) { return 0; }\n" % number for number, name in enumerate(odd)}
        calls = b"".join(b"int odd%d(void); " % number for number in range(len(odd)))
        body = b" + ".join(b"odd%d()" % number for number in range(len(odd)))
        files["server.c"] = calls + b"\nint main(void) { return " + body + b"; }\n"
        result = built(box, files, "server")
        assert (list(outline(result)), result.findings) == (["server"], ())
        assert all(name.isprintable() for name in result.sources)

    def test_a_folder_with_the_roles_name_is_no_obstacle(self, box: Box) -> None:
        result = built(box, {"server.c": HELLO, "server/notes.txt": b"x"}, "server")
        assert outline(result) == {"server": ("c", ("/submission/server.program",))}
        assert output(result, "server") == "hello\n"

    def test_the_sources_own_bytes_do_not_matter(self, box: Box) -> None:
        source = b"\xef\xbb\xbf/* caf\xe9 */\r\n" + HELLO.replace(b"\n", b"\r\n")
        result = built(box, {"server.c": source}, "server")
        assert output(result, "server") == "hello\n"
        assert "caf\N{REPLACEMENT CHARACTER}" in result.sources["server.c"]


class TestInstrumented:
    def test_a_program_announces_its_accesses_and_runs_as_before(self, box: Box) -> None:
        result = built(box, {"server.c": HELLO, "util.c": b"int unused;"}, "server", instrument=True)
        program = result.programs["server"]
        assert (program.instrumented, output(result, "server")) == (True, "hello\n")
        assert b"__tsan_write8" in program.binary
        assert b"libtsan" not in program.binary

    @pytest.mark.parametrize("how", [b"", b"static ", b"__attribute__((weak)) "])
    def test_a_program_with_hooks_of_its_own_is_refused(self, box: Box, how: bytes) -> None:
        hook = how + b"void __tsan_read1(void *p) { (void)p; }\n"
        files = {
            "server.c": hook + b"int main(int c, char **v) { (void)c; return **v == 0; }",
            "client.c": HELLO,
        }
        result = built(box, files, "server", "client", instrument=True)
        text = (
            "`server.c` does not compile: it defines `__tsan_read1`: names that begin with two underscores "
            "are the compiler's (C11, 7.1.3)"
        )
        assert findings(result) == [("error", "server", "server.c", 1, text)]
        assert list(result.programs) == ["client"]

    def test_attributes_that_switch_hooks_off_do_nothing(self, box: Box) -> None:
        quiet = b'__attribute__((no_sanitize("thread"), __no_sanitize_thread__)) '
        source = b"int x; " + quiet + b"int main(int c, char **v) { (void)c; (void)v; x = 1; return x - 1; }"
        program = built(box, {"server.c": source}, "server", instrument=True).programs["server"]
        assert program.instrumented and calls_hooks(program.binary)

    @pytest.mark.parametrize(
        "what",
        ["#undef no_sanitize", " # define __no_sanitize_thread__ x", '#pragma pop_macro("no_sanitize")'],
    )
    def test_a_program_that_takes_that_back_is_refused(self, box: Box, what: str) -> None:
        result = built(box, {"server.c": f"{what}\n".encode() + HELLO}, "server", instrument=True)
        text = f"`server.c` takes back what the grader needs to find races: `{what.strip()}`"
        assert findings(result) == [("error", "server", "server.c", 1, text)]

    def test_inline_assembler_is_told_of_unless_it_is_empty(self, box: Box) -> None:
        files = {
            "server.c": b'/* asm */ char *s = "asm";\n' + HELLO + b'void f(void) { __asm__("nop"); }\n',
            "fence.c": b'void fence(void) { __asm__ volatile ("" ::: "memory"); }\n',
        }
        result = built(box, files, "server", instrument=True)
        text = "what the inline assembler in `server.c` does to memory is not judged for races"
        line = 2 + HELLO.count(b"\n")
        assert findings(result) == [("advice", "", "server.c", line, text)]
        assert result.programs["server"].instrumented

    def test_the_run_time_is_compiled_once_and_kept(self, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
        objects = _run_time.put_run_time(box)
        monkeypatch.setattr(_run_time, "_compiled", {})
        monkeypatch.setattr(_run_time, "Box", None)
        assert _run_time.put_run_time(box) == objects
        assert all(box.read(path, 4) == b"\x7fELF" for path in objects)


class TestMakefile:
    def test_the_default_target_builds_the_roles(self, box: Box) -> None:
        makefile = b"CFLAGS += -DWORD='\"made\"'\nall: server client\nclient: server\n\tcp server client\n"
        source = b"#include <stdio.h>\nint main(void) { puts(WORD); return 0; }\n"
        result = built(box, {"Makefile": makefile, "server.c": source}, "server", "client", instrument=True)
        assert outline(result) == {
            "server": ("c", ("/submission/server",)),
            "client": ("c", ("/submission/client",)),
        }
        assert (output(result, "client"), result.findings) == ("made\n", ())
        assert {program.instrumented for program in result.programs.values()} == {True}
        assert b".debug_line" in result.programs["server"].binary

    @pytest.mark.parametrize(
        "rules",
        [
            "CC = gcc\nCFLAGS = -O2 -Werror -D_FORTIFY_SOURCE=2\nserver: server.o\nserver.o: server.c\n",
            "server: server.c\n\tgcc -std=c99 -s -O3 server.c -lm -o server\n\tstrip server\n",
            "CC = clang\nserver: server.o\n",
            "server: server.c\n\tclang -O1 -o $@ $^\n",
            "server: server.c\n\tg++ -x c++ -o $@ $^\n",
            "server: server.c\n\tcc -static $^ -o $@\n",
            "server: server.c\n\t@cc -c $^ -o a.o && ar rcs lib.a a.o && cc lib.a -o $@\n",
        ],
    )
    def test_its_compilers_instrument_whatever_it_tells_them(self, box: Box, rules: str) -> None:
        if "clang" in rules and shutil.which("clang") is None:
            pytest.skip("clang is not installed")
        result = built(box, {"Makefile": rules.encode(), "server.c": HELLO}, "server", instrument=True)
        program = result.programs["server"]
        assert (program.instrumented, output(result, "server"), result.findings) == (True, "hello\n", ())
        assert calls_hooks(program.binary) and b".debug_line" in program.binary

    @pytest.mark.parametrize(
        ("rule", "reason"),
        [
            ("/usr/bin/gcc -o server server.c",
             "because it was compiled by a compiler that was called by its path, or linked by hand"),
            ("/usr/bin/gcc -static -o server server.c", "because it is linked statically"),
        ],
    )  # fmt: skip
    def test_what_gets_round_them_is_told(self, box: Box, rule: str, reason: str) -> None:
        files = {"Makefile": f"server: server.c\n\t{rule}\n".encode(), "server.c": HELLO}
        result = built(box, files, "server", instrument=True)
        text = f"`server` is not judged for races in memory, {reason}"
        assert findings(result) == [("advice", "", "", 0, text)]
        assert (result.programs["server"].instrumented, output(result, "server")) == (False, "hello\n")

    @pytest.mark.parametrize("instrument", [True, False])
    @pytest.mark.parametrize("kind", ["address", "thread", "leak", "address,undefined"])
    def test_sanitizers_are_left_out(self, box: Box, kind: str, instrument: bool) -> None:
        rules = f"CFLAGS = -g -fsanitize={kind}\nLDFLAGS = -fsanitize={kind}\nserver: server.o\n"
        files = {"Makefile": rules.encode(), "server.c": HELLO}
        result = built(box, files, "server", instrument=instrument)
        assert (result.programs["server"].instrumented, result.findings) == (instrument, ())
        assert output(result, "server") == "hello\n"

    def test_a_sanitizer_that_gets_round_them_is_refused(self, box: Box) -> None:
        rules = "server: main.c\n\t/usr/bin/gcc -fsanitize=address -o server main.c\n"
        result = built(box, {"Makefile": rules.encode(), "main.c": HELLO}, "server", instrument=True)
        text = (
            "`server` cannot be used: it is built with a sanitizer (asan), which does not work where a "
            "program is traced and its memory limited; call the compiler by its name, and -fsanitize is "
            "left out here"
        )
        assert (findings(result), result.programs) == ([("error", "server", "", 0, text)], {})

    def test_what_cannot_be_made_with_them_is_made_without(self, box: Box) -> None:
        rules = "server: server.c\n\ttest `which gcc` = /usr/bin/gcc\n\tgcc -o server server.c\n"
        result = built(box, {"Makefile": rules.encode(), "server.c": HELLO}, "server", instrument=True)
        assert (result.programs["server"].instrumented, output(result, "server")) == (False, "hello\n")
        assert "once more without" in result.log

    def test_it_may_make_a_script(self, box: Box) -> None:
        makefile = b"server: server.in\n\tcp server.in server; chmod +x server\n"
        result = built(box, {"makefile": makefile, "server.in": b"#!/bin/sh\necho script\n"}, "server")
        assert outline(result) == {"server": ("other", ("/submission/server",))}
        assert output(result, "server") == "script\n"

    def test_what_it_does_not_build_is_built_without_it(self, box: Box) -> None:
        files = {
            "Makefile": b"server: server.c\n\tgcc -o server server.c\n",
            "server.c": HELLO,
            "client.py": b"1\n",
        }
        result = built(box, files, "server", "client")
        assert outline(result) == {
            "server": ("c", ("/submission/server",)),
            "client": ("python", (*PYTHON, "/submission/client.py")),
        }
        assert result.findings == ()

    def test_a_makefile_that_fails_is_advice_if_the_source_can_be_built(self, box: Box) -> None:
        files = {"Makefile": b"all:\n  spaces\n", "server.c": HELLO}
        result = built(box, files, "server")
        message = "`make` failed: missing separator.  Stop."
        assert findings(result) == [("advice", "", "Makefile", 2, message)]
        assert output(result, "server") == "hello\n"

    @pytest.mark.parametrize(
        ("rule", "message"),
        [
            (b"all:\n\t@exit 3\n", "`make` failed with status 2: make: *** [Makefile:2: all] Error 3"),
            (b"all:\n\ttrue\n", "`make` ended well, but made no program `server`"),
            (b"all:\n\twhile :; do :; done\n", "`make` did not end within 1 s"),
            (b"all:\n\tf() { f | f & }; f; sleep 9\n", "`make` started more and more processes"),
            (b"all:\n\tcat /dev/zero >x; cat /dev/zero >y\n",
             "`make` failed: the disk is full: what is built takes too much space"),
        ],
    )  # fmt: skip
    def test_a_makefile_that_builds_nothing_is_told_how_it_failed(
        self, box: Box, rule: bytes, message: str
    ) -> None:
        result = built(box, {"Makefile": rule}, "server", time_s=1)
        assert findings(result) == [("error", "server", "Makefile", 0, message)]

    def test_an_error_of_the_compiler_is_told_with_its_place(self, box: Box) -> None:
        files = {
            "Makefile": b"server: main.c\n\tgcc -o server main.c\n",
            "main.c": b"int main(void) { return z; }",
        }
        assert [row[:4] for row in findings(built(box, files, "server"))] == [
            ("error", "server", "main.c", 1)
        ]

    def test_programs_and_objects_that_were_handed_in_are_not_used(self, box: Box) -> None:
        binary = built(box, {"server.c": HELLO}, "server").programs["server"].binary
        files = {"Makefile": b"all: server\n", "server": binary, "client.o": binary, "client": binary}
        result = built(box, files, "server", "client")
        assert result.programs == {}
        assert [f.part for f in result.findings] == ["server", "client"]

    def test_too_much_is_told(self, box: Box) -> None:
        files = {"Makefile": b"all:\n\tgcc -o server server.c; truncate -s 100M big\n", "server.c": HELLO}
        message = "the submission and what is built from it have more than 64 MiB"
        assert findings(built(box, files, "server")) == [("error", "server", "", 0, message)]


class TestPython:
    def test_a_role_is_its_file_and_may_import_its_neighbours_and_the_ipc_modules(self, box: Box) -> None:
        files = {"server.py": b"import util, posix_ipc, sysv_ipc\nutil.say()\nexit(0)\n",
                 "util.py": b"def say(): print('said')\n"}  # fmt: skip
        result = built(box, files, "server", instrument=True)
        assert result.programs == {
            "server": Program(role="server", language="python", argv=(*PYTHON, "/submission/server.py"))
        }
        assert output(result, "server") == "said\n"

    def test_c_comes_before_python(self, box: Box) -> None:
        assert outline(built(box, {"server.c": HELLO, "server.py": b"1"}, "server"))["server"][0] == "c"

    @pytest.mark.parametrize(
        ("source", "line", "message"),
        [
            (b"x = 1\ndef f(:\n", 2, "SyntaxError: invalid syntax"),
            (b"if 1:\nx\n", 2, "IndentationError: expected an indented block after 'if' statement on line 1"),
            (b"x = '\xff'\n", 1, "SyntaxError: (unicode error) 'utf-8' codec can't decode byte 0xff in "
             "position 0: invalid start byte"),
            (b"x = 1\n# \xfc\n", 2, "UnicodeDecodeError: b'\\xfc' is no utf-8; a first line `# coding: "
             "latin-1` would say what it is"),
        ],
    )  # fmt: skip
    def test_a_syntax_error_is_told_with_its_place(
        self, box: Box, source: bytes, line: int, message: str
    ) -> None:
        result = built(box, {"server.py": source}, "server")
        assert [(f.part, f.file) for f in result.findings] == [("server", "server.py")]
        assert result.findings[0].message.startswith("`server.py` is no Python program: ")
        if interpreter().endswith("3.11"):
            assert (result.findings[0].line, result.findings[0].message.partition("program: ")[2]) == (
                line,
                message,
            )

    def test_checking_the_syntax_runs_nothing(self, box: Box) -> None:
        result = built(box, {"server.py": b"open('/work/ran', 'w')\n"}, "server")
        assert (list(result.programs), box.read("/work/ran", 1)) == (["server"], None)


class TestMissing:
    def test_it_says_what_was_expected_and_what_was_found(self, box: Box) -> None:
        result = built(box, {"Server.c": MAIN, "lib/x.py": b"", "notes.txt": b""}, "server")
        assert findings(result) == [
            (
                "error",
                "server",
                "",
                0,
                "there is no program `server`: expected `server.c`, `server.py`, or a Makefile that builds "
                "`server`; found `Server.c`, `lib/x.py`",
            )
        ]

    def test_a_compiled_program_is_no_substitute_for_its_source(self, box: Box) -> None:
        result = built(box, {"server": b"\x7fELF...", "readme": b""}, "server")
        message = (
            "`server` was handed in compiled, without its source: expected `server.c`, `server.py`, or a "
            "Makefile that builds `server`"
        )
        assert findings(result) == [("error", "server", "", 0, message)]
        assert result.sources == {"readme": ""}


def test_the_archive_is_what_was_handed_in_and_built(box: Box) -> None:
    result = built(box, {"server.c": MAIN, "data/x": b"1"}, "server")
    entries, _ = archives.unpack(result.archive)
    assert [(entry["name"], entry["mode"]) for entry in entries] == [
        ("data/x", 0o644), ("server", 0o755), ("server.c", 0o644)
    ]  # fmt: skip


def test_a_box_can_be_used_for_one_build_after_the_other(box: Box) -> None:
    built(box, {"server.c": MAIN, "left.c": b"int left;"}, "server")
    result = built(box, {"server.py": b"1\n"}, "server")
    assert [entry["name"] for entry in archives.unpack(result.archive)[0]] == ["server.py"]


def test_the_log_is_cut(box: Box) -> None:
    result = built(box, {"Makefile": b"all:\n\tyes | head -n 1000000\n"}, "server")
    assert 16 << 10 < len(result.log) < 18 << 10


def test_without_namespaces_it_is_the_same() -> None:
    files = {"server.c": HELLO, "client.py": b"print('x')\n", "bad.c": b"int main(void) { return q; }"}
    with Box("full", LimitsConfig()) as one, Box("limits-only", LimitsConfig()) as other:
        full, weaker = (
            built(each, files, "server", "client", "bad", instrument=True) for each in (one, other)
        )
    assert weaker.findings == full.findings
    assert {role: replace(p, binary=b"") for role, p in weaker.programs.items()} == {
        role: replace(p, binary=b"") for role, p in full.programs.items()
    }


def test_each_language_is_one_file() -> None:
    assert [type(executor).__module__.rpartition(".")[2] for executor in executors()] == [
        "make",
        "c",
        "python",
    ]


@pytest.mark.parametrize(
    "content", [b"", b"\x7fELF", b"\x7fELF" + b"\xff" * 100, b"\x7fELF\x02\x01\x01" + bytes(60)]
)
def test_what_is_no_object_file_defines_no_main(content: bytes) -> None:
    assert not defines_main(content)
