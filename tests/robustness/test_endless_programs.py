"""Linear programs that HiGHS does not solve: nothing hangs, and the counts are the same.

Where near-parallel integer rows are followed by the same activation twice, every hyperplane of the
second layer bounds the cells that it is tested on, and the dual simplex method can cycle for ever.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from program import Copies, finish, start, write
from skewed_rows import REPEATED, Weight, document, regions_of, repeated, skewed

import linreg
from linreg import Network
from linreg.polyhedra import highs as session
from linreg.polyhedra.highs import FarkasSession, Proposal
from linreg.readers.json_network import network_from_json

STRATEGIES = ("highs", "compiled", "auto")

SMALLEST: Weight = [
    [-20434, -873, 46184, 507974],
    [19550, 919, -5482, -60296],
    [-20432, -873, 46140, 507490],
    [-19552, -919, 5526, 60780],
    [19634, 919, -7330, -80622],
    [-20350, -873, 44336, 487648],
    [20348, 873, -44292, -487164],
]
LARGER: Weight = [
    [1, -28362053, 318673, 29003609, 1],
    [-1, 27101813, -304513, -27714855, -1],
    [-1, 28348881, -318527, -28990321, 1],
    [1, -27088639, 304367, 27701567, -1],
    [-1, 27101811, -304513, -27714855, -1],
    [1, -28362051, 318673, 29003609, 1],
    [1, -27088819, 304367, 27701567, 1],
    [1, -28348879, 318527, 28990321, -1],
]
SLOWER: Weight = [
    [-83, 1, -870217, -4351084, -11086],
    [83, -1, 178973, 894864, 2280],
    [-81, 1, 870217, 4351086, 11086],
    [81, -1, -153383, -766916, -1954],
    [81, -1, -895807, -4479034, -11412],
    [-81, 1, 895807, 4479036, 11412],
    [81, -1, -895807, -4479034, -11412],
    [83, -1, 153383, 766916, 1954],
]


def test_the_smallest_network_on_which_the_dual_simplex_method_cycles_has_72_regions() -> None:
    """72 by the double description method, and by deletion and restriction."""
    assert regions_of(SMALLEST) == 72


CYCLING = [(SMALLEST, REPEATED[0]), (LARGER, REPEATED[3]), (SLOWER, REPEATED[2])]

COUNT_ALL = """
import sys
from program import linreg
strategy, *networks = sys.argv[1:]
for network in networks:
    done = linreg("count", network, "--strategy", strategy, "--json")
    print(done.json["activation_regions"])
"""


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copies]:
    made = Copies("import program, linreg.cli.counting", tmp_path_factory.mktemp("copies"))
    yield made
    made.close()


@pytest.mark.skipif(sys.platform == "win32", reason="processes are copied by POSIX")
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_command_ends_where_the_dual_simplex_method_cycles(
    strategy: str, copies: Copies, tmp_path: Path
) -> None:
    """In a process of its own, which can be ended if it does not."""
    networks = [
        write(tmp_path / f"{i}.json", document(weight, activations))
        for i, (weight, activations) in enumerate(CYCLING)
    ]
    done = copies.run(COUNT_ALL, strategy, *networks)
    assert [*map(int, done.out.split())] == [regions_of(weight) for weight, _ in CYCLING], done


@pytest.mark.parametrize("strategy", ["highs", "compiled"])
@pytest.mark.parametrize("seed", range(60))
def test_an_activation_repeated_adds_no_region_to_skewed_rows(seed: int, strategy: str) -> None:
    net = network_from_json(repeated(seed))
    assert linreg.count_regions(net, strategy=strategy) == regions_of(skewed(seed))


def small() -> Network:
    return network_from_json(document(SMALLEST, REPEATED[0]))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_solver_that_always_reaches_its_limit_changes_no_count(
    strategy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "AT_A_TIME", 0)
    asked = FarkasSession()
    asked.load(np.eye(2), np.ones(2), reach=2)
    assert asked.propose(np.array([1.0, 1.0]), np.inf) is None
    assert linreg.count_regions(small(), strategy=strategy) == 72


@pytest.mark.parametrize("garbage", ["nothing", "nonsense", "not a number"])
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_solver_that_answers_with_garbage_changes_no_count(
    strategy: str, garbage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)

    def propose(self: FarkasSession, target: np.ndarray, bound: float) -> Proposal | None:
        if garbage == "nothing":
            return None
        step = rng.normal(size=len(target)) * (np.nan if garbage == "not a number" else 1e6)
        basis = rng.permutation(self._rows)[: len(target)].tolist()
        return Proposal(float(rng.normal()), step, basis)

    monkeypatch.setattr(FarkasSession, "propose", propose)
    assert linreg.count_regions(small(), strategy=strategy) == 72


def test_a_session_that_gave_up_answers_the_next_question() -> None:
    """The least x + y of the unit square, after a program that had no iterations to spend."""
    normals = np.vstack([np.eye(2), -np.eye(2)])
    asked = FarkasSession()
    asked.load(normals, np.array([0.0, 0.0, 1.0, 1.0]), reach=2)
    highs = asked._highs
    highs.setOptionValue("simplex_iteration_limit", 0)
    for _ in range(3):
        assert asked.propose(np.array([-1.0, -1.0]), np.inf) is None
    highs.setOptionValue("simplex_iteration_limit", session.AT_A_TIME)
    proposal = asked.propose(np.array([-1.0, -1.0]), np.inf)
    assert proposal is not None
    assert proposal.value == pytest.approx(2)


def test_a_program_that_is_solved_in_many_calls_has_the_same_optimum(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(1)
    normals, slacks, target = rng.normal(size=(60, 8)), rng.uniform(1, 2, 60), rng.normal(size=8)
    whole = FarkasSession()
    whole.load(normals, slacks, reach=8)
    at_once = whole.propose(target, np.inf)
    monkeypatch.setattr(session, "AT_A_TIME", 4)
    parts = FarkasSession()
    parts.load(normals, slacks, reach=8)
    in_parts = parts.propose(target, np.inf)
    assert at_once is not None
    assert whole._highs.getInfo().simplex_iteration_count > 4
    assert in_parts is not None
    assert in_parts.value == pytest.approx(at_once.value)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_an_interrupt_ends_the_process_while_programs_cycle(tmp_path: Path) -> None:
    """Hyperplanes enough for hours, and no program that is solved at its first limit."""
    weight = [[a + b for a, b in zip(*pair, strict=True)] for pair in product(LARGER, repeat=2)]
    network = write(tmp_path / "network.json", document(LARGER + weight, REPEATED[3]))
    cycling = "from linreg.polyhedra import highs; highs.AT_A_TIME = 4"
    process = start("count", network, "--strategy", "highs", prelude=cycling, announce=True)
    time.sleep(1)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    done = finish(process)
    assert done.code == 3
    assert done.said.startswith("interrupted")
