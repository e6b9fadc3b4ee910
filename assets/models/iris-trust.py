#!/usr/bin/env python3
"""Fits the weights of the iris engine's confidence (src/biometrics/iris/trust/weights.rs) anew.

    rekam evaluate iris --drawn 10000 --seed 1000000 --signs drawn.csv --json
    rekam evaluate iris --drawn 10000 --seed 2000000 --spoilt --signs spoilt.csv --json
    rekam evaluate iris PICTURES_WITHOUT_EYES --signs none.csv --json
    rekam evaluate iris REAL --signs real.csv --scores real.scores --json
    iris-trust.py --drawn drawn.csv spoilt.csv --none none.csv --real real.csv real.scores > src/biometrics/iris/trust/weights.rs

Drawn eyes say which contours are wrong, those of the first file where the threshold lies; pictures without eyes
(textures, objects, fingerprints) are all wrong; of real eyes all but the worst thirtieth by their mated scores count as
right, and their mated scores say which captures meet their mates. Needs numpy and scikit-learn. Progress and figures go to the standard error stream.
"""
import argparse
import sys

import numpy as np
from sklearn.linear_model import Ridge
from sklearn.neural_network import MLPClassifier

NEURONS = 32
ALARMS = 0.007
FOLDS = 4
# Odds below which an eye is refused: a confidence of 0.05.
REFUSED = -2.94


def signs(path):
    lines = [line.rstrip("\n").split(",") for line in open(path)][1:]
    names = [line[0] for line in lines]
    wrong = np.array([line[1] == "1" for line in lines])
    return names, wrong, np.array([[float(v) for v in line[2:]] for line in lines])


def mated(names, path):
    """Mean mated score of each name; nan without mates."""
    at = {name: k for k, name in enumerate(names)}
    total, count = np.zeros(len(names)), np.zeros(len(names))
    for line in open(path):
        a, b, score = line.rstrip("\n").split(",")
        if a.rsplit("_", 1)[0] != b.rsplit("_", 1)[0]:
            continue
        for name in (a, b):
            if name in at:
                total[at[name]] += max(float(score), 1.0) if score != "-inf" else 1.0
                count[at[name]] += 1
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def network(values, wrong, seed=1):
    net = MLPClassifier((NEURONS,), activation="tanh", solver="adam", alpha=0.1, max_iter=600, random_state=seed)
    return net.fit(values, wrong)


def odds(net, values):
    hidden = np.tanh(values @ net.coefs_[0] + net.intercepts_[0])
    return -(hidden @ net.coefs_[1][:, 0] + net.intercepts_[1][0])


def poorer(contours, mating):
    """What the engine makes of both; see `trust.rs`."""
    held = np.where(mating < 2.0, 1.2 + 0.8 * np.exp(np.minimum(mating - 2.0, 0.0) / 0.8), mating)
    return -np.log(np.exp(-contours) + np.exp(-held))


def rust(name, values, shape):
    text = ", ".join(f"{v:.4f}" for v in values)
    return f"pub(super) const {name}: {shape} = [{text}];"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--drawn", nargs="+", required=True)
    parser.add_argument("--none", nargs="+", required=True)
    parser.add_argument("--real", nargs=2, action="append", required=True)
    options = parser.parse_args()

    drawn = [signs(path) for path in options.drawn]
    usual = np.arange(sum(len(d[1]) for d in drawn)) < len(drawn[0][1])
    wrong = np.concatenate([d[1] for d in drawn])
    eyes = np.concatenate([d[2] for d in drawn])
    none = np.concatenate([signs(path)[2] for path in options.none])
    reals = []
    for path, scores in options.real:
        names, _, values = signs(path)
        reals.append((values, mated(names, scores)))
    good = [values[score > np.nanquantile(score, 1 / 30)] for values, score in reals]

    others = np.concatenate([none] + good)
    other_wrong = np.concatenate([np.ones(len(none), bool), np.zeros(sum(map(len, good)), bool)])
    everything = np.concatenate([eyes, others])
    mean, spread = everything.mean(0), everything.std(0) + 1e-6
    scaled = lambda values: (values - mean) / spread

    # The threshold is taken where the network has not seen the eye.
    fold, none_fold = np.arange(len(eyes)) % FOLDS, np.arange(len(none)) % FOLDS
    unseen, unseen_none = np.zeros(len(eyes)), np.zeros(len(none))
    for k in range(FOLDS):
        known = np.concatenate([none_fold != k, np.ones(len(others) - len(none), bool)])
        train = np.concatenate([scaled(eyes[fold != k]), scaled(others[known])])
        net = network(train, np.concatenate([wrong[fold != k], other_wrong[known]]))
        unseen[fold == k] = odds(net, scaled(eyes[fold == k]))
        unseen_none[none_fold == k] = odds(net, scaled(none[none_fold == k]))
    at = lambda share: np.mean(unseen[wrong] < np.quantile(unseen[~wrong], share))
    print(f"{len(eyes)} drawn, {wrong.mean():.3f} wrong; flagged {at(.005):.3f} {at(.01):.3f} {at(.02):.3f} "
          "at 0.5, 1, 2 % false alarms", file=sys.stderr)

    net = network(scaled(everything), np.concatenate([wrong, other_wrong]))
    # Every set counts alike: its own median is where its scores are measured from.
    known = [~np.isnan(score) for _, score in reals]
    worth = np.concatenate([np.log(s[k] / np.median(s[k])) for (_, s), k in zip(reals, known)])
    weight = np.concatenate([np.full(k.sum(), 1000.0 / k.sum()) for k in known])
    values = np.concatenate([scaled(v[k]) for (v, _), k in zip(reals, known)])
    ridge = Ridge(alpha=10.0).fit(values, worth, sample_weight=weight)
    foretold = ridge.predict(values)
    least, middle = np.quantile(foretold, [0.01, 0.5])
    steep = 4.0 / (middle - least)
    mating, mating_bias = ridge.coef_ * steep, (ridge.intercept_ - least) * steep + 2.0
    met = scaled(eyes) @ mating + mating_bias
    low, high = -20.0, 20.0
    for _ in range(50):
        threshold = 0.5 * (low + high)
        right = usual & ~wrong
        alarms = np.mean(poorer(unseen[right] - threshold, met[right]) < 0.0)
        low, high = (low, threshold) if alarms > ALARMS else (threshold, high)
    flagged = np.mean(poorer(unseen - threshold, met)[usual & wrong] < 0.0)
    nothing = poorer(unseen_none - threshold, scaled(none) @ mating + mating_bias)
    print(f"flagged {flagged:.3f}; none flagged {np.mean(nothing < 0):.3f}, refused {np.mean(nothing < REFUSED):.3f}",
          file=sys.stderr)
    for (path, _), (v, s) in zip(options.real, reals):
        m, c = scaled(v) @ mating + mating_bias, odds(net, scaled(v)) - threshold
        known = ~np.isnan(s)
        order = lambda x: np.argsort(np.argsort(x))
        rank = np.corrcoef(order(m[known]), order(s[known]))[0, 1]
        print(f"{path}: contours doubted {np.mean(c < 0):.4f}, doubted in all {np.mean(poorer(c, m) < 0):.4f}, rank {rank:.2f}, contours "
              f"{np.quantile(c, [.01, .5]).round(1)}", file=sys.stderr)

    size = len(mean)
    print("//! Weights of the confidence, as `assets/models/iris-trust.py` fitted them; see there and in the parent.\n")
    print('#![allow(clippy::approx_constant, reason = "a weight may be near a constant by chance")]\n')
    print("use super::SIGNS;\n")
    print("/// Neurons of the hidden layer.")
    print(f"pub(super) const NEURONS: usize = {NEURONS};")
    print("/// Mean and spread of each sign.")
    print(rust("MEAN", mean, "[f32; SIGNS]"))
    print(rust("SPREAD", spread, "[f32; SIGNS]"))
    print("/// Weights and bias of each neuron.")
    rows = [f"([{', '.join(f'{w:.4f}' for w in net.coefs_[0][:, n])}], {net.intercepts_[0][n]:.4f})"
            for n in range(NEURONS)]
    print(f"pub(super) const HIDDEN: [([f32; SIGNS], f32); NEURONS] = [{', '.join(rows)}];")
    print("/// Weight of each neuron, and what the sum has above that at the threshold.")
    print(rust("OUT", -net.coefs_[1][:, 0], "[f32; NEURONS]"))
    print(f"pub(super) const BIAS: f32 = {-net.intercepts_[1][0] - threshold:.4f};")
    print("/// Weights of what foretells mated scores.")
    print(rust("MATING", mating, "[f32; SIGNS]"))
    print(f"pub(super) const MATING_BIAS: f32 = {mating_bias:.4f};")
    assert size == len(mating)


if __name__ == "__main__":
    main()
