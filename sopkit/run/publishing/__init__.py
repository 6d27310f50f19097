"""Publication: what of a run goes out, to whom, in which version, final or draft."""
