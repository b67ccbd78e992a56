"""Proofs in pieces, to be changed and put together again."""

from __future__ import annotations

import hashlib
import random
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import pytest

from linreg.certificate.encoding import text
from linreg.kernel.data import records
from linreg.questions import certifying


@contextmanager
def kept() -> Iterator[list[list[bytes]]]:
    """Of each tree of boxes that is written inside, the scales and what stands for each box."""
    found: list[list[bytes]] = []

    def written(self: certifying.BoxProof) -> bytes:
        scales = [integer for row in self.boxed.tables.scales for integer in row]
        packed = [certifying.integer(int(scale)) for scale in scales]
        pieces = [b"".join([certifying.BOXES, *packed])]
        stack = [1]
        while stack:
            place = stack.pop()
            pieces.append(bytes(self._records[place]))
            if place in self._cut:
                stack += [2 * place + 1, 2 * place]
        found.append(pieces)
        return b"".join(pieces)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(certifying.BoxProof, "written", written)
        yield found


def forged(rng: random.Random, pieces: Sequence[bytes]) -> bytes:
    """Records with up to three changes, of boxes or of the numbers in their records."""
    changed = list(pieces)
    for _ in range(rng.randrange(4)):
        if not changed:
            break
        i = rng.randrange(len(changed))
        match rng.randrange(7):
            case 0:
                changed[i] = bytes((certifying.DEAD,))
            case 1:
                del changed[i]
            case 2:
                changed.insert(i, rng.choice(changed))
            case 3:
                changed.insert(i, bytes((certifying.DEAD,)))
            case 4:
                del changed[i + 1 :]
                changed[i] = bytes((certifying.DEAD,))
            case _:
                record = bytearray(changed[i] or b"\0")
                at = rng.randrange(len(record))
                record[at] = rng.choice((0, 1, 2, 3, 4, 5, 6, record[at] ^ 1, rng.randrange(256)))
                changed[i] = bytes(record)
    return b"".join(changed)


def records_in(data: bytes, dim: int) -> Iterator[tuple[int, int]]:
    """Where each record of a tree begins, and which kind it is, if machine code wrote it.

    Numbers are below 128.
    """
    at = 0
    while at < len(data):
        yield at, data[at]
        match data[at]:
            case records.CUT:
                at += 2
            case records.MISSES:
                at += 3 + dim
            case records.SPANNED:
                at += 1 + dim
            case records.IN_SPAN:
                at += 4 + data[at + 3]
            case records.REGION | records.BEYOND:
                at += 1
                for _ in range(dim + 1):
                    at += 1 + data[at]
            case records.WON:
                at += 2
            case records.BEATEN:
                at += 4 + dim
            case records.NO_CUT | records.LOSES | records.REDUNDANT:
                at += 1 if data[at] == records.REDUNDANT else 3
                at += 1 + data[at]
                count = data[at]
                at += 1
                for _ in range(count):
                    at += 2 + data[at + 1]
            case kind:
                raise AssertionError(f"machine code has written a record {kind}")


def framed(magic: bytes, header: Mapping[str, object], records: bytes) -> bytes:
    """A file whose digest fits."""
    return sealed(magic, text(header) + records)


def sealed(magic: bytes, content: bytes) -> bytes:
    """A file with this content, whose digest fits."""
    data = magic + zlib.compress(content)
    return data + hashlib.sha256(data).digest()
