package rig

import (
	"os"
	"testing"
	"time"
)

func TestStageStands(t *testing.T) {
	dir := t.TempDir()
	display := NewDisplay(t, dir, 640, 480)
	sound := NewSound(t, dir, "doctor", "patient")
	NewKeyring(t, dir, sound.Dir)
	env := append(os.Environ(), "DISPLAY="+display.Name)
	black := display.Screen().At(100, 100)
	Start(t, dir, "xsetroot", env, "sh", "-c", "xsetroot -solid white; exec sleep 60")
	Until(t, 10*time.Second, "a white screen", func() bool { return display.Screen().At(100, 100) != black })
}
