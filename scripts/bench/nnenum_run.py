"""One property on one network, decided by nnenum in its own environment, as one process.

    python nnenum_run.py SRC NET.onnx PROPERTY.vnnlib SECONDS

SRC is the folder `src` of a checkout of nnenum (Bak et al. 2020). Prints a JSON object with its
verdict and the seconds of the processor that deciding took, reading left out. Its clocks are set to
those of the processor, so that limits of milliseconds that it gives to its programs do not come
sooner where the machine is shared.
"""

import json
import sys
import time
from contextlib import redirect_stdout
from io import StringIO

time.perf_counter = time.process_time


def main() -> None:
    """Decide, and print what was found."""
    src, net, query, seconds = sys.argv[1:]
    sys.path.insert(0, src)
    import numpy as np
    from nnenum.enumerate import enumerate_network
    from nnenum.nnenum import make_spec, set_control_settings
    from nnenum.onnx_network import load_onnx_network_optimized
    from nnenum.settings import Settings

    specifications, kind = make_spec(query, net)
    network = load_onnx_network_optimized(net)
    set_control_settings()
    Settings.NUM_PROCESSES = 1
    Settings.PRINT_OUTPUT = Settings.PRINT_PROGRESS = False
    Settings.CHECK_SINGLE_THREAD_BLAS = False  # the caller sees to it
    verdict = "holds"
    started = time.process_time()
    for box, specification in specifications:
        Settings.TIMEOUT = float(seconds) - (time.process_time() - started)
        with redirect_stdout(StringIO()):
            found = enumerate_network(np.array(box, dtype=kind), network, specification)
        if found.result_str != "safe":
            verdict = "violated" if "unsafe" in found.result_str else found.result_str
            break
    print(json.dumps({"verdict": verdict, "seconds": time.process_time() - started}))


if __name__ == "__main__":
    main()
