"""Install the project from a source archive, away from git, and try it there.

The archive is made from a copy of the working tree without .git, a wheel is made from the archive,
and installed, with nothing but the dependencies it declares, into a throw-away environment. What
it must then do: hold every file of linreg/, import, tell its version, and count an example.

    python scripts/check_install.py               with the newest releases of what it needs
    python scripts/check_install.py CONSTRAINTS   with those of a file

A pass is remembered beside the interpreter that runs this script, so that an unchanged package is
not tried again; with CI=true it always is.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAMP = Path(sys.prefix) / "linreg-install-checked"


def tree_files() -> list[Path]:
    """Files of the working tree that git tracks or would; without git, all but hidden ones."""
    if (ROOT / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            check=True,
            capture_output=True,
        ).stdout.decode()
        names = {Path(name) for name in listed.split("\0") if name}
    else:
        names = {path.relative_to(ROOT) for path in ROOT.rglob("*")}
        names = {n for n in names if not any(p.startswith((".", "__pycache__")) for p in n.parts)}
    return sorted(name for name in names if (ROOT / name).is_file())


def digest(files: list[Path], constraints: list[Path]) -> str:
    """Hash of what is installed, of the releases it is installed with, and of the interpreter."""
    total = hashlib.sha256(sys.version.encode())
    for path in constraints:
        total.update(path.read_bytes())
    for name in files:
        if name.parts[0] == "linreg" or len(name.parts) == 1:
            total.update(repr((str(name), (ROOT / name).read_bytes())).encode())
    return total.hexdigest()


def run(*command: str | Path, cwd: Path) -> str:
    """Standard output of a command that must succeed, run as a stranger to this checkout would."""
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        sys.stderr.write(done.stdout + done.stderr)
        sys.exit(f"exit {done.returncode}: {' '.join(map(str, command))}")
    return done.stdout


def check(files: list[Path], constraints: list[Path], work: Path) -> str:
    """Version of the project as installed from its source archive."""
    tree, archive, fresh = work / "tree", work / "archive", work / "venv"
    for name in files:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, tree / name)
    # Without isolation, or the newest hatchling would be fetched.
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", archive, tree, cwd=work)
    (wheel,) = archive.glob("*.whl")

    venv.create(fresh, with_pip=True)
    paths = sysconfig.get_paths("venv", vars={"base": str(fresh), "platbase": str(fresh)})
    scripts, packages = Path(paths["scripts"]), Path(paths["purelib"])
    limits = [f"--constraint={path}" for path in constraints]
    run(scripts / "python", "-m", "pip", "install", "-qq", "--no-compile", *limits, wheel, cwd=work)

    for name in files:
        if name.parts[0] == "linreg" and not (packages / name).is_file():
            sys.exit(f"{name} is not in the installed package")
    where, version = run(
        scripts / "python",
        "-c",
        "import linreg; print(linreg.__file__); print(linreg.__version__)",
        cwd=work,
    ).split()
    if Path(where).parent != packages / "linreg":
        sys.exit(f"imported {where}, not the installed package")
    told = run(scripts / "linreg", "--version", cwd=work)
    if version not in told:
        sys.exit(f"linreg --version says {told!r}, linreg.__version__ is {version}")
    example = tree / "examples" / "iris-2d.json"
    count = json.loads(run(scripts / "linreg", "count", example, "--json", cwd=work))
    if not count["complete"] or count["activation_regions"] < 1:
        sys.exit(f"{example.name}: {count}")
    return version


def main() -> None:
    """Check, unless what would be installed is what passed before."""
    files, constraints = tree_files(), [Path(path).resolve() for path in sys.argv[1:]]
    key = digest(files, constraints)
    if os.environ.get("CI") != "true" and STAMP.exists() and STAMP.read_text() == key:
        print("unchanged since it passed")
        return
    STAMP.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as work:
        version = check(files, constraints, Path(work).resolve())
    STAMP.write_text(key)
    print(f"linreg {version} installs from its source archive and counts")


if __name__ == "__main__":
    main()
