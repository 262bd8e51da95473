package audio

import (
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/gen2brain/malgo"

	"legekonsultasjon/core/media"
	"legekonsultasjon/core/mediadevice"
)

// backend is a sound system that may be there. Miniaudio's own list would end with one that plays into nothing.
type backend struct {
	name string
	kind malgo.Backend
}

func backends() []backend {
	switch runtime.GOOS {
	case "windows":
		return []backend{{"wasapi", malgo.BackendWasapi}}
	case "darwin":
		return []backend{{"coreaudio", malgo.BackendCoreaudio}}
	default:
		out := []backend{{"pulse", malgo.BackendPulseaudio}}
		if hasCards() {
			out = append(out, backend{"alsa", malgo.BackendAlsa})
		}
		return out
	}
}

// hasCards reports whether the kernel has sound cards: without any, ALSA only fills the terminal with complaints.
func hasCards() bool {
	cards, err := filepath.Glob("/dev/snd/pcm*")
	return err == nil && len(cards) > 0
}

// connection is a context of miniaudio on one backend.
type connection struct {
	backend backend
	ctx     *malgo.AllocatedContext
	guarded bool // a device that goes while it is opened does no harm
}

// connect finds the first backend that answers, or the named one.
func connect(name string) (*connection, error) {
	application := append([]byte("Legekonsultasjon"), 0)
	var pin runtime.Pinner
	defer pin.Unpin()
	pin.Pin(&application[0])
	err := media.ErrNoDevice
	for _, b := range backends() {
		if name != "" && b.name != name {
			continue
		}
		cfg := malgo.ContextConfig{Pulse: malgo.PulseContextConfig{PApplicationName: &application[0]}}
		ctx, e := malgo.InitContext([]malgo.Backend{b.kind}, cfg, nil)
		if e == nil {
			c := &connection{backend: b, ctx: ctx}
			c.guarded = b.kind != malgo.BackendPulseaudio || guard(ctx)
			return c, nil
		}
		err = fmt.Errorf("%w: %s: %w", media.ErrNoDevice, b.name, e)
	}
	return nil, err
}

func (c *connection) close() {
	_ = c.ctx.Uninit()
	c.ctx.Free()
}

// An id is the backend's name, a colon, and the backend's own id in hexadecimal, as it is remembered in settings.
func (c *connection) idString(id malgo.DeviceID) string { return c.backend.name + ":" + id.String() }

// parseID takes an id apart; "" means the default device of whatever backend there is.
func parseID(s string) (backend string, id *malgo.DeviceID, err error) {
	if s == "" {
		return "", nil, nil
	}
	backend, digits, ok := strings.Cut(s, ":")
	raw, err := hex.DecodeString(digits)
	if !ok || err != nil || len(raw) > len(malgo.DeviceID{}) {
		return "", nil, fmt.Errorf("%w: malformed id", media.ErrNoDevice)
	}
	id = new(malgo.DeviceID)
	copy(id[:], raw)
	return backend, id, nil
}

// list asks the sound system for its devices.
func (c *connection) list(kind mediadevice.Kind) (mediadevice.Inventory, error) {
	of := malgo.Playback
	if kind == mediadevice.Microphone {
		of = malgo.Capture
	}
	infos, err := c.ctx.Devices(of)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.backend.name, err)
	}
	var out mediadevice.Inventory
	for _, d := range infos {
		out = append(out, mediadevice.Device{
			Kind: kind, ID: c.idString(d.ID), Name: d.Name(), Default: d.IsDefault != 0,
			Monitor: kind == mediadevice.Microphone && c.monitor(d.ID),
		})
	}
	return out, nil
}

// monitor tells PulseAudio's recordings of a speaker from microphones: their names end so.
func (c *connection) monitor(id malgo.DeviceID) bool {
	name := strings.TrimRight(string(id[:]), "\x00")
	return c.backend.name == "pulse" && strings.HasSuffix(name, ".monitor")
}

// explain puts miniaudio's codes into the program's own errors. Whatever else keeps a device from being opened, for a
// person it is not there.
func explain(err error) error {
	switch {
	case errors.Is(err, malgo.ErrBusy), errors.Is(err, malgo.ErrAlreadyInUse), errors.Is(err, malgo.ErrShareModeNotSupported):
		return fmt.Errorf("%w: %w", media.ErrBusy, err)
	case errors.Is(err, malgo.ErrTimeout):
		return fmt.Errorf("%w: %w", media.ErrStalled, err)
	}
	return fmt.Errorf("%w: %w", media.ErrNoDevice, err)
}
