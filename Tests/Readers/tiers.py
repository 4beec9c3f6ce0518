#!/usr/bin/env python3
"""Read an ELAN document and a TextGrid of one session with programs of others, and compare them.

    tiers.py FILE.eaf FILE.TextGrid

pympi-ling (both formats) and praatio (TextGrid) are installed into an environment of their own,
.build-python in the repository, the first time; where that is impossible (no network), this says so and
ends with 0, since our own reading of both is tested beside this.
"""

import fcntl
import pathlib
import subprocess
import sys

PACKAGES = ["pympi-ling==1.71", "praatio==6.2.2"]
ENVIRONMENT = pathlib.Path(__file__).resolve().parents[2] / ".build-python" / "tiers"


def interpreter():
    """The environment's Python with the packages in it, or None."""
    python = ENVIRONMENT / "bin" / "python"
    ENVIRONMENT.mkdir(parents=True, exist_ok=True)
    with open(ENVIRONMENT.parent / "tiers.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = ENVIRONMENT / "installed"
        if done.exists() and done.read_text(encoding="ascii") == " ".join(PACKAGES):
            return python
        for command in (
            [sys.executable, "-m", "venv", str(ENVIRONMENT)],
            [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "2", *PACKAGES],
        ):
            result = subprocess.run(command, capture_output=True, text=True, check=False)
            if result.returncode != 0:
                print(f"pympi-ling and praatio cannot be installed: {result.stderr.strip()[-300:]}")
                return None
        done.write_text(" ".join(PACKAGES), encoding="ascii")
    return python


def compare(eaf, grid):
    import pympi
    from praatio import textgrid

    elan = pympi.Elan.Eaf(eaf)
    praat = pympi.Praat.TextGrid(grid)
    other = textgrid.openTextgrid(grid, includeEmptyIntervals=True)
    # Tiers that only say more of another one's annotations have no times of their own.
    timed = {name: tier for name, tier in elan.tiers.items() if not tier[1]}
    names = {name for name, tier in timed.items()}
    assert names == {name for _, name in praat.get_tier_name_num()} == set(other.tierNames), (names, other.tierNames)
    count = 0
    for name in sorted(names):
        tier, second = praat.get_tier(name), other.getTier(name)
        points = tier.tier_type == "TextTier"
        entries = sorted(elan.get_annotation_data_for_tier(name))
        if points:
            mine = [(time, text) for time, text in tier.get_intervals()]
            theirs = [(time, text) for time, text in second.entries]
        else:
            everything = sorted(tier.get_intervals(sort=True))
            for before, after in zip(everything, everything[1:]):
                assert before[1] == after[0], f"{name}: {before} does not reach {after}"
            assert everything[0][0] == 0 and everything[-1][1] == praat.xmax, name
            mine = [(start, text) for start, _, text in everything if text]
            theirs = [(start, text) for start, _, text in second.entries if text]
        assert len(mine) == len(entries) == len(theirs), (name, mine, entries, theirs)
        for elan_entry, (start, text), (other_start, other_text) in zip(entries, mine, theirs):
            assert abs(elan_entry[0] / 1000 - start) <= 0.00051 and start == other_start, (name, elan_entry, start)
            assert text.startswith(elan_entry[2].replace("\n", " ")), (name, text, elan_entry)
            # praatio takes quotation marks as they are written.
            assert other_text.replace('""', '"') == text.replace('""', '"'), (name, text, other_text)
            count += 1
    parents = {name: tier[2].get("PARENT_REF") for name, tier in elan.tiers.items() if tier[2].get("PARENT_REF")}
    for name, parent in parents.items():
        assert parent in elan.tiers, (name, parent)
    for name in elan.get_controlled_vocabulary_names():
        assert elan.get_cv_entries(name), name
    print(f"{count} annotations in {len(names)} tiers, the same for pympi and praatio; {len(parents)} tiers below others")


if __name__ == "__main__":
    if pathlib.Path(sys.prefix) == ENVIRONMENT:
        compare(*sys.argv[1:])
    else:
        python = interpreter()
        if python is not None:
            sys.exit(subprocess.run([python, __file__, *sys.argv[1:]], check=False).returncode)
