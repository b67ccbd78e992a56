"""The arrays that machine code reads and writes: a network, the path to a cell, polygons."""
