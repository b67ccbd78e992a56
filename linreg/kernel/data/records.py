"""The first byte of each record of a certificate, as `docs/certificate.md` has them."""

from __future__ import annotations

(
    END,
    NO_CUT,
    CUT,
    LOSES,
    WON,
    REGION,
    FACET,
    REDUNDANT,
    MISSES,
    BEYOND,
    SPANNED,
    BEATEN,
    IN_SPAN,
) = range(13)
