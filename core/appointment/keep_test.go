package appointment

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// over is an appointment that has been called off and wiped, its letters settled.
func over(t *testing.T, draft Draft) *day {
	t.Helper()
	d := later(draft)
	d.t = t
	d.must(ServerCreated{})
	d.send(t)
	d.must(Closed{Cancelled})
	d.now = d.now.Add(UndoWindow)
	d.must(Wiped{})
	return d
}

func TestAnAppointmentIsKeptSoLongAfterItsTime(t *testing.T) {
	const week = 7 * 24 * time.Hour
	d := over(t, Draft{Phone: "+47"})
	end := d.a.End() // called off long before
	if d.a.Expired(end.Add(week-1), week) || !d.a.Expired(end.Add(week), week) || d.a.Expired(end.Add(week), Kept) {
		t.Error("keeping time of what was called off")
	}
	late := newTestDay(Draft{Phone: "+47"})
	late.t = t
	late.must(CallBegan{})
	late.now = late.now.Add(2 * time.Hour)
	late.must(Closed{Finished})
	late.must(Wiped{})
	if late.a.Expired(late.now.Add(week-1), week) || !late.a.Expired(late.now.Add(week), week) {
		t.Error("keeping time of what ended late")
	}
	open := later(Draft{Phone: "+47"})
	if open.a.Expired(open.now.AddDate(10, 0, 0), week) {
		t.Error("what has not ended is dropped")
	}
}

func TestErasingForgetsWhomItWasWith(t *testing.T) {
	d := over(t, Draft{Phone: "+4798765432", Email: "ola@eksempel.no", Name: "Ola H.", Note: "kneet"})
	d.refuses(Erased{}) // it is still to be told that it is off
	d.send(t)
	if !d.a.Erasable() || !d.a.Concerns("+4798765432", "") || !d.a.Concerns("", "ola@eksempel.no") || d.a.Concerns("", "") {
		t.Fatalf("%+v", d.a)
	}
	d.must(Erased{})
	text, err := json.Marshal(d.a)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"98765432", "ola@", "Ola H.", "kneet", "receipt"} {
		if strings.Contains(string(text), word) {
			t.Errorf("%s is left: %s", word, text)
		}
	}
	if !d.a.ServerHas || d.a.Invitations[0].ID != d.id || d.a.Expired(d.now, Kept) {
		t.Error("the server cannot be told")
	}
	d.refuses(Erased{})
	d.must(ServerForgot{})
	if !d.a.Expired(d.now, Kept) {
		t.Error("an empty record is kept")
	}
	running := later(Draft{Phone: "+47"})
	running.t = t
	running.refuses(Erased{})
}

func TestTheExportTellsAllButWhatOpensTheDoor(t *testing.T) {
	d := later(Draft{Phone: "+4798765432", Name: "Ola H.", Note: "kneet"})
	d.t = t
	d.must(ServerCreated{})
	d.send(t)
	data, err := Export([]Appointment{d.a}, []Waiting{{At: d.now, Name: "Åse", Phone: "+4798765432"}}, d.now)
	if err != nil {
		t.Fatal(err)
	}
	i := d.a.Invitations[0]
	for _, word := range []string{"+4798765432", "Ola H.", "kneet", `"letter": "information"`, `"state": "accepted"`, `"status": "sent"`} {
		if !strings.Contains(string(data), word) {
			t.Errorf("%s is missing:\n%s", word, data)
		}
	}
	link := base64.RawURLEncoding.EncodeToString(i.Secret[:])
	for name, secret := range map[string]string{"PIN": string(i.PIN.PIN), "typed code": i.Secret.TypedCode(), "link": link, "id": fmt.Sprintf("%x", i.ID[:])} {
		if strings.Contains(string(data), secret) {
			t.Errorf("the %s stands in the export", name)
		}
	}
	if empty, err := Export(nil, nil, d.now); err != nil || !strings.Contains(string(empty), `"appointments": []`) {
		t.Errorf("%s, %v", empty, err)
	}
}
