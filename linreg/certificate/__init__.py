"""Proofs on file: what the explorer proved, written down for someone else to check."""

from linreg.certificate.prover import Certified, certify

__all__ = ["Certified", "certify"]
