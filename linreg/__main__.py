"""The command line, as `python -m linreg`."""

from linreg_start import main

if __name__ == "__main__":
    main()
