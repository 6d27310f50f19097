"""The executive decision pack: pages in the order a meeting needs them, decisions first, every figure traced."""

from sopkit.report.pack.build import executive_pack, pages_of
from sopkit.report.pack.checks import pack_checks
from sopkit.report.pack.inputs import About, Pack, PackInputs

__all__ = ["About", "Pack", "PackInputs", "executive_pack", "pack_checks", "pages_of"]
