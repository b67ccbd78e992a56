"""Machine code: proved bounds of a network of rectifiers on a box, in integers."""
