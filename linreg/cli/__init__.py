"""The command line."""

from linreg.cli.app import main

__all__ = ["main"]
