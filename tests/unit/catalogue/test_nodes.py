"""Reading YAML: what scalars mean, where nodes stand, what is refused."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example as explicit
from hypothesis import given
from hypothesis import strategies as st

from grader.catalogue.nodes import NODES_MAX, SIZE_MAX, parse, read_file, resolve
from grader.catalogue.tree import ListNode, MapNode, ScalarNode, Unclear, at, members, texts
from grader.model.errors import CatalogueError, Problem


def refusal(data: bytes) -> list[str]:
    with pytest.raises(CatalogueError) as caught:
        parse(data, "x.yaml")
    return [f"{each.line}:{each.column} {each.message}" for each in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("-3", -3),
        ("+5", 5),
        ("0", 0),
        ("0x10", 16),
        ("0o17", 15),
        ("2.50", 2.5),
        (".5", 0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        ("true", True),
        ("FALSE", False),
        ("", None),
        ("~", None),
        ("Null", None),
        ("no", "no"),
        ("Yes", "Yes"),
        ("on", "on"),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("2024-01-01", "2024-01-01"),
        ("0b1", "0b1"),
        ("=", "="),
        ("-", "-"),
        ("0600", Unclear("0600")),
        ("00", Unclear("00")),
        ("01.5", Unclear("01.5")),
        ("1e999", Unclear("1e999")),
        (".inf", Unclear(".inf")),
        ("-.INF", Unclear("-.INF")),
        (".NaN", Unclear(".NaN")),
        ("9" * 30, Unclear("9" * 30)),
        ("0x" + "f" * 20, Unclear("0x" + "f" * 20)),
    ],
)
def test_plain_scalar_means_what_yaml_1_2_says(text: str, value: Any) -> None:
    assert (resolve(text), type(resolve(text))) == (value, type(value))


def test_quoted_scalar_is_always_text() -> None:
    document = parse(b'["3", \'true\', "", "0600"]', "x.yaml")
    assert document.root.plain() == ["3", "true", "", "0600"]


def test_block_scalar_is_text() -> None:
    assert parse(b"a: |\n  3\nb: >\n  true\n", "x.yaml").root.plain() == {"a": "3\n", "b": "true\n"}


def test_nodes_remember_where_they_stand() -> None:
    document = parse(b"a: 1\nb:\n  - x\n  - {c: y}\n", "x.yaml")
    places = {
        "root": document.root,
        "a": at(document.root, "a"),
        "b": at(document.root, "b"),
        "x": at(document.root, "b", 0),
        "y": at(document.root, "b", 1, "c"),
    }
    assert {name: (node.line, node.column) for name, node in places.items() if node is not None} == {
        "root": (1, 1),
        "a": (1, 4),
        "b": (3, 3),
        "x": (3, 5),
        "y": (4, 9),
    }


def test_missing_value_stands_at_its_key() -> None:
    node = at(parse(b"first: 1\nsecond:\n", "x.yaml").root, "second")
    assert node == ScalarNode(line=2, column=1, value=None, text="")


def test_lines_are_counted_as_the_parser_counts_them() -> None:
    document = parse("a: 1\r\nb: \u2028  x\rc: *y".encode().replace(b"*y", b"y"), "x.yaml")
    assert document.source.lines == ("a: 1", "b: ", "  x", "c: y")
    node = at(document.root, "c")
    assert node is not None
    assert str(document.source.at(node, "here")) == "x.yaml:4:4: here\n    c: y\n       ^"


def test_byte_order_mark_is_no_part_of_the_text() -> None:
    assert parse(b"\xef\xbb\xbfa: 1", "x.yaml").root.plain() == {"a": 1}


def test_alias_repeats_a_value_with_its_place() -> None:
    root = parse(b"a: &x [1]\nb: *x\n", "x.yaml").root
    assert root.plain() == {"a": [1], "b": [1]}
    assert at(root, "b") == at(root, "a")


def test_anchor_can_be_given_again() -> None:
    assert parse(b"[&x 1, *x, &x 2, *x]", "x.yaml").root.plain() == [1, 1, 2, 2]


def test_first_of_two_equal_keys_counts() -> None:
    document = parse(b"a: 1\na: 2\n", "x.yaml")
    assert document.root.plain() == {"a": 1}
    message = "the key `a` stands twice; the first is on line 1"
    assert document.problems == (Problem("x.yaml", 2, 1, message, "a: 2"),)


def test_plain_values_can_be_looked_up_in_sets() -> None:
    """The models' validators do so with whatever stands in the file."""
    plain = parse(b"[[1], {a: 1}]", "x.yaml").root.plain()
    assert set(plain) & {"x", "y"} == set()


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"# only a comment\n", b"---\n", b"---\n...\n", b"null\n", b"~"]
)
def test_empty_file_is_refused_or_an_empty_mapping(data: bytes) -> None:
    assert refusal(data) == ["0:0 the file is empty"]
    assert parse(data, "x.yaml", empty_ok=True).root == MapNode(line=1, column=1)


def test_refuses_what_is_not_utf_8_with_its_place() -> None:
    assert refusal(b"a: 1\nb: caf\xe9\n") == [
        "2:7 the byte 0xe9 is not UTF-8 here; save the file in the encoding UTF-8"
    ]
    assert refusal("a: 1".encode("utf-16")) == [
        "1:1 the byte 0xff is not UTF-8 here; save the file in the encoding UTF-8"
    ]


def test_refuses_control_characters_with_their_place() -> None:
    assert refusal(b"a: 1\nb: x\0y\n") == [
        '2:5 the control character U+0000 stands here; in double quotes it is written "\\x00"'
    ]
    assert refusal("a: \ufffe".encode()) == [
        '1:4 the control character U+FFFE stands here; in double quotes it is written "\\ufffe"'
    ]


def test_refuses_a_file_that_is_too_big() -> None:
    assert refusal(b"#" * (SIZE_MAX + 1)) == [
        "0:0 the file is bigger than 1024 KiB; no exercise needs that much"
    ]
    assert refusal(b"#" * SIZE_MAX) == ["0:0 the file is empty"]


def test_refuses_too_many_values() -> None:
    assert refusal(b"[" + b"1," * (NODES_MAX + 1) + b"]") == [
        f"1:1 there are more than {NODES_MAX} values here, each use of an alias (`*name`) counted"
    ]
    wide = ("a: &a [" + "1," * 300 + "]\nb: {" + ", ".join(f"k{i}: *a" for i in range(500)) + "}").encode()
    assert refusal(wide) == [
        f"2:4 there are more than {NODES_MAX} values here, each use of an alias (`*name`) counted"
    ]


@pytest.mark.parametrize("opening", [b"[", b"{a: ", b"- ", b"? ", b"[{? "])
def test_refuses_deep_nesting_quickly(opening: bytes) -> None:
    assert "lists and mappings are nested more than 50 deep here" in refusal(opening * 100_000)[0]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"%YAML 2.0\n---\na: 1", "1:1 only YAML 1 can be read; the `%YAML` line is not needed"),
        (
            b"%YAML 1" + b"1" * 5000 + b".1\n---\na",
            "the number of an escape or a version here is far too big",
        ),
        (b"a: *", "1:5 a name is missing here; a text that begins with `*`, `&` or `%` needs quotes"),
        (b"a: [", "a value is missing here; check the brackets above"),
        (b"a: 'x", "1:4 this quote is never closed"),
        (b'a: "x\n--- y"', "1:4 this quote is never closed"),
        (b"a: `x`", "1:4 a text cannot begin with ```; write it in quotes"),
        (b"a: [1, 2", "the bracket that opens on line 1 is not closed: a `,` or `]` is missing before this"),
        (b"a: {b: 1", "the bracket that opens on line 1 is not closed: a `,` or `}` is missing before this"),
        (b"a: - b", "1:4 a list entry (`- `) cannot stand here; begin it on a line of its own"),
        (b'"\\x4"', "the escape is cut short; write `\\\\` for a backslash, or use single quotes"),
        (b"a: 1\n...\nb: 2\n", "this stands outside of everything above; check the indentation"),
        (b"a: 1\n---\nb: 2\n", "2:1 a second document begins here"),
        (b"a: !x y", "1:4 tags"),
    ],
)
def test_refuses_what_is_no_yaml_in_plain_words(data: bytes, message: str) -> None:
    try:
        problems = parse(data, "x.yaml").problems
    except CatalogueError as error:
        problems = tuple(error.problems)
    assert message in f"{problems[0].line}:{problems[0].column} {problems[0].message}"


def test_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    for path, reason in ((tmp_path / "none.yaml", "No such file or directory"), (tmp_path, "Is a directory")):
        with pytest.raises(CatalogueError) as caught:
            read_file(path)
        assert str(caught.value) == f"{path}: the file cannot be read: {reason}"


def test_long_lines_are_cut_and_far_columns_go_without() -> None:
    source = parse(b"a: " + b"x" * 300, "x.yaml").source
    assert source.problem(1, 4, "m").excerpt == "a: " + "x" * 157 + " ..."
    assert source.problem(1, 200, "m").excerpt == ""
    assert source.problem(7, 1, "m").excerpt == ""


def test_walking_the_tree() -> None:
    root = parse(b"{a: [x, 1, {b: y}], c: z}", "x.yaml").root
    assert [node.text for node in texts(root)] == ["x", "y", "z"]
    assert [type(node) for node in members(root)] == [MapNode]
    assert [type(node) for node in members(at(root, "a"))] == [ScalarNode, ScalarNode, MapNode]
    assert list(members(None)) == []
    assert (at(root, "a", 3), at(root, "a", "b"), at(root, "c", "d"), at(None)) == (None, None, None, None)
    assert isinstance(at(root, "a"), ListNode)


@given(st.one_of(st.binary(max_size=60), st.text(max_size=60).map(str.encode)))
@explicit(b'"\\UFFFFFFFF"')
@explicit(b"!%FF x")
@explicit(b"&a *a")
@explicit(b"? ? ?")
def test_arbitrary_bytes_raise_nothing_but_catalogue_errors(data: bytes) -> None:
    try:
        parse(data, "x.yaml").root.plain()
    except CatalogueError as error:
        assert error.problems
        str(error).encode()


@given(st.text(alphabet="ab01:-[]{},#&*!|>'\"%@`?.~\n \t\\", max_size=80))
def test_texts_of_signs_raise_nothing_but_catalogue_errors(text: str) -> None:
    try:
        parse(text.encode(), "x.yaml").root.plain()
    except CatalogueError as error:
        assert error.problems
