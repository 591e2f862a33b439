"""Prints vanna and charm by QuantLib as CSV.

right,spot,strike,years,volatility,rate,dividend_yield, then vanna (per 1.00 of volatility) and charm (per calendar day).
Vanna is QuantLib's own. Charm it has not: that is the central difference of fourth order of its analytic delta.
"""

import math

import QuantLib as ql

SPOT = 600.0
STEP = 1e-3  # of the years: truncation and rounding together stay below 1e-8 of delta over the option's life


def calculator(kind, strike, years, volatility, rate, dividend):
    forward = SPOT * math.exp((rate - dividend) * years)
    return ql.BlackCalculator(
        ql.PlainVanillaPayoff(kind, strike), forward, volatility * math.sqrt(years), math.exp(-rate * years))


def charm(kind, strike, years, *terms):
    def delta(steps):
        return calculator(kind, strike, years * (1 + steps * STEP), *terms).delta(SPOT)

    by_years = (8 * (delta(1) - delta(-1)) - (delta(2) - delta(-2))) / (12 * STEP * years)
    return -by_years / 365


for years in (1 / 525_600, 5 / 525_600, 30 / 525_600, 390 / 525_600, 1 / 365, 30 / 365, 1.0, 2.0):
    for volatility in (0.05, 0.15, 0.4, 1.0, 3.0):
        root = volatility * math.sqrt(years)
        for deviations in (-6, -3, -1, -0.2, 0, 0.2, 1, 3, 6):
            strike = SPOT * math.exp(deviations * root)
            for rate, dividend in ((0.0, 0.0), (0.045, 0.012)):
                for flag, kind in (("c", ql.Option.Call), ("p", ql.Option.Put)):
                    terms = (strike, years, volatility, rate, dividend)
                    row = [
                        SPOT, *terms, calculator(kind, *terms).vanna(SPOT, years), charm(kind, *terms)]
                    print(",".join([flag] + [repr(float(v)) for v in row]))
