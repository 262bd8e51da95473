package mediadevice_test

import (
	"testing"
	"time"

	. "legekonsultasjon/core/mediadevice"
)

var (
	usb     = Device{Kind: Camera, ID: "usb", Name: "USB"}
	builtin = Device{Kind: Camera, ID: "builtin", Name: "Innebygd", Default: true}
)

func TestFailedDeviceIsPassedOver(t *testing.T) {
	began := time.Now()
	at := func(s float64) time.Time { return began.Add(time.Duration(s * float64(time.Second))) }
	var f Faults
	all := Inventory{builtin, usb, webcam}
	use := func(s float64) string { return Select(f.Sound(all, at(s)), Camera, Choice{}).Device.ID }
	if use(0) != "builtin" {
		t.Fatal("the default")
	}
	f.Failed(Camera, "builtin", at(0))
	for s, want := range map[float64]string{0: "usb", 9.9: "usb", 10.1: "builtin"} {
		if got := use(s); got != want {
			t.Errorf("after %v s: %s", s, got)
		}
	}
	f.Failed(Camera, "builtin", at(11))
	if use(30) != "usb" || use(31.1) != "builtin" {
		t.Error("the second time it is passed over for twice as long")
	}
	f.Failed(Camera, "builtin", at(40))
	f.Seen(Inventory{usb, webcam})
	if use(41) != "builtin" {
		t.Error("pulled out and plugged in again, it is a new one")
	}
	if got := Select(f.Sound(all, at(41)), Microphone, Choice{}); got.Device.ID != webcam.ID {
		t.Errorf("%+v", got)
	}
}

func TestTheOnlyDeviceIsTriedAgain(t *testing.T) {
	began := time.Now()
	at := func(s float64) time.Time { return began.Add(time.Duration(s * float64(time.Second))) }
	var f Faults
	alone := Inventory{usb}
	f.Failed(Camera, "usb", at(0))
	if got := Select(f.Sound(alone, at(1)), Camera, Choice{}); got.Device.ID != "usb" {
		t.Errorf("%+v", got)
	}
	if f.Due(Camera, "usb", at(1)) || !f.Due(Camera, "usb", at(2.1)) || f.Due(Camera, "usb", at(2.2)) {
		t.Error("once, after two seconds")
	}
	if !f.Standing(Camera, "usb", at(3)) || f.Standing(Camera, "usb", at(5.1)) {
		t.Error("the failure stands until the device has worked for a while")
	}
	f.Failed(Camera, "usb", at(6))
	if f.Due(Camera, "usb", at(9)) || !f.Due(Camera, "usb", at(10.1)) {
		t.Error("then after four")
	}
	if f.Due(Camera, "other", at(100)) || f.Standing(Camera, "other", at(0)) {
		t.Error("others are well")
	}
}
