"""Reads calendar files with two independent parsers and prints what each understood, as JSON."""
import datetime
import json
import sys

import icalendar
import vobject


def seconds(trigger):
    return int(trigger.total_seconds())


def utc(moment):
    return moment.astimezone(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")


def by_icalendar(text):
    calendar = icalendar.Calendar.from_ical(text)
    (event,) = calendar.walk("VEVENT")
    (zone,) = calendar.walk("VTIMEZONE")
    zone.to_tz()  # its changes must make sense
    return {
        "method": str(calendar["METHOD"]), "uid": str(event["UID"]), "sequence": int(event["SEQUENCE"]),
        "start": utc(event["DTSTART"].dt), "end": utc(event["DTEND"].dt), "zone": event["DTSTART"].params["TZID"],
        "summary": str(event["SUMMARY"]), "description": str(event["DESCRIPTION"]), "class": str(event["CLASS"]),
        "status": str(event["STATUS"]), "organizer": str(event["ORGANIZER"]), "clinic": str(event["ORGANIZER"].params["CN"]),
        "attendee": str(event["ATTENDEE"]), "alarms": [seconds(a["TRIGGER"].dt) for a in event.walk("VALARM")],
    }


def by_vobject(text):
    calendar = vobject.readOne(text.decode())
    event = calendar.vevent
    return {
        "method": calendar.method.value, "uid": event.uid.value, "sequence": int(event.sequence.value),
        "start": utc(event.dtstart.value), "end": utc(event.dtend.value), "zone": event.dtstart.params["X-VOBJ-ORIGINAL-TZID"][0],
        "summary": event.summary.value, "description": event.description.value, "class": getattr(event, "class").value,
        "status": event.status.value, "organizer": event.organizer.value, "clinic": event.organizer.params["CN"][0],
        "attendee": event.attendee.value, "alarms": [seconds(a.trigger.value) for a in getattr(event, "valarm_list", [])],
    }


out = []
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        text = file.read()
    out.append({"icalendar": by_icalendar(text), "vobject": by_vobject(text)})
json.dump(out, sys.stdout)
