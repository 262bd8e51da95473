package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/mediatest/impair"
	"legekonsultasjon/core/media/wav"
	"legekonsultasjon/core/media/y4m"
	"legekonsultasjon/e2e/rig"
)

//go:embed page/net.html
var linePage string

// hushed is the level below which a sound that never pauses counts as silence, dBFS.
const hushed = -50

// doctorSide is what has the doctor's role: A on the proxy.
type doctorSide interface {
	// connect agrees with the patient's page; candidates of both sides go through the stage.
	connect(s *lineStage, patient *linePeer)
	// measure judges what was shown and heard for a while from now on.
	measure(s *lineStage, d time.Duration) lossy
}

// lineStage is a call with the proxy between the two sides.
type lineStage struct {
	*trial
	proxy  *impair.Proxy
	doctor doctorSide

	mu  sync.Mutex
	log []impair.Passage // towards the patient
}

// newLineStage connects a call in which the doctor sends pictures of a size; the patient sends 640x360.
func newLineStage(t *trial, chromium bool, width, height int) *lineStage {
	s := &lineStage{trial: t}
	s.proxy = impair.NewProxy(uint64(time.Now().UnixNano()), s.note)
	t.Cleanup(s.proxy.Close)
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(linePage))
	}))
	t.Cleanup(site.Close)
	h := newHouse(t)
	voice := steadyVoice(t, h.dir)
	patient := newLinePeer(h, site.URL, busyClip(t, filepath.Join(h.dir, "patient.y4m"), 640, 360), voice, 640, 360)
	clip := busyClip(t, filepath.Join(h.dir, "doctor.y4m"), width, height)
	if chromium {
		s.doctor = newLinePeer(h, site.URL, clip, voice, width, height)
	} else {
		s.doctor = &lineOwn{clip: clip, width: width, height: height}
	}
	s.doctor.connect(s, patient)
	return s
}

func (s *lineStage) note(p impair.Passage) {
	if p.Way == impair.ToB {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.log = append(s.log, p)
	}
}

func (s *lineStage) passed() []impair.Passage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]impair.Passage(nil), s.log...)
}

func (s *lineStage) both(c impair.Conditions) {
	s.proxy.Set(impair.ToA, c)
	s.proxy.Set(impair.ToB, c)
}

// set changes the way to the patient, and returns when.
func (s *lineStage) set(c impair.Conditions) time.Duration {
	s.proxy.Set(impair.ToB, c)
	return s.proxy.Now()
}

func (s *lineStage) wait(d time.Duration) {
	_ = rig.WaitFor(s.Context(), d, func() bool { return false })
	if s.Context().Err() != nil {
		s.Fatal(s.Context().Err())
	}
}

func (s *lineStage) measure(d time.Duration) lossy { return s.doctor.measure(s, d) }

// through replaces the address in a candidate of the side that w leads to by an entrance of the proxy's; "" is a candidate
// that is not used.
func (s *lineStage) through(w impair.Way, candidate string) string {
	fields := strings.Fields(candidate)
	if len(fields) < 8 || !strings.EqualFold(fields[2], "udp") || fields[7] != "host" {
		return ""
	}
	target, err := netip.ParseAddrPort(fields[4] + ":" + fields[5])
	if err != nil || !target.Addr().Is4() {
		return ""
	}
	entrance, err := s.proxy.Entrance(w, target)
	if err != nil {
		s.Fatal(err)
	}
	fields[4], fields[5] = entrance.Addr().String(), fmt.Sprint(entrance.Port())
	return strings.Join(fields, " ")
}

// linePeer is one side in a Chromium of its own.
type linePeer struct {
	page *rig.Page
}

// seen is what the page's side.seen returns.
type seen struct {
	Times []float64
	Now   float64
	Heard struct{ Steps, Silent, Longest float64 }

	Concealed, Samples float64
}

func newLinePeer(h *house, url, clip, voice string, width, height int) *linePeer {
	p := &linePeer{page: rig.NewChromium(h.t, rig.BrowserOptions{Dir: h.folder("browsers"), Video: clip, Audio: voice, Width: 400, Height: 400,
		Env: append(h.sound.Env(os.Environ()), "DISPLAY="+h.phones.Name, "PULSE_SINK=phone")})}
	p.page.Visit(url)
	p.do(h.t, fmt.Sprintf("side.open({width:%d,height:%d,level:%d})", width, height, hushed), nil)
	return p
}

func (p *linePeer) do(t *trial, expression string, out any) {
	if err := p.page.Eval(expression, out); err != nil {
		t.Fatal(err)
	}
}

func quoted(text string) string {
	b, _ := json.Marshal(text)
	return string(b)
}

// connect is the doctor's role between two pages.
func (p *linePeer) connect(s *lineStage, patient *linePeer) {
	var offer, answer string
	p.do(s.trial, "side.offer()", &offer)
	patient.do(s.trial, "side.answer("+quoted(offer)+")", &answer)
	p.do(s.trial, "side.take("+quoted(answer)+")", nil)
	connected := false
	for end := time.Now().Add(patience); !connected; {
		p.give(s, impair.ToA, patient)
		patient.give(s, impair.ToB, p)
		p.do(s.trial, "!!side.connected", &connected)
		if time.Now().After(end) {
			s.Fatal("the two pages do not find each other")
		}
	}
}

// give hands this side's candidates to the other page, rewritten; w is the way to this side.
func (p *linePeer) give(s *lineStage, w impair.Way, to *linePeer) {
	p.candidates(s, w, func(c string) { to.do(s.trial, "side.candidate("+quoted(c)+")", nil) })
}

func (p *linePeer) candidates(s *lineStage, w impair.Way, take func(string)) {
	var found []string
	p.do(s.trial, "side.candidates()", &found)
	for _, c := range found {
		if c = s.through(w, c); c != "" {
			take(c)
		}
	}
}

func (p *linePeer) look(s *lineStage) seen {
	var now seen
	p.do(s.trial, "side.seen()", &now)
	return now
}

func (p *linePeer) measure(s *lineStage, d time.Duration) lossy {
	before := p.look(s)
	s.wait(d)
	after := p.look(s)
	var at []time.Duration
	for _, t := range after.Times {
		at = append(at, milliseconds(t))
	}
	frozen, longest := frozenShare(at, milliseconds(before.Now), milliseconds(after.Now))
	s.Logf("chromium: %d pictures, longest gap %v", len(at), longest)
	return lossy{
		frozen: frozen, concealed: (after.Concealed - before.Concealed) / max(after.Samples-before.Samples, 1),
		hush: 10 * after.Heard.Longest,
	}
}

func milliseconds(v float64) time.Duration { return time.Duration(v * float64(time.Millisecond)) }

// busyClip is a moving picture with so much grain that it takes whatever rate there is.
func busyClip(t *trial, file string, width, height int) string {
	out, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	w, err := y4m.NewWriter(out, y4m.Header{Width: width, Height: height, Num: 30, Den: 1})
	if err != nil {
		t.Fatal(err)
	}
	chance, f := rand.New(rand.NewPCG(1, 1)), media.NewFrame(width, height)
	for n := range 60 {
		paintGrain(f, n, chance)
		if err := w.Write(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return file
}

// paintGrain draws bars that move round in 60 pictures, with grain.
func paintGrain(f *media.Frame, n int, chance *rand.Rand) {
	turn := 2 * math.Pi * float64(n) / 60
	for y := range f.Height {
		for x := 0; x < f.Width; x += 8 {
			v := 120 + 60*math.Sin(float64(x)/90+turn) + 30*math.Sin(float64(y)/70-2*turn)
			grain := chance.Uint64()
			for i := x; i < min(x+8, f.Width); i++ {
				f.Y[y*f.YStride+i] = byte(v + float64(grain&15))
				grain >>= 8
			}
		}
	}
}

// steadyVoice is ten seconds of a voice that never pauses: a hum whose pitch and loudness go up and down.
func steadyVoice(t *trial, dir string) string {
	pcm, phase := make([]int16, 10*media.SampleRate), 0.0
	for i := range pcm {
		at := float64(i) / media.SampleRate
		phase += 2 * math.Pi * (160 + 40*math.Sin(2*math.Pi*at)) / media.SampleRate
		v := 0.0
		for k := 1.0; k <= 12; k++ {
			v += math.Sin(k*phase) / k
		}
		pcm[i] = int16(7000 * v * (.65 + .35*math.Sin(2*math.Pi*4*at)))
	}
	file := filepath.Join(dir, "voice.wav")
	out, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if err := wav.Write(out, wav.Clip{Rate: media.SampleRate, Channels: 1, PCM: pcm}); err != nil {
		t.Fatal(err)
	}
	return file
}
