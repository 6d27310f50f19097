"""The project's own files: the lock, conda's environment, the floors that the documents promise."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
NAMED = ("jupyterlab", "papermill", "nbconvert", "pandas", "sktime", "seaborn", "jinja2", "nbval")


def locked_names():
    return set(re.findall(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^\]]*\])?==", (ROOT / "requirements.lock").read_text(), re.M))


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_named_packages_stand_in_the_lock():
    assert locked_names().issuperset(NAMED)


def test_every_requirement_of_every_extra_stands_in_the_lock(project):
    requirements = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    names = {re.match(r"[A-Za-z0-9._-]+", line)[0].lower().replace("_", "-") for line in requirements}
    assert names <= {name.replace("_", "-") for name in locked_names()}
    assert set(project["optional-dependencies"]) == {"ml", "cluster", "postgres", "dev"}


def test_lock_holds_hashes_and_no_addresses():
    lock = (ROOT / "requirements.lock").read_text()
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", lock)
    blocks = re.split(r"\n(?=[a-z0-9])", lock.strip())
    assert all("--hash=sha256:" in block for block in blocks)


def test_conda_environment_has_the_locks_python_and_nothing_of_its_own(project):
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    plain = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    assert plain == ["python=3.11", "pango", "pip"]
    assert environment["dependencies"][-1] == {"pip": ["-r requirements.lock"]}
    assert project["requires-python"] == ">=3.11,<3.14"


def test_reports_are_not_tracked():
    tracked = subprocess.run(["git", "ls-files", "reports"], cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode:
        pytest.skip("not a git checkout")
    assert tracked.stdout.split() == ["reports/README.md"]


def test_every_make_target_of_the_readme_exists():
    targets = set(re.findall(r"^([a-z_]+):", (ROOT / "Makefile").read_text(), re.M))
    for document in ("README.md", "CONTRIBUTING.md"):
        assert set(re.findall(r"(?:^|`|run: )make ([a-z_]+)", (ROOT / document).read_text(), re.M)) <= targets


def test_the_data_dictionary_is_that_of_the_contracts():
    from sopkit.data.dictionary import data_dictionary, data_dictionary_sv
    from sopkit.report.language import language_of

    assert (ROOT / "docs" / "data_dictionary.md").read_text() == data_dictionary(), "run: make dictionary"
    assert (ROOT / "docs" / "data_dictionary.sv.md").read_text() == data_dictionary_sv(language_of("sv").text), "run: make dictionary"


def test_the_package_names_no_company():
    companies = {path.stem for path in (ROOT / "params").glob("*.yaml")} - {"process", "demo"}
    for path in (ROOT / "sopkit").rglob("*.py"):
        text = path.read_text().lower()
        assert not [name for name in companies if name in text or name.replace("_", " ") in text], path


def test_the_table_of_faults_names_tests_that_are_there() -> None:
    told, file, missing = (ROOT / "docs" / "faults.md").read_text(), "", []
    for module, name in re.findall(r"`((?:[\w/]+\.py)?)(?:::)?(test_\w+|)`", told):
        file = module or file
        path = ROOT / "tests" / file
        if not path.is_file() or (name and f"def {name}(" not in path.read_text()):
            missing.append(f"{file}::{name}")
    assert missing == [] and told.count("| `") > 30
