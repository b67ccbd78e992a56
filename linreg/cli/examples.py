"""An example of each command, which its help shows."""

from __future__ import annotations

EXAMPLES = {
    "info": "linreg info net.onnx",
    "count": "linreg count net.onnx --domain box:-1,1 --definitions",
    "graph": "linreg graph net.json -o regions.graphml --stats",
    "faces": "linreg faces net.json -o cells.parquet",
    "topology": "linreg topology net.json --output 0 --level 1/2 --persistence",
    "boundary": "linreg boundary net.json --domain box:-1,1 -o boundary.obj",
    "enumerate": "linreg enumerate net.json -o regions.parquet",
    "plot": "linreg plot net.json -o regions.png --color class --boundary class",
    "compare": "linreg compare small.onnx large.onnx --domain box:-1,1",
    "convert": "linreg convert net.onnx net.json",
    "certify": "linreg certify net.json -o net.proof",
    "check": "linreg check net.proof net.json",
    "bounds": "linreg bounds net.json",
    "zoo": "linreg zoo folding 2 4 4 3 -o folding.json",
    "along": "linreg along net.json --points path.csv",
    "maximise": "linreg maximise --widths 2,4,4 -o best.json",
    "range": "linreg range net.json --domain box:0,1",
    "verify": "linreg verify net.onnx property.vnnlib",
    "lipschitz": "linreg lipschitz net.json --domain box:-1,1 --norms 2,2",
    "robust": "linreg robust net.json --point 0.5,0.25 --norm linf",
    "diff": "linreg diff net.onnx pruned.onnx --domain box:0,1",
    "path": "linreg path before.json after.json --steps 20",
    "track": "linreg track epoch-1.pt epoch-2.pt --of net.json -o curve.parquet",
    "dataset": "linreg dataset spec.toml -o data",
    "status": "linreg status run",
    "warm-up": "linreg warm-up",
}
