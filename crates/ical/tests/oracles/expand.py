"""Expands calendars with recurring-ical-events: one JSON object per line in, one JSON list of spans per line out.

In: {"ics", "zone", "from", "to"}, the last two in seconds. Out: [[start, end], ...] in seconds, sorted; or {"error"}.
"""

import datetime
import json
import sys
import zoneinfo

import icalendar
import recurring_ical_events


def second(moment, zone):
    """Days and floating times are local to the owner's zone."""
    if not isinstance(moment, datetime.datetime):
        moment = datetime.datetime.combine(moment, datetime.time())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return int(moment.timestamp())


def spans(case):
    zone = zoneinfo.ZoneInfo(case["zone"])
    utc = datetime.timezone.utc
    # A day more on either side, since the library compares days and floating times in no zone.
    day = datetime.timedelta(days=2)
    first = datetime.datetime.fromtimestamp(case["from"], utc) - day
    last = datetime.datetime.fromtimestamp(case["to"], utc) + day
    calendar = icalendar.Calendar.from_ical(case["ics"])
    found = set()
    for event in recurring_ical_events.of(calendar).between(first, last):
        start, end = second(event.start, zone), second(event.end, zone)
        if start < case["to"] and (end > case["from"] or start == end >= case["from"]):
            found.add((start, end))
    return sorted(found)


for line in sys.stdin:
    try:
        print(json.dumps(spans(json.loads(line))))
    except Exception as error:  # noqa: BLE001 - what the library cannot read is no case
        print(json.dumps({"error": repr(error)}))
    sys.stdout.flush()
