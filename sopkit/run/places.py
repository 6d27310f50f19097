"""Where things are: the suite, the reports tree, the real data. Three environment variables move them."""

import os
from pathlib import Path


def suite_root() -> Path:
    """The folder with notebooks/, params/ and templates/: `SOPKIT_ROOT`, else the parent of the package."""
    return Path(os.environ.get("SOPKIT_ROOT") or Path(__file__).resolve().parents[2])


def reports_root() -> Path:
    """The reports tree: `SOPKIT_REPORTS`, else reports/ of the suite."""
    return Path(os.environ.get("SOPKIT_REPORTS") or suite_root() / "reports")


def data_root() -> Path:
    """Real data that is not part of the suite: `SOPKIT_DATA`, else ../shared/data beside the suite."""
    return Path(os.environ.get("SOPKIT_DATA") or suite_root().parent / "shared" / "data")


def params_file(company: str) -> Path:
    """The params file that a company's name, or a path, means."""
    given = Path(company)
    return given if given.suffix in (".yaml", ".yml") else suite_root() / "params" / f"{company}.yaml"


def notebook_file(name: str) -> Path:
    """A notebook of the suite."""
    return suite_root() / "notebooks" / name
