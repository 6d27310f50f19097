"""sopkit: a company's Sales & Operations Planning cycle as notebooks, tables and decision packs."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sopkit.run.approved import approved
    from sopkit.run.replaying import replayed
    from sopkit.run.step_view import StepView, start

__version__ = "0.1.0"
__all__ = ["StepView", "__version__", "approved", "replayed", "start"]


def __getattr__(name: str) -> object:
    """Load `sopkit.start`, `sopkit.approved` and `sopkit.replayed` on first use, so that `import sopkit` stays free of pandas."""
    if name in ("start", "StepView"):
        from sopkit.run import step_view

        return getattr(step_view, name)
    if name == "approved":
        from sopkit.run.approved import approved

        return approved
    if name == "replayed":
        from sopkit.run.replaying import replayed

        return replayed
    raise AttributeError(f"module 'sopkit' has no attribute {name!r}")
