"""The compiled explorer: cells are split in machine code, and doubts are settled exactly.

This is a guide for whoever wants to know whether the kernel is right. Its functions are Python that
numba compiles; the tests also run them uncompiled.

What is trusted, and why
------------------------
The kernel splits the same tree of cells as `linreg.explore.subdivision`, with floats. What it says
of a cell rests on bounds that account for every rounding:

- a cell *is not empty* because a point is certainly inside it (`maps.affine_maps.inside`), or, in
  the plane, because generators of its closed parent are certainly on both sides of the line that
  made it (`plane.signs.compare`), or, of three and four inputs, corners of the form that did
- a form *does not cut* a cell because multipliers prove it (`proofs.multipliers.proves`), or, in
  the plane, because it has one sign at all generators, or, of three and four inputs, at all corners
  (`polytopes.cells`), each of which is known up to its error (`polytopes.crossing`,
  `polytopes.solving`)
- a candidate *wins nowhere* in a polygon because it is below another one at all generators, by its
  rows (`plane.lines.is_below`) or by the line of their difference (`plane.signs.find_signs`)
- a row *is what it was* in the cell before because each output that it reads is
  (`maps.composing.compose`, which `data.tables` tells the readers of each output)
- that a form *cuts* needs no proof of its own: both parts of a split are taken up, and an empty one
  is not taken for a cell
- everything else is a *doubt*: the cell leaves the kernel, and `bridge` decides it in integers, of
  cells of few inputs in `generators.cutting`, where no number is ever rounded

A certificate that machine code writes is checked by others, but not by itself. So that it will be
accepted, hyperplanes are numbered where their forms certainly are no multiples of each other
(`proofs.hyperplanes`), and candidates where they certainly differ or are the same
(`proofs.candidates`); rows are named that certainly are a basis (`proofs.bases`), and a point is
rounded as long as it is certainly inside; what is left is a doubt.

Two rooms answer other questions than which regions there are, by bounds of their own:

- `line` says what a segment crosses only where every sign at the ends of every interval is certain
  up to the error of its row (`line.forms`, `line.crossings.side`); a segment of which it is not
  certain is swept in integers by `linreg.lines.exact_sweep`
- `bounds` walks linear forms back through rectifiers on a box, in integers, where every rounding is
  made against what is claimed, and slopes may be any (`bounds.walk`); a sum that would leave its
  range gives no bound

So these are trusted: IEEE 754 arithmetic, and that numba neither fuses nor reorders it, which is
tested; the tables (`data.tables`); `data.roundoff`; the functions just named, with what they call.
These are not, since what they say is proved or ends as a doubt: the simplex method
(`simplex.program`), the inverse and the determinant of a basis, the points of a cell, the bits
`SEEN`, the order of splitting.

The order to read in
--------------------
1. `data.roundoff`: the bounds on roundings, each with its derivation.
2. `data.flags`, `data.outcomes`: the names of all marks and answers.
3. `data.tables`: a network and a domain as floats with error bounds.
4. `maps.affine_maps`, `maps.composing`: rows of a stage as forms of the input, with error bounds;
   the error bound of a composite map is derived in `maps.composing`.
5. `data.work`: the memory, a node of the tree, the goal of a proof.
6. `simplex.points`, `simplex.program`, `simplex.forms`, `simplex.contests`: which forms cut a cell,
   which candidates win in it, and its parts.
7. `proofs.spans`, `proofs.multipliers`: why a form does not cut.
8. `simplex.cell_tree`: the tree, from which all of the above is called.
9. `data.polygons`, `plane.signs`, `plane.lines`, `plane.clipping`, `plane.cuts`,
   `plane.polygon_tree`: the same for one and two inputs, where cells are polygons.
10. `data.polytopes`, `polytopes.solving`, `polytopes.crossing`, `polytopes.building`,
    `polytopes.cells`: the same for three and four inputs, where cells have few corners.
11. `generators.words`, `generators.memory`, `generators.cutting`: cells of which floats are not
    sure, split exactly by their generators, in integers of many words;
    `bridge.word_generators`, `bridge.word_cells`, `bridge.exact_cells`, `bridge.exploration`,
    `bridge.explorer`: what settles doubts.
12. `data.telling`, `proofs.hyperplanes`, `proofs.bases`, `proofs.writing`,
    `proofs.whole_multipliers`, `proofs.candidates`, `proofs.known_regions`, `proofs.vertices`,
    `proofs.telling_exactly`, `proofs.proving`: certificates.
13. `outlines`: regions that are known as shapes; `adjacency`: which of them share a facet.
14. `line.roundoff`, `line.data`, `line.forms`, `line.crossings`, `line.sweep`: the regions along
    segments.
15. `bounds.units`, `bounds.tables`, `bounds.walk`: bounds of outputs on boxes; `bounds.leaf_rows`:
    the programs of leaves.
16. `data.contiguous`, `data.frames`, `parts`, `machine`: how all this becomes machine code.

Letters
-------
- t, w: the tables; the work memory, of parts maps, halfspaces, p (program), proof, tree, plane and
  c (polytopes)
- n: the dimension, that of the input and in programs one more for the lead of a candidate
- m: rows of a linear program, or half-spaces of a region
- k: an input; in `proofs`, the size of the support; in `plane`, a generator
- s, u: a stage; a unit, and in the formulas of `line` a place on the interval
- f, r, q: a form (a breakpoint of a unit); a row; another row, its rival
- o, e: an output of a stage; a term of a row
- x, y: a point; in `plane` with w, homogeneous coordinates
- a, b, c: coefficients; i, j: anything else that is counted

A *form* is an affine function of the input whose sign is asked for; a *goal* is one turned so that
it is positive at the cell's point; a *claim* is a goal that is left in doubt; `at` is where in an
array something begins. A number `a` always stands for exact numbers within its `a_error`.
"""
