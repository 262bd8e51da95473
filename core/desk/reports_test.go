package desk_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"legekonsultasjon/core/deliver"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/settings"

	"legekonsultasjon/core/appointment"
)

func TestAGatewayIsAskedUntilItKnows(t *testing.T) {
	consultation(t, func(o *office) {
		o.post.Became(deliver.Underway)
		o.post.Will(desk.Outcome{Receipt: "twilio:SM1"})
		o.appoints("Kari", desk.DoInvite{Phone: "98765432"})
		o.is("Kari", desk.Sent)
		time.Sleep(65 * time.Second)
		o.settle()
		if got := o.post.Asked(); len(got) != 4 || !slices.Contains(got, "twilio:SM1") { // after 3, 10, 30 and 60 s
			t.Fatalf("asked %q", got)
		}
		o.post.Became(deliver.Arrived)
		time.Sleep(3 * time.Minute)
		o.is("Kari", desk.Delivered)
		n := len(o.post.Asked())
		time.Sleep(2 * time.Hour)
		o.settle()
		if got := len(o.post.Asked()); got != n {
			t.Errorf("asked %d times more of a letter that arrived", got-n)
		}
	})
}

func TestALetterThatIsLostIsSaidSo(t *testing.T) {
	consultation(t, func(o *office) {
		o.post.Became(deliver.Lost)
		o.post.Will(desk.Outcome{Receipt: "twilio:SM1"})
		o.appoints("Kari", desk.DoInvite{Phone: "98765432"})
		time.Sleep(5 * time.Second)
		o.is("Kari", desk.SendFailed)
		if row := o.dayRow("Kari"); row.Reason != "reason.lost" {
			t.Errorf("%+v", row)
		}
	})
}

func TestNobodyIsAskedInVain(t *testing.T) {
	consultation(t, func(o *office) {
		o.post.Became(deliver.Untold)
		o.post.Will(desk.Outcome{Receipt: "twilio:SM1"}, desk.Outcome{Receipt: "42"}, desk.Outcome{Receipt: "id:1@mail"})
		o.appoints("Kari", desk.DoInvite{Phone: "98765432"})
		o.appoints("Per", desk.DoInvite{Phone: "98765433"})
		o.appoints("Ola", desk.DoInvite{Email: "a@example.no"})
		time.Sleep(time.Hour)
		o.settle()
		if got := o.post.Asked(); len(got) != 1 || got[0] != "twilio:SM1" {
			t.Errorf("asked %q", got)
		}
		o.is("Kari", desk.Sent)
	})
}

// A new run of the program goes on asking for what was sent before, from where the time is.
func TestAskingGoesOnAfterARestart(t *testing.T) {
	consultation(t, func(o *office) {
		o.post.Became(deliver.Underway)
		o.post.Will(desk.Outcome{Receipt: "twilio:SM1"})
		o.appoints("Kari", desk.DoInvite{Phone: "98765432"})
		time.Sleep(40 * time.Second)
		o.close()
		o.post.Became(deliver.Arrived)
		o.open()
		time.Sleep(2 * time.Second)
		o.is("Kari", desk.Delivered)
	})
}

func TestTheReserveTakesOver(t *testing.T) {
	first, second := &pillarBox{}, &pillarBox{}
	post := desk.Letters{SMS: func(a settings.SMS, _ string) (deliver.Channel, error) {
		switch a.Preset {
		case "sveve":
			return first, nil
		case "twilio":
			return second, nil
		}
		return nil, &deliver.Error{Code: deliver.NotSetUp}
	}, Mail: func(settings.Mail, string) (deliver.Channel, error) {
		return nil, &deliver.Error{Code: deliver.NotSetUp}
	}}
	p := parcel(appointment.LetterInvitation, appointment.Draft{Phone: "+4798765432", Country: "NO"})
	p.Accounts.SMS.Preset, p.Accounts.SMSReserve.Preset = "sveve", "twilio"
	send := func() desk.Outcome { return post.Send(t.Context(), p) }
	if o := send(); o.Reason != "" || o.Instead != "" || len(first.messages) != 1 || len(second.messages) != 0 {
		t.Errorf("%+v", o)
	}
	first.err = &deliver.Error{Code: deliver.NoCredit}
	if o := send(); o.Reason != "" || o.Instead != "noCredit" || len(second.messages) != 1 || second.messages[0].Text != first.messages[0].Text {
		t.Errorf("%+v", o)
	}
	first.err = &deliver.Error{Code: deliver.Unknown}
	if o := send(); !o.Unsure || len(second.messages) != 1 {
		t.Errorf("%+v", o)
	}
	first.err, p.Delivery.Attempts = &deliver.Error{Code: deliver.Unreachable}, 1
	if o := send(); !o.Temporary || len(second.messages) != 1 {
		t.Errorf("%+v", o)
	}
	p.Delivery.Attempts = 3
	if o := send(); o.Instead != "unreachable" || len(second.messages) != 2 {
		t.Errorf("%+v", o)
	}
	p.Accounts.SMS = settings.SMS{} // only the reserve is set up
	if o := send(); o.Reason != "" || o.Instead != "" || len(second.messages) != 3 {
		t.Errorf("%+v", o)
	}
	if _, sms := post.Check(p.Accounts); sms != nil {
		t.Error(sms)
	}
	if _, sms := post.Check(desk.Accounts{}); sms == nil {
		t.Error("ready without any gateway")
	}
	if fate := post.Report(context.Background(), p.Accounts, "twilio:1"); fate != deliver.Untold { // pillar boxes say nothing
		t.Error(fate)
	}
}

func TestTheDoctorIsToldThatTheReserveTookOver(t *testing.T) {
	consultation(t, func(o *office) {
		o.post.Will(desk.Outcome{Instead: "noCredit"})
		o.appoints("Kari", desk.DoInvite{Phone: "98765432"})
		o.is("Kari", desk.Sent)
		o.until("told", func(s desk.State) bool { return s.Problem != nil && s.Problem.Code == "smsReserve.noCredit" })
		o.do(desk.DoDismissProblem{})
		o.until("put away", func(s desk.State) bool { return s.Problem == nil })
		o.post.Will(desk.Outcome{Instead: "badReceiver"})
		o.appoints("Per", desk.DoInvite{Phone: "98765433"})
		o.is("Per", desk.Sent)
		if p := o.now().Problem; p != nil {
			t.Errorf("%+v", p)
		}
	})
}
