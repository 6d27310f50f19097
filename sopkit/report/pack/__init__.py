"""The packs: pages in the order a meeting needs them, every figure traced."""

from sopkit.report.pack.build import KINDS, written_pack, written_packs
from sopkit.report.pack.checks import pack_checks
from sopkit.report.pack.inputs import About, Pack, PackInputs

__all__ = ["KINDS", "About", "Pack", "PackInputs", "pack_checks", "written_pack", "written_packs"]
