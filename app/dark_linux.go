package app

import (
	"time"

	"fyne.io/fyne/v2"
	"github.com/godbus/dbus/v5"
)

// systemDark reports whether the desktop asks for dark windows (the portal's color-scheme is 1). Fyne is not asked here:
// it takes a desktop that says nothing for a dark one.
func systemDark(fyne.App) bool {
	answer := make(chan bool, 1) // capacity 1: the asking ends even when nobody waits
	go func() { answer <- prefersDark() }()
	select {
	case dark := <-answer:
		return dark
	case <-time.After(500 * time.Millisecond):
		return false
	}
}

func prefersDark() bool {
	conn, err := dbus.SessionBusPrivateNoAutoStartup()
	if err != nil {
		return false
	}
	defer conn.Close()
	if conn.Auth(nil) != nil || conn.Hello() != nil {
		return false
	}
	var scheme dbus.Variant
	portal := conn.Object("org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop")
	err = portal.Call("org.freedesktop.portal.Settings.Read", 0, "org.freedesktop.appearance", "color-scheme").Store(&scheme)
	if err != nil {
		return false
	}
	value := scheme.Value()
	for { // the portal wraps the value twice
		inner, ok := value.(dbus.Variant)
		if !ok {
			break
		}
		value = inner.Value()
	}
	return value == uint32(1)
}
