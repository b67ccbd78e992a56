"""Units of the integers of walks: how many binary places they have."""

POINT = 31
"""Of bounds, biases and constants, where pre-activations are normalised to 1 in size."""

FINE = 14
"""More places, that bounds of what is asked have."""

GRID = 31
"""Of the ends of boxes, whose root is [-1, 1] in each coordinate; at least `POINT`."""

SLOPE = 16
"""Of the slopes of upper lines, and of multipliers."""

GUIDE = 24
"""Of multipliers as they are written down."""
