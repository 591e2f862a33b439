"""Positioning of one LEAN option universe by numpy and scipy, printed as `name,value`; nothing here comes from our sources.

    positioning.py UNIVERSE.csv YYYY-MM-DD

The file's first row is the underlying, the others are contracts with open interest, implied volatility (0 = none) and greeks. What it
does not have is put in the same way by the test: premium = close x volume x 100; what customers bought net of contract number i
(from 0) is (i x 7919) mod 401 - 200; vanna and charm from the implied volatility. Time to expiry is whole days over 365, no carry.
"""

import csv
import datetime
import math
import sys

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

MULTIPLIER = 100
path, day = sys.argv[1], datetime.date.fromisoformat(sys.argv[2])
with open(path) as file:
    rows = list(csv.reader(file))[1:]
spot = float(rows[0][6])
rows = rows[1:]


def column(index):
    return np.array([float(r[index]) if r[index] else math.nan for r in rows])


expiry = np.array([r[0] for r in rows])
strike = column(1)
call = np.array([r[2] == "C" for r in rows])
close, volume, interest, volatility = column(6), column(7), column(8), column(9)
volatility[volatility == 0] = math.nan
days = np.array([(datetime.datetime.strptime(e, "%Y%m%d").date() - day).days for e in expiry])
years = days / 365
premium = close * volume * MULTIPLIER
customers = (np.arange(len(rows)) * 7919) % 401 - 200


def d1(at):
    root = volatility * np.sqrt(years)
    return np.log(at / strike) / root + root / 2


with np.errstate(all="ignore"):
    root = volatility * np.sqrt(years)
    d2 = d1(spot) - root
    density = norm.pdf(d1(spot))
    greeks = {
        "delta": column(10) * spot, "gamma": column(11) * spot ** 2 * 0.01, "vega": column(12), "theta": column(13),
        "vanna": -density * d2 / volatility * spot * 0.01, "charm": density * d2 / (2 * years) / 365 * spot}


def say(*name_and_value):
    *name, value = name_and_value
    print(".".join(str(n) for n in name) + "," + repr(float(value)))


def micros(price):
    return round(price * 1e6)


def total(values):
    return math.fsum(v for v in values if not math.isnan(v))


def ratio(values, mask=None):
    mask = np.ones(len(rows), bool) if mask is None else mask
    calls = total(values[call & mask])
    if np.isnan(values[mask]).all() or calls == 0:
        return math.nan
    return total(values[~call & mask]) / calls


def repriced(at, held):
    with np.errstate(all="ignore"):
        gamma = norm.pdf(d1(at)) / (at * root)
    return total(gamma * held * MULTIPLIER * at ** 2 * 0.01)


def curve(basis, held):
    spots = [spot * (1 + 0.15 * (k / 30 - 1)) for k in range(61)]
    values = [repriced(s, held) for s in spots]
    for k, value in enumerate(values):
        say(basis, "profile", k, value)
    zeros = [
        brentq(repriced, a, b, args=(held,), xtol=1e-13, rtol=1e-14)
        for a, b, fa, fb in zip(spots, spots[1:], values, values[1:]) if fa * fb < 0]
    say(basis, "crossings", len(zeros))
    say(basis, "zeroGamma", min(zeros, key=lambda z: abs(math.log(z / spot)), default=math.nan))


def book(basis, held):
    for name, unit in greeks.items():
        exposure = unit * held * MULTIPLIER
        say(basis, name, total(exposure))
        say(basis, name, "contracts", sum(not math.isnan(e) and h != 0 for e, h in zip(exposure, held)))
        for e in np.unique(expiry):
            say(basis, name, "expiry", e, total(exposure[expiry == e]))
        for k in np.unique(strike):
            say(basis, name, "strike", micros(k), total(exposure[strike == k]))
    exposure = greeks["gamma"] * held * MULTIPLIER
    strikes = np.unique(strike)
    both, calls, puts = (
        np.array([total(exposure[(strike == k) & side]) for k in strikes])
        for side in (np.ones(len(rows), bool), call, ~call))
    for place, index in enumerate(np.argsort(-np.abs(both))[:5]):
        say(basis, "largest", place, micros(strikes[index]))
    say(basis, "gammaStrike", micros(strikes[np.argmax(np.abs(both))]))
    above, below = strikes >= spot, strikes <= spot
    say(basis, "callWall", micros(strikes[above][np.argmax(calls[above])]))
    say(basis, "putWall", micros(strikes[below][np.argmin(puts[below])]))
    say(basis, "hedgeShares", -total(exposure) / spot)
    say(basis, "gammaShare", total(exposure) / total(np.abs(exposure)))
    curve(basis, held)


def max_pain(mask):
    candidates = np.unique(strike[mask])
    if np.isnan(interest[mask]).all() or total(interest[mask]) == 0:
        return math.nan, math.nan
    paid = [
        total(np.where(call, np.maximum(k - strike, 0), np.maximum(strike - k, 0))[mask] * interest[mask]) * MULTIPLIER
        for k in candidates]
    # The strikes of the files are whole cents: what differs by less than a cent is equal.
    least = next(i for i, p in enumerate(paid) if p < min(paid) + 0.005)
    return micros(candidates[least]), paid[least]


book("openInterest", np.where(call, 1, -1) * interest)
book("flow", -customers.astype(float))
for e in np.unique(expiry):
    at, paid = max_pain(expiry == e)
    say("maxPain", e, at)
    say("payout", e, paid)
for name, values in (("volume", volume), ("openInterest", interest), ("premium", premium)):
    say("putCall", name, ratio(values))
    for e in np.unique(expiry):
        say("putCall", name, e, ratio(values, expiry == e))
