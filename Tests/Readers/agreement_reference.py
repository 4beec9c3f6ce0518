#!/usr/bin/env python3
"""What other people's programs say of random tables of ratings: Tests/AgreementTests/reference.json, with
which AgreementTests compares its own figures.

    python3 -m venv V && V/bin/pip install krippendorff==0.9.0 irrCAC==0.4.4 pingouin==0.6.1 scikit-learn==1.9.1
    V/bin/python Tests/Readers/agreement_reference.py > Tests/AgreementTests/reference.json

krippendorff gives alpha, irrCAC (by Gwet's own definitions) percent agreement, Fleiss' kappa, AC1 and AC2,
scikit-learn Cohen's kappa, pingouin the intraclass correlations. For alpha of units nobody publishes a
package; here it is counted piece by piece from the definition (Krippendorff et al., 2016), another way than
by walking along segments.

Undefined figures are null: where a program refuses the table or says NaN, and, percent agreement apart, where one
category alone occurs. There some programs say 1 and others 0."""
import json
import math
import sys
import warnings

import irrCAC.raw
import krippendorff
import numpy
import pandas
import pingouin
import sklearn.metrics

warnings.simplefilter("ignore")
random = numpy.random.default_rng(20260611)


def number(value):
    if callable(value):
        try:
            value = value()
        except (ValueError, ZeroDivisionError, AssertionError, IndexError):
            return None
    return None if value is None or not math.isfinite(value) else float(value)


def table(raters, units, categories, missing, closeness):
    """Ratings of units that have a true value, from which raters stray."""
    truth = random.integers(1, categories + 1, units)
    rows = []
    for _ in range(raters):
        stray = random.integers(1, categories + 1, units)
        near = numpy.clip(truth + random.integers(-1, 2, units), 1, categories)
        row = numpy.where(random.random(units) < closeness, truth, numpy.where(random.random(units) < 0.5, near, stray))
        rows.append([None if random.random() < missing else int(value) for value in row])
    return rows


def rated(rows, categories):
    """Of one table, whatever can be said of it."""
    data = numpy.array([[numpy.nan if v is None else v for v in row] for row in rows], dtype=float)
    found = {"ratings": rows, "categories": categories}
    paired = [v for unit in zip(*rows) for v in unit if sum(w is not None for w in unit) > 1 and v is not None]
    given = [v for row in rows for v in row if v is not None]
    found["alpha"] = {level: number(lambda: krippendorff.alpha(reliability_data=data, level_of_measurement=level)) if len(set(paired)) > 1 else None
                      for level in ("nominal", "ordinal", "interval", "ratio")}
    frame = pandas.DataFrame(data.T)
    labels = [float(c) for c in range(1, categories + 1)]
    for weights, name in (("identity", "unweighted"), ("linear", "linear"), ("quadratic", "quadratic")):
        cac = irrCAC.raw.CAC(frame, weights=weights, categories=labels, digits=12)
        if not paired or len(set(given)) == 1:
            found[name] = {"percent": 1 if paired else None, "fleiss": None, "gwet": None}
            continue
        fleiss, gwet = cac.fleiss()["est"], cac.gwet()["est"]
        found[name] = {"percent": number(gwet["pa"]), "fleiss": number(fleiss["coefficient_value"]),
                       "gwet": number(gwet["coefficient_value"])}
    both = [(a, b) for a, b in zip(rows[0], rows[1]) if a is not None and b is not None]
    found["cohen"] = {name: number(lambda: sklearn.metrics.cohen_kappa_score(*zip(*both), labels=range(1, categories + 1), weights=weights)) if both else None
                      for name, weights in (("unweighted", None), ("linear", "linear"), ("quadratic", "quadratic"))}
    complete = [unit for unit in zip(*rows) if None not in unit]
    if len(complete) > 2 and len({v for unit in complete for v in unit}) > 1:
        long = [(u, r, v) for u, unit in enumerate(complete) for r, v in enumerate(unit)]
        icc = pingouin.intraclass_corr(pandas.DataFrame(long, columns=["u", "r", "v"]), "u", "r", "v")
        interval = "CI95%" if "CI95%" in icc else "CI95"
        found["icc"] = [[number(row["ICC"]), *map(number, row[interval])] for _, row in icc.iterrows()]
    return found


def units(length, values):
    found, at = [], int(random.integers(0, 6))
    while at < length - 8:
        end = at + int(random.integers(1, 8))
        found.append([at, end, str(random.choice(list(values)))])
        at = end + int(random.integers(0, 9))
    return found


def unitised(continua):
    """Alpha of units and its binary form, piece by piece."""
    pairs, own, total = {}, 0, 0
    for length, raters in continua:
        rows = []
        for marked in raters:
            row = [""] * length
            for start, end, value in marked:
                row[start:end] = [value] * (end - start)
                own += (end - start) ** 2
            own += row.count("")
            rows.append(row)
        total += len(raters) * length
        for i, one in enumerate(rows):
            for j, other in enumerate(rows):
                if i != j:
                    for pair in zip(one, other):
                        pairs[pair] = pairs.get(pair, 0) + 1 / (len(raters) - 1)

    def alpha(kind):
        lengths, same = {}, 0
        for (one, other), times in pairs.items():
            lengths[kind(one)] = lengths.get(kind(one), 0) + times
            same += times * (kind(one) == kind(other))
        expected = total * sum(a * b for c, a in lengths.items() for k, b in lengths.items() if c != k) / (total ** 2 - own)
        return 1 - (total - same) / expected if expected else None
    return {"continua": continua, "valued": alpha(lambda v: v), "binary": alpha(bool)}


tables = [rated(table(raters, size, categories, missing, closeness), categories)
          for raters, size, categories, missing, closeness in (
              (2, 20, 2, 0, 0.8), (2, 30, 5, 0, 0.6), (2, 40, 7, 0.1, 0.4), (3, 25, 3, 0, 0.9), (3, 30, 5, 0.2, 0.5),
              (4, 12, 5, 0.2, 0.7), (4, 60, 7, 0.05, 0.6), (5, 15, 2, 0.3, 0.7), (6, 10, 4, 0, 0), (8, 50, 9, 0.4, 0.5))]
spans = [unitised([[length, [units(length, values) for _ in range(raters)]] for length, raters in shape])
         for shape, values in ((((60, 2),), "a"), (((80, 3),), "ab"), (((50, 2), (70, 4), (30, 3)), "abc"))]
# And many small ones, of which some have nothing to compare, one value alone, or less agreement than chance.
for _ in range(54):
    categories = int(random.integers(2, 8))
    tables.append(rated(table(int(random.integers(2, 7)), int(random.integers(2, 16)), categories, float(random.choice([0, 0.1, 0.3, 0.6, 0.85])),
                              float(random.choice([0, 0.5, 0.8, 1]))), categories))
for _ in range(16):
    spans.append(unitised([[int(length), [units(int(length), values) if random.random() < 0.7 else [] for _ in range(int(random.integers(2, 5)))]]
                           for length, values in zip(random.integers(9, 40, int(random.integers(1, 4))), ("a", "ab", "abc"))]))
json.dump({"tables": tables, "spans": spans}, sys.stdout, indent=None, separators=(",", ":"))
print()
