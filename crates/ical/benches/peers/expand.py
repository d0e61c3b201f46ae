"""Expands a calendar file with recurring-ical-events: FILE FROM TO (seconds). Prints instances and milliseconds."""

import datetime
import sys
import time

import icalendar
import recurring_ical_events

with open(sys.argv[1], "rb") as file:
    text = file.read()
utc = datetime.timezone.utc
first, last = (datetime.datetime.fromtimestamp(int(second), utc) for second in sys.argv[2:4])
begun = time.perf_counter()
calendar = icalendar.Calendar.from_ical(text)
instances = recurring_ical_events.of(calendar).between(first, last)
print(len(instances), round((time.perf_counter() - begun) * 1000))
