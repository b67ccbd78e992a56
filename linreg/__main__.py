"""The command line, as `python -m linreg`."""

from linreg.cli import main

if __name__ == "__main__":
    main()
