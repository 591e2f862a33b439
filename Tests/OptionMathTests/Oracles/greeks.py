"""Prints sensitivities of PyPI vollib (Black-Scholes-Merton) and of QuantLib as CSV.

right,spot,strike,years,volatility,rate,dividend_yield, then delta,gamma,theta,vega of vollib (theta a calendar day, vega a point),
then delta,gamma,theta,vega of QuantLib's calculator in the same units.
"""

import math

import QuantLib as ql
from vollib.black_scholes_merton.greeks import analytical

SPOT = 600.0
for years in (5 / 525_600, 30 / 525_600, 1 / 365, 30 / 365, 1.0, 2.0):
    for volatility in (0.05, 0.15, 0.4, 1.0, 3.0):
        root = volatility * math.sqrt(years)
        for deviations in (-6, -3, -1, -0.2, 0, 0.2, 1, 3, 6):
            strike = SPOT * math.exp(deviations * root)
            for rate, dividend in ((0.0, 0.0), (0.045, 0.012)):
                for flag, kind in (("c", ql.Option.Call), ("p", ql.Option.Put)):
                    a = (flag, SPOT, strike, years, rate, volatility, dividend)
                    forward = SPOT * math.exp((rate - dividend) * years)
                    calculator = ql.BlackCalculator(
                        ql.PlainVanillaPayoff(kind, strike), forward, root, math.exp(-rate * years))
                    row = [
                        analytical.delta(*a), analytical.gamma(*a), analytical.theta(*a), analytical.vega(*a),
                        calculator.delta(SPOT), calculator.gamma(SPOT), calculator.theta(SPOT, years) / 365,
                        calculator.vega(years) / 100]
                    terms = [SPOT, strike, years, volatility, rate, dividend]
                    print(",".join([flag] + [repr(float(v)) for v in terms + row]))
