"""Asking people for the demand review: one form per owner, and what their answers become."""
