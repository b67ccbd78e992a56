"""Integer rows and generators as machine code has them: by words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import ceil, log2
from typing import NamedTuple, overload

import numpy as np
from flint import fmpz

from linreg.polyhedra import IntegerRow
from linreg.polyhedra.splitting import Generator
from linreg.rational import primitive


class RowWords(NamedTuple):
    """Integer rows, by words; their bits are those of the longest entry of each."""

    sizes: np.ndarray  # (rows, columns, words) absolute values
    negative: np.ndarray  # (rows, columns)
    lengths: np.ndarray  # (rows, columns) words in use
    bits: np.ndarray  # (rows,)

    @classmethod
    def of(cls, rows: Sequence[IntegerRow], columns: int) -> RowWords:
        """The words of integer rows."""
        entries = [int(entry) for row in rows for entry in row]
        lengths = np.array([entry.bit_length() for entry in entries], dtype=np.int64)
        lengths = lengths.reshape(len(rows), columns)
        words = max(1, -(-int(lengths.max(initial=0)) // 64))
        sizes = words_of([abs(entry) for entry in entries], words)
        negative = np.array([entry < 0 for entry in entries], dtype=np.int64)
        return cls(
            sizes.reshape(len(rows), columns, words),
            negative.reshape(len(rows), columns),
            -(-lengths // 64),
            lengths.max(axis=1, initial=1),
        )

    @classmethod
    def joined(cls, *parts: RowWords) -> RowWords:
        """Rows of several kinds, one after another."""
        n, columns = sum(len(part.bits) for part in parts), parts[0].sizes.shape[1]
        words = max(part.sizes.shape[2] for part in parts)
        sizes, at = np.zeros((n, columns, words), dtype=np.uint64), 0
        for part in parts:
            end = at + len(part.bits)
            sizes[at:end, :, : part.sizes.shape[2]] = part.sizes
            at = end
        rest = (np.concatenate(each) for each in list(zip(*parts, strict=True))[1:])
        return cls(sizes, *rest)

    def some(self, which: Sequence[int], positive: int) -> RowWords:
        """Some of the rows, as they are where their bit is set, and else turned about."""
        turned = np.array([[positive >> row & 1 ^ 1] for row in which], dtype=np.int64)
        some = list(which)
        return RowWords(
            self.sizes[some],
            self.negative[some] ^ turned.reshape(-1, 1),
            self.lengths[some],
            self.bits[some],
        )

    def words_of_values(self) -> int:
        """Words for the value of any row at a generator on others, by the bound of Hadamard."""
        columns = self.sizes.shape[1]
        largest = int(np.sort(self.bits)[-columns:].sum())
        return ceil((largest + columns / 2 * log2(columns) + 2) / 64)


@dataclass(frozen=True, eq=False)
class WordGenerators(Sequence[Generator]):
    """The generators of a cell as machine code has them, which are made integer vectors on demand.

    Some may coincide there: each is on as many rows as there are inputs. Here they are one.

    Attributes
    ----------
    rows : RowWords
        Those that have a bit in `on`.
    vectors : uint64 array, shape (generators, dim + 1, words)
        Signed minors, in two's complement.
    on, above, below : uint64 arrays, shape (generators, words)
        As in `Generator`.
    known : dict
        Primitive vectors that were made, which parts of a cell share.
    """

    rows: RowWords
    vectors: np.ndarray
    on: np.ndarray
    above: np.ndarray
    below: np.ndarray
    known: dict[bytes, list[fmpz]] = field(default_factory=dict)

    def integers(self) -> list[list[int]]:
        """Vectors as they are: of coinciding generators all, and with common divisors."""
        return _integers(self.vectors)

    @cached_property
    def _listed(self) -> list[Generator]:
        found: dict[tuple[fmpz, ...], Generator] = {}
        for vector, *bits in zip(self.vectors, self.on, self.above, self.below, strict=True):
            key = vector.tobytes()
            entries = self.known.get(key)
            if entries is None:
                (integers,) = _integers(vector[None])
                entries = self.known[key] = primitive([fmpz(entry) for entry in integers])
            on, above, below = map(bits_of, bits)
            same = found.get(tuple(entries))
            found[tuple(entries)] = Generator(
                entries, on if same is None else on | same.on, above, below
            )
        return list(found.values())

    def __len__(self) -> int:
        return len(self._listed)

    @overload
    def __getitem__(self, index: int) -> Generator: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Generator]: ...
    def __getitem__(self, index: int | slice) -> Generator | Sequence[Generator]:
        return self._listed[index]

    def __iter__(self) -> Iterator[Generator]:
        return iter(self._listed)


def words_of(entries: Sequence[int], words: int) -> np.ndarray:
    """Integers by words, in two's complement where they are negative."""
    parts = [entry.to_bytes(8 * words, "little", signed=entry < 0) for entry in entries]
    return np.frombuffer(b"".join(parts), dtype="<u8").reshape(len(entries), words)


def bits_of(words: np.ndarray) -> int:
    """The integer that has the bits of these words."""
    return int.from_bytes(words.astype("<u8").tobytes(), "little")


def _integers(vectors: np.ndarray) -> list[list[int]]:
    n, columns, words = vectors.shape
    data = vectors.astype("<u8").tobytes()
    size = 8 * words
    entries = [
        int.from_bytes(data[i : i + size], "little", signed=True)
        for i in range(0, n * columns * size, size)
    ]
    return [entries[i : i + columns] for i in range(0, n * columns, columns)]
