"""Where the templates of the suite stand: beside the package, or under the folder that SOPKIT_ROOT names."""

import os
from pathlib import Path

ROOT = Path(os.environ.get("SOPKIT_ROOT") or Path(__file__).resolve().parents[2])
TEMPLATES = ROOT / "templates"
FONTS = TEMPLATES / "fonts"
