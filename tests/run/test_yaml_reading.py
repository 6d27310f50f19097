import pytest

from sopkit.errors import ParamsError
from sopkit.run.yaml_reading import read_yaml


def read(tmp_path, text):
    path = tmp_path / "params.yaml"
    path.write_text(text, encoding="utf-8")
    return read_yaml(path)


@pytest.mark.parametrize(
    "word", ["NO", "off", "0123", "1_000", "12:30", "2026-03", "2026-03-01", "1e3", "007", ".5", "0x1F", "Null", "TRUE"]
)
def test_strings_stay_strings(tmp_path, word):
    assert read(tmp_path, f"key: {word}\n")[0] == {"key": word}


@pytest.mark.parametrize(
    ("word", "value"),
    [("true", True), ("false", False), ("12", 12), ("-3", -3), ("1.5", 1.5), ("2.5e3", 2500.0), ("~", None), ("null", None), ("", None)],
)
def test_plain_values_have_their_type(tmp_path, word, value):
    content = read(tmp_path, f"key: {word}\n")[0]["key"]
    assert content == value
    assert type(content) is type(value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\nb: 2\na: 3\n", "on lines 1 and 3"),
        ("a: &x 1\nb: *x\n", "alias"),
        ("a: !!python/object/apply:os.system ['true']\n", "line 1"),
        ("a: [1,\nb: 2\n", "line"),
        ("- 1\n", "a mapping"),
        ("", "a mapping"),
    ],
)
def test_what_is_refused_says_where(tmp_path, text, told):
    with pytest.raises(ParamsError, match=told):
        read(tmp_path, text)


def test_a_missing_file_names_its_neighbours(tmp_path):
    (tmp_path / "demo.yaml").write_text("a: 1\n")
    with pytest.raises(ParamsError, match="There are: demo"):
        read_yaml(tmp_path / "dmeo.yaml")


def test_lines_of_nested_keys_are_known(tmp_path):
    _, lines = read(tmp_path, "a:\n  b: 1\n  c:\n    - x\n    - y\n")
    assert lines[("a", "b")] == 2
    assert lines[("a", "c", "1")] == 5
