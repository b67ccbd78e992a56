"""Cells that know their generators, in machine code over integers of many words."""
