"""Prints a grid of European options as CSV: terms, prices of PyPI vollib and of QuantLib, and the volatilities they imply.

right,forward,strike,years,volatility,rate,vollib_price,quantlib_price,vollib_volatility,quantlib_volatility
A volatility that a library cannot find is empty. Numbers are exact (repr).
"""

import math

import QuantLib as ql
from vollib.black import black
from vollib.black.implied_volatility import implied_volatility

MINUTE = 1 / 525_600
YEARS = [5 * MINUTE, 30 * MINUTE, 1440 * MINUTE, 7 / 365, 30 / 365, 1.0, 2.0]
VOLATILITIES = [0.01, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3.0, 5.0]
LOG_MONEYNESS = [0, 1e-6, 1e-4, 1e-3, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2]
DEVIATIONS = [0.5, 1, 2, 4, 6, 8]
FORWARD = 100.0


def strikes(deviation):
    steps = LOG_MONEYNESS + [m * deviation for m in DEVIATIONS]
    return sorted({FORWARD * math.exp(sign * k) for k in steps for sign in (1, -1)})


def implied_by_vollib(price, strike, years, rate, flag):
    try:
        volatility = implied_volatility(price, FORWARD, strike, rate, years, flag)
    except Exception:  # each library has its own ways of saying "none"
        return ""
    return repr(float(volatility)) if math.isfinite(volatility) and volatility > 0 else ""


def implied_by_quantlib(price, strike, years, discount, kind, truth):
    try:
        deviation = ql.blackFormulaImpliedStdDev(
            kind, strike, FORWARD, price, discount, 0.0, truth * math.sqrt(years), 1e-15, 1000)
    except RuntimeError:
        return ""
    return repr(deviation / math.sqrt(years))


for years in YEARS:
    for volatility in VOLATILITIES:
        for strike in strikes(volatility * math.sqrt(years)):
            for rate in (0.0, 0.05):
                discount = math.exp(-rate * years)
                for flag, kind in (("c", ql.Option.Call), ("p", ql.Option.Put)):
                    ours = float(black(flag, FORWARD, strike, years, rate, volatility))
                    theirs = ql.blackFormula(kind, strike, FORWARD, volatility * math.sqrt(years), discount)
                    print(",".join([
                        flag, repr(FORWARD), repr(strike), repr(years), repr(volatility), repr(rate), repr(ours),
                        repr(theirs), implied_by_vollib(ours, strike, years, rate, flag),
                        implied_by_quantlib(theirs, strike, years, discount, kind, volatility)]))
