package main

import (
	"context"
	"fmt"
	"image"
	"math"
	"path/filepath"
	"slices"
	"time"

	"legekonsultasjon/e2e/rig"
)

// The call's bench: the doctor's side of the same call, once by the desktop program and once by Chromium, against a patient
// in Chromium, over loopback, with pictures of the same size at the same place of a screen drawn by software.
const (
	rate     = 30 // pictures a second
	callFor  = 30 * time.Second
	settle   = 5 * time.Second  // after the pictures have got their full size
	patience = 45 * time.Second // until they have
	ownRuns  = 3
)

// size is what both cameras deliver.
type size struct {
	name          string
	width, height int
}

var sizes = []size{{"vga", 640, 480}, {"720p", 1280, 720}}

// kit is what is shown and said in the calls of a run: y4m and WAV files.
type kit struct{ clip, doctor, patient string }

func newKit(t *trial, dir string, z size) kit {
	k := kit{patient: filepath.Join(dir, "patient.wav"), doctor: filepath.Join(dir, "doctor.wav")}
	rig.Speech(t, k.patient, "God dag. Kneet er fortsatt vondt når jeg går i trapper, men det er bedre enn i forrige uke.", "60")
	rig.Speech(t, k.doctor, "Så fint. Da fortsetter vi med øvelsene i to uker til, og så tar vi en ny prat om ski.", "35")
	k.clip = rig.PaintClip(t, filepath.Join(dir, "doctor.y4m"), z.width, z.height, rate, 60, 1).File
	return k
}

// sitting is one call, measured.
type sitting struct {
	cpu, screen        float64 // seconds per minute: the doctor's program with its children, and its X server
	memory             float64 // MB
	p50, p99           float64 // ms from glass to glass
	perSecond, longest float64 // pictures seen; ms without one
	join               float64 // ms
	voice              float64 // ms from mouth to ear
	in, out            traffic // as the doctor gets and sends
	place, own         image.Rectangle
}

// traffic is one direction of the picture.
type traffic struct {
	width             int
	rate              float64 // kbit/s
	picturesPerSecond float64
}

func callBench(z size) bench {
	names := []string{"call.cpu." + z.name, "call.pss." + z.name, "call.latency." + z.name + ".p50", "call.latency." + z.name + ".p99"}
	if z.name == "vga" {
		names = append(names, "audio.latency.p50")
	}
	return bench{names: names, run: func(ctx context.Context, runs int) ([]row, error) {
		if runs == 0 {
			runs = ownRuns
		}
		ours, peers, err := sittings(ctx, z, runs)
		if err != nil || len(ours) == 0 {
			return nil, fmt.Errorf("call %s: %w", z.name, err)
		}
		return callRows(z, ours, peers), nil
	}}
}

// sittings are the calls of one size, ours and the peer's by turns.
func sittings(ctx context.Context, z size, runs int) (ours, peers []sitting, err error) {
	for range runs {
		err := try(ctx, func(t *trial) {
			dir := t.TempDir()
			rig.Awake(t, dir)
			k := newKit(t, dir, z)
			o := one(t, func(t *trial) sitting { return ourCall(t, z, k) })
			t.Logf("%s ours %v", z.name, o)
			p := one(t, func(t *trial) sitting { return peerCall(t, z, k, o) })
			t.Logf("%s peer %v", z.name, p)
			ours, peers = append(ours, o), append(peers, p)
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return ours, peers, ctx.Err()
}

// one is a call on a stage of its own.
func one(t *trial, f func(*trial) sitting) (out sitting) {
	if err := try(t.Context(), func(t *trial) { out = f(t) }); err != nil {
		t.Fatal(err)
	}
	return out
}

// measure waits until both pictures have their full size, and then measures the doctor's program; quiet is told when.
func (h *house) measure(z size, patient *rig.Page, doctor int, w *watcher, quiet func(bool)) sitting {
	h.fullSize(z, patient)
	_ = waitFor(h.t.Context(), settle)
	quiet(true)
	before, x, traffic, began := family(doctor), spent(h.xserver()), h.traffic(patient), time.Now()
	cpu := spent(before)
	w.fresh()
	_ = waitFor(h.t.Context(), callFor)
	now := family(doctor)
	passed := time.Since(began)
	perMinute := func(seconds float64) float64 { return seconds * 60 / passed.Seconds() }
	out := sitting{cpu: perMinute(spent(now) - cpu), screen: perMinute(spent(h.xserver()) - x), memory: proportional(now)}
	out.in, out.out = h.traffic(patient).since(traffic, passed)
	out.p50, out.p99, out.perSecond, out.longest = w.stop()
	out.voice = h.mouthToEar()
	quiet(false)
	return out
}

// waitFor lets time pass, unless ctx ends.
func waitFor(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func (h *house) xserver() []int { return []int{h.screen.PID()} }

// fullSize waits until each picture has had its full size. A machine that is too busy for that makes them smaller again, or
// never so large: that is no failure, and the figures say how large they were.
func (h *house) fullSize(z size, patient *rig.Page) {
	sent, got := false, false
	both := func() bool {
		now := h.traffic(patient)
		sent, got = sent || now.SentWidth == z.width, got || now.GotWidth == z.width
		return sent && got
	}
	if rig.WaitFor(h.t.Context(), patience, both) != nil {
		h.t.Logf("the pictures have not both reached %dx%d: the patient's %v, the doctor's %v", z.width, z.height, sent, got)
	}
}

// counted is the page's count of what it has sent and got.
type counted struct {
	SentWidth, SentBytes, SentFrames, GotWidth, GotBytes, GotFrames int
}

func (h *house) traffic(patient *rig.Page) counted {
	var c counted
	if err := patient.Eval("benchTraffic()", &c); err != nil {
		h.t.Fatal(err)
	}
	return c
}

// since is what was sent to and got from the doctor.
func (c counted) since(before counted, passed time.Duration) (toDoctor, fromDoctor traffic) {
	of := func(width, bytes, frames int) traffic {
		return traffic{width, float64(bytes) * 8 / 1000 / passed.Seconds(), float64(frames) / passed.Seconds()}
	}
	return of(c.SentWidth, c.SentBytes-before.SentBytes, c.SentFrames-before.SentFrames), of(c.GotWidth, c.GotBytes-before.GotBytes, c.GotFrames-before.GotFrames)
}

// String is for the log: what does not fit into rows.
func (s sitting) String() string {
	return fmt.Sprintf("cpu %.1f s/min (X server %.1f), %.0f MB, glass to glass %.1f / %.1f ms, %.1f pictures/s seen, longest gap %.0f ms, in %v, out %v, join %.0f ms, mouth to ear %.0f ms",
		s.cpu, s.screen, s.memory, s.p50, s.p99, s.perSecond, s.longest, s.in, s.out, s.join, s.voice)
}

func (t traffic) String() string {
	return fmt.Sprintf("%d wide %.0f kbit/s %.1f/s", t.width, t.rate, t.picturesPerSecond)
}

func callRows(z size, ours, peers []sitting) []row {
	of := func(name, unit string, get func(sitting) float64) row {
		return against(name, unit, each(ours, get), each(peers, get))
	}
	cpu := of("call.cpu."+z.name, "s/min", func(s sitting) float64 { return s.cpu })
	cpu.note = fmt.Sprintf("X server: ours %.1f, peer %.1f s/min; sent %.0f and %.0f kbit/s", median(each(ours, func(s sitting) float64 { return s.screen })),
		median(each(peers, func(s sitting) float64 { return s.screen })), median(each(ours, func(s sitting) float64 { return s.out.rate })), median(each(peers, func(s sitting) float64 { return s.out.rate })))
	wide := func(all []sitting, of func(sitting) traffic) float64 {
		return median(each(all, func(s sitting) float64 { return float64(of(s).width) }))
	}
	in, out := func(s sitting) traffic { return s.in }, func(s sitting) traffic { return s.out }
	cpu.note += fmt.Sprintf("; in %.0f and %.0f, out %.0f and %.0f wide", wide(ours, in), wide(peers, in), wide(ours, out), wide(peers, out))
	p50 := of("call.latency."+z.name+".p50", "ms", func(s sitting) float64 { return s.p50 })
	p50.note = fmt.Sprintf("pictures seen: ours %.1f, peer %.1f a second", median(each(ours, func(s sitting) float64 { return s.perSecond })), median(each(peers, func(s sitting) float64 { return s.perSecond })))
	rows := []row{cpu, of("call.pss."+z.name, "MB", func(s sitting) float64 { return s.memory }), p50,
		of("call.latency."+z.name+".p99", "ms", func(s sitting) float64 { return s.p99 })}
	if z.name == "vga" {
		if mine, theirs := heardAfter(ours), heardAfter(peers); len(mine) > 0 && len(theirs) > 0 {
			rows = append(rows, against("audio.latency.p50", "ms", mine, theirs))
		}
	}
	return rows
}

func each(all []sitting, get func(sitting) float64) []float64 {
	var out []float64
	for _, s := range all {
		out = append(out, get(s))
	}
	return out
}

// heardAfter are the delays of the calls in which one was found: none is no delay of 0 ms.
func heardAfter(all []sitting) []float64 {
	return slices.DeleteFunc(each(all, func(s sitting) float64 { return s.voice }), func(ms float64) bool { return ms == 0 })
}

// against sums up the runs of a measurement beside its peer.
func against(name, unit string, ours, peers []float64) row {
	r := newRow(name, unit, ours)
	peer := rounded(median(peers))
	r.Peer = &peer
	if peer != 0 && !math.IsNaN(peer) {
		ratio := rounded(r.Ours / peer)
		r.Ratio = &ratio
	}
	return r
}
