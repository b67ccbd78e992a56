"""Between machine code and exact arithmetic: calls, doubts, and what settles them."""
