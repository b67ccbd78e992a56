"""Problems: a network and a domain in integers, and the stages on a cell.

Here belongs what every explorer and every question about a region share: the problem, a stage of
units as affine forms on a cell of the stages before, and the rows of a region. Nothing here
explores. Read `problem` first, then `integer`, `stage_on_cell`, and `region_rows`.
"""

from linreg.problem.problem import Problem, problem_of
from linreg.problem.region_rows import Boundaries, Boundary
from linreg.problem.stages_on_regions import MapsOnRegions, StagesOnRegions

__all__ = ["Boundaries", "Boundary", "MapsOnRegions", "Problem", "StagesOnRegions", "problem_of"]
