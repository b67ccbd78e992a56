"""Which explorer, and when: strategies by name, and the one place that decides what "auto" is.

Explorers themselves are in `explore` and `kernel`. Read `named` first, then `auto`.
"""

from linreg.strategies.named import STRATEGIES, check_strategy, explorer_for, explorer_named

__all__ = ["STRATEGIES", "check_strategy", "explorer_for", "explorer_named"]
