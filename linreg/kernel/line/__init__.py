"""Machine code: the regions along segments, with a bound on every rounding."""
