"""Films: how the regions change from one network to the next, as in training."""

from linreg.pictures.films.animate import (
    LEAST_SECONDS,
    MOST_SECONDS,
    MOVIES,
    animate,
    check_film_path,
)

__all__ = ["LEAST_SECONDS", "MOST_SECONDS", "MOVIES", "animate", "check_film_path"]
