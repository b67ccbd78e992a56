"""The compiled explorer: cells are split in machine code, and doubts are settled exactly."""
