"""Exit codes."""

DONE, REFUTED, MISTAKE, STOPPED = 0, 1, 2, 3
"""Done; the answer is negative; a mistake or a bad file; interrupted or a limit reached."""
