"""Films: how the regions change from one network to the next, as in training."""

from linreg.pictures.films.animate import animate

__all__ = ["animate"]
