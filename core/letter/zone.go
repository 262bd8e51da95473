package letter

import (
	"strings"
	"time"
	_ "time/tzdata" // Windows has no zones by these names
)

// clinicZone is what the machines of Norwegian clinics are set to, whatever the operating system calls it.
const clinicZone = "Europe/Oslo"

// named gives a time's zone the name that calendars know. The machine's own zone has none ("Local"): where its clock
// has gone and will go as Oslo's, it is Oslo's. Any other time stays as it is, and its calendar entry is said in UTC.
func named(t time.Time) time.Time {
	if strings.Contains(t.Location().String(), "/") {
		return t
	}
	zone, err := time.LoadLocation(clinicZone)
	if err != nil || !sameClock(t, zone) {
		return t
	}
	return t.In(zone)
}

// sameClock compares two years of days around t: long enough for both changes of the clock, on either side.
func sameClock(t time.Time, zone *time.Location) bool {
	for day := -365; day <= 365; day++ {
		at := t.AddDate(0, 0, day)
		_, ours := at.Zone()
		if _, theirs := at.In(zone).Zone(); ours != theirs {
			return false
		}
	}
	return true
}
