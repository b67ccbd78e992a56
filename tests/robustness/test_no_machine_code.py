"""Where there is no machine code, one warning says so, and the count is the same."""

from __future__ import annotations

import pytest
from program import python

COUNT = """
import sys, warnings
{without}
import linreg
net = linreg.mlp([([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [0, 0, 0])])
with warnings.catch_warnings(record=True) as heard:
    warnings.simplefilter("always")
    found = [linreg.count(net, strategy="compiled") for _ in range(2)]
print([(each.regions, each.strategy) for each in found], [str(each.message) for each in heard])
"""

MISSING = 'sys.modules["numba"] = None'

NOWHERE = """
from numba.core import caching
caching.CacheImpl._locator_classes = []
"""


@pytest.mark.parametrize("without", [MISSING, NOWHERE])
def test_without_numba_or_a_folder_to_keep_it_in_one_warning_is_given(without: str) -> None:
    done = python(COUNT.format(without=without))
    assert done.code == 0
    assert done.out.startswith("[(8, 'highs'), (8, 'highs')] [\"there is no machine code, so ")
    assert done.out.count("there is no machine code") == 1
