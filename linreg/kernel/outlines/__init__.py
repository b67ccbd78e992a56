"""The regions of an enumeration as shapes, from the tree that their patterns make."""
