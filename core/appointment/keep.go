package appointment

import (
	"encoding/json"
	"slices"
	"time"
)

// Kept is how long an appointment stays in the book unless the settings say otherwise.
const Kept = 30 * 24 * time.Hour

// Expired reports that the record itself is to be dropped: so long after the time that was set aside, or after the end
// where that came later. The server's own record has an end by itself. What the doctor had erased stays only until the
// server has forgotten it.
func (a Appointment) Expired(now time.Time, kept time.Duration) bool {
	if a.Erased && a.Forgotten {
		return true
	}
	from := a.ClosedAt
	if a.End().After(from) {
		from = a.End()
	}
	return a.Wiped && !now.Before(from.Add(kept))
}

// Erasable reports that what the appointment says of a patient may be erased: it is over, and nothing is on its way.
func (a Appointment) Erasable() bool {
	if !a.Wiped || a.Erased {
		return false
	}
	for _, i := range a.Invitations {
		for _, d := range i.Deliveries {
			if d.State == Queued || d.State == Sending {
				return false
			}
		}
	}
	return true
}

// erase forgets whom the appointment was with. What is left tells the server to forget it, too.
func (a *Appointment) erase() bool {
	if !a.Erasable() {
		return false
	}
	a.Erased, a.Name, a.Note, a.UID = true, "", "", ""
	for n := range a.Invitations {
		a.Invitations[n] = Invitation{ID: a.Invitations[n].ID}
	}
	return true
}

// Concerns reports that an invitation went to this number or this address; empty ones are nobody's.
func (a Appointment) Concerns(phone, email string) bool {
	return slices.ContainsFunc(a.Invitations, func(i Invitation) bool {
		return phone != "" && i.Phone == phone || email != "" && i.Email == email
	})
}

// exported is one appointment as its patient may have it: all that is known, but for what opened the door.
type exported struct {
	At       time.Time        `json:"at"`
	Minutes  int              `json:"minutes"`
	Made     time.Time        `json:"made"`
	Language string           `json:"language"`
	Name     string           `json:"name,omitempty"`
	Note     string           `json:"note,omitempty"`
	Phone    string           `json:"phone,omitempty"`
	Email    string           `json:"email,omitempty"`
	Opened   time.Time        `json:"linkOpened,omitzero"`
	Entered  time.Time        `json:"entered,omitzero"`
	Began    time.Time        `json:"callBegan,omitzero"`
	Talked   int              `json:"secondsTalked,omitempty"`
	Status   Status           `json:"status"`
	Ended    time.Time        `json:"ended,omitzero"`
	Letters  []exportedLetter `json:"letters"`
}

type exportedLetter struct {
	Letter   Letter        `json:"letter"`
	Way      Way           `json:"way"`
	State    DeliveryState `json:"state"`
	Since    time.Time     `json:"since"`
	Planned  time.Time     `json:"planned,omitzero"`
	Attempts int           `json:"attempts"`
	Reason   string        `json:"reason,omitempty"`
	Receipt  string        `json:"receipt,omitempty"`
}

// Waiting is an appointment that came from a list and that nobody has verified, as Export writes it.
type Waiting struct {
	At       time.Time `json:"at"`
	Minutes  int       `json:"minutes,omitempty"`
	Language string    `json:"language,omitempty"`
	Name     string    `json:"name,omitempty"`
	Note     string    `json:"note,omitempty"`
	Phone    string    `json:"phone,omitempty"`
	Email    string    `json:"email,omitempty"`
}

// Export writes appointments, and those that wait to be verified, as JSON for the patient whom they concern. It holds no
// link, no PIN and no key.
func Export(all []Appointment, waiting []Waiting, now time.Time) ([]byte, error) {
	out := struct {
		Program      string     `json:"program"`
		Exported     time.Time  `json:"exported"`
		Appointments []exported `json:"appointments"`
		Waiting      []Waiting  `json:"imported,omitempty"`
	}{"Legekonsultasjon", now.Round(0), []exported{}, waiting}
	for _, a := range all {
		for _, i := range a.Invitations {
			out.Appointments = append(out.Appointments, export(a, i, now))
		}
	}
	data, err := json.MarshalIndent(out, "", "  ")
	return append(data, '\n'), err
}

func export(a Appointment, i Invitation, now time.Time) exported {
	e := exported{
		At: a.At, Minutes: int(a.Length / time.Minute), Made: a.Made, Language: a.Language, Name: a.Name, Note: a.Note,
		Phone: i.Phone, Email: i.Email, Opened: i.OpenedAt, Entered: i.Proven, Began: a.Began, Talked: int(a.Lasted(now) / time.Second),
		Status: a.Status(now, Presence{}), Ended: a.ClosedAt, Letters: []exportedLetter{},
	}
	for _, d := range i.Deliveries {
		e.Letters = append(e.Letters, exportedLetter{Letter: d.Letter, Way: d.Way, State: d.State, Since: d.At, Planned: d.Planned,
			Attempts: d.Attempts, Reason: d.Reason, Receipt: d.Receipt})
	}
	return e
}
