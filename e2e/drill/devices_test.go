//go:build hostile

package drill

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"legekonsultasjon/app/driver/audio"
	"legekonsultasjon/app/driver/camera"
	"legekonsultasjon/app/equipment"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/mediatest"
	"legekonsultasjon/core/mediadevice"
	"legekonsultasjon/e2e/rig"
)

// How soon somebody must be told that a device is gone, and another one be in use. A camera that hangs is noticed after
// two seconds without a picture, and these begin there.
const (
	toldWithin = 2 * time.Second
	nextWithin = 3 * time.Second
	cameraHang = 2 * time.Second
)

// TestDevices is the drill "devices": in the middle of a call a speaker, a microphone, a headset are pulled out (sinks and
// sources of a real PulseAudio) and a camera hangs, in turn. Each time it must be said, another device must be in use,
// and the rest of the call must go on.
func TestDevices(t *testing.T) {
	b := newBench(t)
	pulls := map[string]func() pull{"speaker": b.pullSpeaker, "microphone": b.pullMicrophone, "headset": b.pullHeadset, "camera": b.hangCamera}
	order := []string{"speaker", "microphone", "headset", "camera"}
	n := max(runs(t, 200), len(order)) // at least one of each
	told, next := map[string][]time.Duration{}, map[string][]time.Duration{}
	survived := 0
	for i := range n {
		kind := order[i%len(order)]
		p := pulls[kind]()
		ok := b.survives(fmt.Sprintf("%d %s", i, kind), p)
		told[kind], next[kind] = append(told[kind], p.told), append(next[kind], p.next)
		if ok {
			survived++
		}
	}
	var figures []string
	for _, kind := range order {
		figures = append(figures, fmt.Sprintf("%s told after %s, replaced after %s", kind, spread(told[kind]), spread(next[kind])))
	}
	report("devices", n, survived, "%s", strings.Join(figures, "; "))
	if survived < n {
		t.Errorf("%d of %d", survived, n)
	}
}

// pull is one device taken away: when it was said, and when another one was in use.
type pull struct {
	limit      time.Duration // added to both times that are allowed
	told, next time.Duration
}

// bench is the doctor's machine in a call with a patient in Go.
type bench struct {
	*clinic
	sound   *rig.Sound
	cameras *twoCameras
	patient *wirePatient
	modules map[string]string // module numbers of PulseAudio, by the device's name
}

func newBench(t *testing.T) *bench {
	c := blankClinic(t, kari)
	b := &bench{clinic: c, sound: rig.NewSound(t, c.dir), cameras: &twoCameras{}, modules: map[string]string{}}
	for _, v := range b.sound.Env(nil) {
		name, value, _ := strings.Cut(v, "=")
		t.Setenv(name, value)
	}
	b.plugSink("innebygd", "Innebygd")
	b.plugSource("innebygd", "Innebygd")
	b.plugHeadset()
	c.server = rig.NewServer(t, rig.ServerOptions{Dir: c.dir, Binary: built(t), Doctors: []rig.Doctor{kari}})
	c.url = c.server.URL
	c.openWith(c.server.URL, func(d *desk.Deps) {
		log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
		b.cameras.clock = c.clock
		d.Devices = equipment.New(equipment.Config{Cameras: b.cameras, Sound: audio.New(c.clock, log), Picture: (*counted)(c), Log: log})
	})
	letter := b.invite("pasient@eksempel.no")
	p, err := dialPatient(t.Context(), c.server.URL, letter, c.clock)
	if err != nil {
		t.Fatal(err)
	}
	b.patient = p
	t.Cleanup(p.close)
	c.await(20*time.Second, "the patient to wait", func(s desk.State) bool { return len(s.Waiting) == 1 && s.Waiting[0].Ready })
	c.desk.Do(desk.DoJoin{Invitation: letter.ID})
	b.whole()
	return b
}

// pactl answers without the line's end.
func (b *bench) pactl(words ...string) string {
	b.t.Helper()
	out, err := exec.Command("pactl", words...).CombinedOutput()
	if err != nil {
		b.t.Fatalf("pactl %v: %v %s", words, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (b *bench) plugSink(name, description string) {
	b.modules["sink "+name] = b.pactl("load-module", "module-null-sink", "sink_name="+name, "rate=48000", "channels=1", "norewinds=1",
		"sink_properties=device.description="+description)
}

func (b *bench) plugSource(name, description string) {
	b.modules["source "+name] = b.pactl("load-module", "module-null-source", "source_name="+name+"-mic", "rate=48000", "channels=1",
		"description="+description)
}

func (b *bench) plugHeadset() {
	b.plugSink("jabra", "Jabra")
	b.plugSource("jabra", "Jabra")
}

func (b *bench) unplug(which string) { b.pactl("unload-module", b.modules[which]) }

// streams says which device our sound goes through: of "sinks" or "sources".
func (b *bench) stream(of string) string {
	streams := map[string]string{"sinks": "sink-inputs", "sources": "source-outputs"}[of]
	var used string
	for _, line := range strings.Split(b.pactl("list", "short", streams), "\n") {
		if f := strings.Fields(line); len(f) > 1 {
			used = f[1]
		}
	}
	for _, line := range strings.Split(b.pactl("list", "short", of), "\n") {
		if f := strings.Fields(line); len(f) > 1 && f[0] == used {
			return f[1]
		}
	}
	return ""
}

// whole waits until the call works with the headset and the first camera, and media flows.
func (b *bench) whole() {
	b.t.Helper()
	frames, packets, pictures := b.frames.Load(), b.patient.packets.Received(), b.cameras.given("usb")
	rig.Until(b.t, 20*time.Second, "the headset in use, and media both ways", func() bool {
		return b.stream("sinks") == "jabra" && b.stream("sources") == "jabra-mic" && b.cameras.given("usb") > pictures+5 &&
			b.frames.Load() > frames+5 && b.patient.packets.Received() > packets+50
	})
}

// watch lets act take something away, and waits until it is said and other is so.
func (b *bench) watch(limit time.Duration, act func(), codes []string, other func() bool) pull {
	b.t.Helper()
	p := pull{limit: limit, told: -1, next: -1}
	before, _ := b.now()
	began := time.Now()
	act()
	said := func() bool {
		s, _ := b.now()
		if s.Call == nil {
			return false
		}
		for _, problem := range []*desk.Problem{s.Call.CameraProblem, s.Call.MicrophoneProblem, s.Call.SpeakerProblem} {
			if problem != nil {
				return true
			}
		}
		return s.Notice != nil && slices.Contains(codes, s.Notice.Code) && (before.Notice == nil || s.Notice.Until != before.Notice.Until)
	}
	_ = rig.WaitFor(b.t.Context(), 10*time.Second, func() bool {
		if p.told < 0 && said() {
			p.told = time.Since(began)
		}
		if p.next < 0 && other() {
			p.next = time.Since(began)
		}
		return p.told >= 0 && p.next >= 0
	})
	return p
}

var soundCodes = []string{"soundNow", "microphoneNow", "speakerNow"}

func (b *bench) pullSpeaker() pull {
	p := b.watch(0, func() { b.unplug("sink jabra") }, soundCodes, func() bool { return b.stream("sinks") == "innebygd" })
	b.plugSink("jabra", "Jabra")
	return p
}

func (b *bench) pullMicrophone() pull {
	p := b.watch(0, func() { b.unplug("source jabra") }, soundCodes, func() bool { return b.stream("sources") == "innebygd-mic" })
	b.plugSource("jabra", "Jabra")
	return p
}

func (b *bench) pullHeadset() pull {
	both := func() { b.unplug("sink jabra"); b.unplug("source jabra") }
	p := b.watch(0, both, soundCodes, func() bool { return b.stream("sinks") == "innebygd" && b.stream("sources") == "innebygd-mic" })
	b.plugHeadset()
	return p
}

func (b *bench) hangCamera() pull {
	before := b.cameras.given("reserve")
	p := b.watch(cameraHang, func() { b.cameras.hang() }, []string{"cameraNow"}, func() bool { return b.cameras.given("reserve") > before })
	b.cameras.replug()
	return p
}

// survives says whether the pull was told of and mended in time, and waits until everything is as before.
func (b *bench) survives(name string, p pull) bool {
	b.t.Helper()
	b.whole()
	s, _ := b.now()
	ok := p.told >= 0 && p.told <= p.limit+toldWithin && p.next >= 0 && p.next <= p.limit+nextWithin && s.Call != nil && s.Call.State == desk.CallSecure
	if !ok {
		b.t.Errorf("%s: told after %v, replaced after %v, call %+v", name, p.told, p.next, s.Call)
	}
	return ok
}

// twoCameras are one that can hang and one that cannot. The one that hangs does not listen to anything either.
type twoCameras struct {
	clock media.Clock

	mu       sync.Mutex
	hanging  chan struct{} // nil: it works; closed when it is pulled out
	absent   bool
	pictures map[string]int
}

// Devices implements equipment.Cameras.
func (c *twoCameras) Devices() mediadevice.Inventory {
	c.mu.Lock()
	defer c.mu.Unlock()
	reserve := mediadevice.Device{Kind: mediadevice.Camera, ID: "reserve", Name: "Reserve"}
	if c.absent {
		return mediadevice.Inventory{reserve}
	}
	return mediadevice.Inventory{{Kind: mediadevice.Camera, ID: "usb", Name: "USB", Default: true}, reserve}
}

// Source implements equipment.Cameras.
func (c *twoCameras) Source(id string) media.VideoSource {
	return camera.Watched(&hangable{of: c, id: id})
}

func (c *twoCameras) given(id string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pictures[id]
}

func (c *twoCameras) hang() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hanging = make(chan struct{})
}

// replug pulls the camera that hangs out, and plugs it in again once that has been seen.
func (c *twoCameras) replug() {
	c.mu.Lock()
	close(c.hanging)
	c.hanging, c.absent = nil, true
	c.mu.Unlock()
	time.AfterFunc(1500*time.Millisecond, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.absent = false
	})
}

// gate waits while the camera hangs, and counts a picture that goes through.
func (c *twoCameras) gate(id string) {
	c.mu.Lock()
	hanging := c.hanging
	if c.pictures == nil {
		c.pictures = map[string]int{}
	}
	if id != "usb" || hanging == nil {
		c.pictures[id]++
		c.mu.Unlock()
		return
	}
	c.mu.Unlock()
	<-hanging
}

type hangable struct {
	of *twoCameras
	id string
}

// Run implements media.VideoSource.
func (h *hangable) Run(ctx context.Context, want media.VideoFormat, deliver func(*media.Frame)) error {
	return (&mediatest.Camera{Clock: h.of.clock}).Run(ctx, want, func(f *media.Frame) {
		h.of.gate(h.id)
		deliver(f)
	})
}
