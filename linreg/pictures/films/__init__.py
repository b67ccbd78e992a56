"""Films: how the regions change from one network to the next, as in training."""

from linreg.pictures.films.animate import (
    LONGEST,
    MOVIES,
    SHORTEST,
    animate,
    check_film_path,
)

__all__ = ["LONGEST", "MOVIES", "SHORTEST", "animate", "check_film_path"]
