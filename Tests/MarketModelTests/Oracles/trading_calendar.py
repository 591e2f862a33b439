"""Prints every NYSE session of 2004-2030 as `date,open,close` (times in UTC), from PyPI `exchange-calendars`."""

import exchange_calendars

calendar = exchange_calendars.get_calendar("XNYS", start="2004-01-01", end="2030-12-31")
for session, row in calendar.schedule.iterrows():
    stamp = "%Y-%m-%dT%H:%M:%SZ"
    print(f"{session:%Y-%m-%d},{row['open'].strftime(stamp)},{row['close'].strftime(stamp)}")
