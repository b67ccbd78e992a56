"""
Verify a small controller
=========================

A cart on a line has a position and a speed, and a network says how hard to push. Does it stay
within its limits, for every start in a box? Each answer is a proof, or a start that is replayed.
"""

# %%
# The controller and the plant
# ----------------------------
#
# Weights are fractions, so that everything below can be checked by hand. The force is
# -p/2 - v, limited to between -1 and 1 by two rectifiers.

from fractions import Fraction

import linreg

controller = linreg.mlp(
    [([["-1/2", -1], ["-1/2", -1]], [1, -1])],  # relu(u + 1) - relu(u - 1) - 1, u = -p/2 - v
    readout=([[1, -1]], [-1]),
)
start = linreg.Box([-2, -1], [2, 1])
[force] = linreg.output_range(controller, start)
assert (force.lowest.value, force.highest.value) == (-1, 1)
print("the force lies between", force.lowest.value, "and", force.highest.value)

# %%
# One step, and five
# ------------------
#
# After a tenth of a second the position is p + v/10 and the speed v + u/10. ``closed_loop`` composes
# controller and plant for as many steps as wanted, into one network.

step = Fraction(1, 10)
plant = [[1, step], [0, 1]], [[0], [step]]
loop = linreg.closed_loop(controller, *plant, steps=5)
position, speed = linreg.output_range(loop, start)
print("position after five steps:", float(position.lowest.value), float(position.highest.value))
print("speed after five steps:   ", float(speed.lowest.value), float(speed.highest.value))

# %%
# A property that holds
# ---------------------
#
# *Unsafe* is a set of outputs; here a position of at least 5/2. ``verify`` looks for a start that
# leads there, and proves that there is none.

unsafe = linreg.Polytope([[-1, 0]], ["-5/2"])
holds = linreg.verify(loop, inputs=start, unsafe=unsafe)
assert holds.verdict == "holds"
holds.verdict

# %%
# And one that does not
# ---------------------

unsafe = linreg.Polytope([[-1, 0]], [-2])
found = linreg.verify(loop, inputs=start, unsafe=unsafe)
assert found.verdict == "violated"
print(found.verdict, found.counterexample, "by", found.slack)

# %%
# How far a decision is from turning
# ----------------------------------
#
# The Lipschitz constant of the controller is exact too, and so is the distance from a state to the
# next one in which the network of the iris data decides otherwise.

assert linreg.lipschitz(controller).exact == Fraction(3, 2)
iris = linreg.load("../iris-2d.json")
flower = linreg.robustness(iris, [0.5, 0.25])
print("class", flower.label, "until a coordinate changes by", float(flower.flip.exact))

# %%
# The cart's plane, cut by five steps of the loop
# -----------------------------------------------

ax = linreg.plot_regions(loop, domain=start)
