"""Which regions share a facet, and which region has a pattern."""
