//go:build hostile

package drill

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"legekonsultasjon/core/call"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/mediatest"
	"legekonsultasjon/core/mediadevice"
	"legekonsultasjon/core/route"
	"legekonsultasjon/e2e/rig"
)

// routeSpaces names the namespaces of the doctor's machine and the router to the test that runs on the patient's.
const routeSpaces = "DRILL_SPACES"

// Targets of the drill, and when a call counts as lost.
const (
	routeP50  = 3 * time.Second
	routeP95  = 6 * time.Second
	routeLost = 20 * time.Second
	// routeEnough are the moves of a side from which on a 95th percentile is more than the name of the slowest one.
	routeEnough = 20
)

// TestRoute is the drill "route": the doctor's and the patient's computer move to another network in the middle of a
// call, one after the other, with all addresses and sockets that they had before gone. It measures how long picture is
// away at either end. Both computers and the router between them are network namespaces; the page is the real one.
func TestRoute(t *testing.T) {
	if !asRoot(t) {
		return
	}
	if names := os.Getenv(routeSpaces); names != "" {
		doctor, router, _ := strings.Cut(names, " ")
		routeOnStage(t, rig.OpenSpace(t, doctor), rig.OpenSpace(t, router))
		return
	}
	prefix := fmt.Sprintf("lk%d", os.Getpid())
	router, doctor, patient := rig.MakeSpace(t, prefix+"r"), rig.MakeSpace(t, prefix+"d"), rig.MakeSpace(t, prefix+"p")
	argv := []string{"netns", "exec", patient.Name, "env", builtServer + "=" + built(t), routeSpaces + "=" + doctor.Name + " " + router.Name,
		os.Args[0], "-test.v", "-test.run", "^TestRoute$"}
	cmd := exec.CommandContext(t.Context(), "ip", argv...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("on the patient's machine: %v", err)
	}
}

// moving is the stage: who can move, and when each side's pictures came.
type moving struct {
	*clinic
	machines [2]*machine // doctor, patient
	shown    beats       // to the doctor
	page     *rig.Page
}

func routeOnStage(t *testing.T, doctor, router *rig.Space) {
	s := &moving{clinic: blankClinic(t, kari)}
	patient := &rig.Space{Name: strings.TrimSuffix(doctor.Name, "d") + "p"}
	s.machines = [2]*machine{connect(t, doctor, router, 1), connect(t, patient, router, 2)}
	rig.IP(t, "netns", "exec", router.Name, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
	s.serve(router)
	s.meet()
	n := runs(t, 50)
	var all []time.Duration
	for side, name := range []string{"doctor", "patient"} {
		var took []time.Duration
		for range n {
			if d, ok := s.moves(side); ok {
				took = append(took, d)
			}
		}
		report("route-"+name, n, len(took), "picture is back after p50 %.2f s, p95 %.2f s, longest %.2f s",
			share(took, 0.5).Seconds(), share(took, 0.95).Seconds(), share(took, 1).Seconds())
		all = append(all, took...)
	}
	report("route", 2*n, len(all), "net.route.p50 %.2f s, net.route.p95 %.2f s", share(all, 0.5).Seconds(), share(all, 0.95).Seconds())
	slow := n >= routeEnough && share(all, 0.95) > routeP95
	if len(all) < 2*n || share(all, 0.5) > routeP50 || slow {
		t.Errorf("media is away too long: %v", all)
	}
}

// serve starts the server on the router; both machines reach it at a port of their own loopback, as if it were far away.
func (s *moving) serve(router *rig.Space) {
	t := s.t
	back, front, near := port(t), port(t), port(t)
	wrapper := filepath.Join(s.dir, "server-on-router")
	script := fmt.Sprintf("#!/bin/sh\nexec ip netns exec %s %s \"$@\"\n", router.Name, built(t))
	if err := os.WriteFile(wrapper, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	rig.Forward(t, router, fmt.Sprintf("0.0.0.0:%d", front), router, fmt.Sprintf("127.0.0.1:%d", back))
	rig.Forward(t, nil, fmt.Sprintf("127.0.0.1:%d", back), nil, fmt.Sprintf("%s.1:%d", s.machines[1].network(0), front))
	rig.Forward(t, nil, fmt.Sprintf("127.0.0.1:%d", near), s.machines[0].Space, fmt.Sprintf("%s.1:%d", s.machines[0].network(0), front))
	s.server = rig.NewServer(t, rig.ServerOptions{Dir: s.dir, Port: back, Binary: wrapper, Doctors: []rig.Doctor{kari}})
	s.url = s.server.URL
	s.openDesk(fmt.Sprintf("http://localhost:%d", near))
}

// openDesk starts the doctor's program without its window, on his machine's network.
func (s *moving) openDesk(server string) {
	net := newSpaceNet(s.t, s.machines[0].Space)
	s.openWith(server, func(d *desk.Deps) {
		d.Loopback, d.Devices = false, (*movingDevices)(s)
		d.Route = func(ctx context.Context, changed func(route.Change)) {
			route.WatchBy(ctx, func() (route.Place, error) { return rig.Within(s.machines[0].Space, route.Look) }, changed)
		}
		d.NewPeer = func(cfg call.Config, channel call.Channel) (desk.Peer, error) {
			cfg.Clock, cfg.Net, cfg.Codecs, cfg.Video = s.clock, net, realCodecs(), media.VideoFormat{Width: 320, Height: 240, FPS: 15}
			return call.NewPeer(cfg, channel)
		}
	})
}

// movingDevices are a camera, a microphone, and a screen that notes when pictures came.
type movingDevices moving

func (*movingDevices) Watch(ctx context.Context, _ func(mediadevice.Inventory)) { <-ctx.Done() }
func (d *movingDevices) Use(_, _, _ mediadevice.Selection) call.Devices {
	return call.Devices{Camera: &mediatest.Camera{Clock: d.clock}, Microphone: &mediatest.Tone{Clock: d.clock, Hz: 440}, Picture: &d.shown}
}

// beats are the times at which pictures were shown.
type beats struct {
	mu sync.Mutex
	at []time.Time
}

// Show implements media.VideoSink.
func (b *beats) Show(*media.Frame) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.at = append(b.at, time.Now())
}

// Clear implements media.VideoSink.
func (*beats) Clear() {}

func (b *beats) all() []time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.at)
}

// noting makes the page's browser note when it decoded pictures of the doctor's.
const noting = `
window.__beats = [];
const Real = window.RTCPeerConnection;
const all = new Set();
window.RTCPeerConnection = class extends Real { constructor(...a) { super(...a); all.add(this) } };
let last = 0;
setInterval(async () => { let frames = 0; for (const pc of all) { try {
	for (const s of (await pc.getStats()).values()) if (s.type === "inbound-rtp" && s.kind === "video") frames += s.framesDecoded || 0;
} catch {} } if (frames > last) window.__beats.push(Date.now()); last = frames; }, 50);
`

// meet puts a patient with a real browser into a call.
func (s *moving) meet() {
	letter := s.invite("pasient@eksempel.no")
	screen := rig.NewDisplay(s.t, s.dir, 480, 900)
	clip := rig.PaintClip(s.t, filepath.Join(s.dir, "patient.y4m"), 320, 240, 15, 30, 4)
	s.page = rig.NewChromium(s.t, rig.BrowserOptions{Dir: s.dir, Env: append(os.Environ(), "DISPLAY="+screen.Name), Preload: noting, Video: clip.File, Width: 480, Height: 900})
	s.page.Visit(letter.Link)
	s.page.Sees(20*time.Second, kari.Name)
	s.page.Types("input[inputmode=numeric]", letter.PIN)
	s.page.PressWords(5*time.Second, "Delta")
	s.page.PressWords(20*time.Second, "Gå til venterommet")
	s.await(20*time.Second, "the patient to wait", func(v desk.State) bool { return len(v.Waiting) == 1 && v.Waiting[0].Ready })
	s.desk.Do(desk.DoJoin{Invitation: letter.ID})
	s.steady(time.Now())
}

// decoded are the times at which the patient's browser had a new picture.
func (s *moving) decoded() []time.Time {
	var ms []int64
	_ = s.page.Eval("window.__beats", &ms)
	out := make([]time.Time, 0, len(ms))
	for _, m := range ms {
		out = append(out, time.UnixMilli(m))
	}
	return out
}

// steady waits until pictures come at both ends without a pause, and returns since when at each.
func (s *moving) steady(from time.Time) (atDoctor, atPatient time.Time, ok bool) {
	err := rig.WaitFor(s.t.Context(), routeLost, func() bool {
		var here, there bool
		atDoctor, here = flowsSince(s.shown.all(), from)
		atPatient, there = flowsSince(s.decoded(), from)
		return here && there
	})
	return atDoctor, atPatient, err == nil
}

// flowsSince is the first picture from which on there were two seconds without a pause of more than half a second.
func flowsSince(beats []time.Time, from time.Time) (time.Time, bool) {
	const pause, enough = 500 * time.Millisecond, 2 * time.Second
	var first, last time.Time
	for _, b := range beats {
		switch {
		case b.Before(from):
		case first.IsZero() || b.Sub(last) > pause:
			first, last = b, b
		default:
			last = b
		}
		if !first.IsZero() && last.Sub(first) >= enough {
			return first, true
		}
	}
	return first, false
}

// moves lets one side move, and says after how long pictures come at both ends again.
func (s *moving) moves(side int) (time.Duration, bool) {
	s.t.Helper()
	began := time.Now()
	s.machines[side].move(s.t)
	doctor, patient, ok := s.steady(began)
	took := max(doctor.Sub(began), patient.Sub(began))
	s.t.Logf("%s moved at %s: pictures at the doctor after %.2f s, at the patient after %.2f s (%v)",
		[2]string{"doctor", "patient"}[side], began.Format("05.000"), doctor.Sub(began).Seconds(), patient.Sub(began).Seconds(), ok)
	return took, ok
}

// share is a quantile by nearest rank.
func share(all []time.Duration, q float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(len(sorted)-1, max(0, int(float64(len(sorted))*q+0.999999)-1))]
}
