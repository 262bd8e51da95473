package drill

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"legekonsultasjon/core/signaling"
	"legekonsultasjon/e2e/rig"
)

const (
	stallLimit  = 10 * time.Second       // in which a stalled socket is closed
	relayLimit  = 100 * time.Millisecond // p99 of a good call's frames there and back meanwhile
	memoryLimit = 256 << 10              // KiB of the server's memory, whatever comes
)

// TestAbuse is the drill "abuse": thousands of half-open upgrades, half frames and silent sockets from many addresses,
// malformed and oversized frames, floods of pings, patients who do not read, unknown rooms, while a good call goes on, patients beside the attackers
// get in, and nothing tells one refusal from another.
func TestAbuse(t *testing.T) {
	short := runs(t, 0) == 1
	pick := func(full, less int) int {
		if short {
			return less
		}
		return full
	}
	server := rig.NewServer(t, rig.ServerOptions{
		Dir: t.TempDir(), Binary: built(t), Doctors: []rig.Doctor{kari}, Args: []string{"--trusted-proxies", "127.0.0.1/32"},
	})
	defer func() { server.Process.Stop() }()
	a := &abuse{storm: newStorm(t, server, 0), t: t, host: strings.TrimPrefix(server.URL, "http://localhost"), short: short}
	a.host = "127.0.0.1" + a.host
	stop := a.goodCall()
	t.Run("stalled", func(t *testing.T) { a.stalled(t, pick(5000, 300)) })
	t.Run("frames", func(t *testing.T) { a.frames(t, pick(2000, 100)) })
	t.Run("slow", func(t *testing.T) { a.slow(t, pick(20, 2)) })
	t.Run("rooms", func(t *testing.T) { a.rooms(t, pick(60, 3), pick(100, 10)) })
	p99, frames := stop()
	t.Run("apart", func(t *testing.T) { a.apart(t, pick(50_000, 500)) })
	limit := relayLimit
	if short {
		limit = time.Second // beside everything else that a test run does to this machine
	}
	if p99 > limit || frames == 0 {
		t.Errorf("the good call: p99 %v of %d frames", p99, frames)
	}
	if kib := a.peak(); kib > memoryLimit {
		t.Errorf("the server grew to %d KiB", kib)
	}
	report("abuse-call", frames, frames, "a good call's frames there and back meanwhile: p99 %.1f ms; server at most %d MiB", float64(p99.Microseconds())/1000, a.peak()>>10)
}

type abuse struct {
	*storm
	t     *testing.T
	host  string // address and port
	short bool
}

// peak is the most memory that the server has had, in KiB.
func (a *abuse) peak() int {
	data, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", a.server.Process.PID()))
	_, after, _ := strings.Cut(string(data), "VmHWM:")
	kib := 0
	_, _ = fmt.Sscan(after, &kib)
	return kib
}

// goodCall sends frames through the server to a desktop that sends them back; the returned function ends that and gives
// the 99th percentile of their times.
func (a *abuse) goodCall() (stop func() (p99 time.Duration, n int)) {
	ctx, cancel := context.WithCancel(a.t.Context())
	desktop, patient := a.pair(ctx)
	var all sync.WaitGroup
	var took []time.Duration
	all.Go(func() { _ = echo(ctx, desktop) })
	all.Go(func() {
		tick := time.NewTicker(frameEvery)
		defer tick.Stop()
		for ctx.Err() == nil {
			<-tick.C
			frame := binary.BigEndian.AppendUint64(make([]byte, frameBytes), uint64(time.Now().UnixNano()))
			if patient.WriteRelay(ctx, signaling.Relay{Payload: frame}) != nil {
				return
			}
		}
	})
	all.Go(func() {
		for {
			_, relay, err := patient.Read(ctx)
			if err != nil {
				if ctx.Err() == nil {
					a.t.Error("the good call ended: ", err)
				}
				return
			}
			if relay != nil {
				sent := binary.BigEndian.Uint64(relay.Payload[len(relay.Payload)-8:])
				took = append(took, time.Duration(time.Now().UnixNano()-int64(sent)))
			}
		}
	})
	return func() (time.Duration, int) {
		cancel()
		all.Wait()
		_, _ = desktop.Close(""), patient.Close("")
		if len(took) == 0 {
			return 0, 0
		}
		slices.Sort(took)
		return took[len(took)*99/100], len(took)
	}
}

// from dials the server from any of the addresses of loopback.
func (a *abuse) from() (net.Conn, error) {
	dialer := net.Dialer{Timeout: 20 * time.Second, LocalAddr: &net.TCPAddr{
		IP: net.IPv4(127, byte(1+mathrand.IntN(250)), byte(mathrand.IntN(256)), byte(1+mathrand.IntN(250))),
	}}
	return dialer.Dial("tcp", a.host)
}

// upgraded opens a socket at the patients' door by hand.
func (a *abuse) upgraded() (net.Conn, *bufio.Reader, error) {
	conn, err := a.from()
	if err != nil {
		return nil, nil, err
	}
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"+
		"Sec-WebSocket-Version: 13\r\nOrigin: http://%s\r\n\r\n", signaling.PathPatient, a.host, a.host)
	in := bufio.NewReader(conn)
	_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	resp, err := http.ReadResponse(in, nil)
	if err == nil && resp.StatusCode != http.StatusSwitchingProtocols {
		err = fmt.Errorf("status %d", resp.StatusCode)
	}
	if err != nil {
		_ = conn.Close()
		return nil, nil, err
	}
	return conn, in, nil
}

// gone waits until the server has closed; the time counts from here.
func gone(conn net.Conn) (time.Duration, bool) {
	began := time.Now()
	_ = conn.SetReadDeadline(began.Add(2 * stallLimit))
	_, err := io.Copy(io.Discard, conn)
	took := time.Since(began)
	return took, err == nil || took < 2*stallLimit
}

// stalled opens n connections that go no further, half of them before and half after the upgrade.
func (a *abuse) stalled(t *testing.T, n int) {
	half := [][]byte{nil, {0x81}, {0x81, 0xFE, 0}, {0x81, 0x82, 1, 2, 3, 4, 5}, {0x01, 0x81, 1, 2, 3, 4, '{' ^ 1}}
	var closed atomic.Int64
	var worst atomic.Int64
	var all sync.WaitGroup
	lanes := make(chan struct{}, 500) // capacity: dialled at once
	for i := range n {
		lanes <- struct{}{}
		all.Go(func() {
			conn, err := a.stall(i, half)
			<-lanes
			if err != nil {
				closed.Add(1) // turned away is closed too
				return
			}
			defer conn.Close()
			took, ok := gone(conn)
			if ok && took <= stallLimit {
				closed.Add(1)
			}
			for old := worst.Load(); int64(took) > old && !worst.CompareAndSwap(old, int64(took)); old = worst.Load() {
			}
		})
	}
	all.Wait()
	if int(closed.Load()) != n {
		t.Errorf("%d of %d stalled sockets were there after %v", n-int(closed.Load()), n, stallLimit)
	}
	report("abuse-stalled", n, int(closed.Load()), "half-open upgrades and half frames: the last closed after %.1f s", time.Duration(worst.Load()).Seconds())
}

func (a *abuse) stall(i int, half [][]byte) (net.Conn, error) {
	if i%2 == 0 {
		conn, err := a.from()
		if err == nil {
			_, err = io.WriteString(conn, ("GET " + signaling.PathPatient + " HTTP/1.1\r\nHost: x\r\nUpgrade: web")[:mathrand.IntN(40)])
		}
		return conn, err
	}
	conn, _, err := a.upgraded()
	if err == nil {
		_, err = conn.Write(half[i/2%len(half)])
	}
	return conn, err
}

// frames sends what is malformed, too large or too much; each connection ends by it.
func (a *abuse) frames(t *testing.T, n int) {
	big := make([]byte, 14+signaling.MaxMessage+1)
	copy(big, []byte{0x82, 0xFF, 0, 0, 0, 0, 0, 1, 0, 1})
	evil := [][]byte{
		{0x81, 2, '{', '}'}, {0xC1, 0x80, 1, 2, 3, 4}, {0x83, 0x80, 1, 2, 3, 4}, {0x80, 0x80, 1, 2, 3, 4}, {0x09, 0x80, 1, 2, 3, 4},
		{0x81, 0x81, 1, 2, 3, 4, 'x'}, big, append([]byte{0x82, 0xFF, 0x7F, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4}, big...),
		bytes.Repeat([]byte{0x89, 0x80, 1, 2, 3, 4}, 5000), bytes.Repeat([]byte{0x8A, 0x80, 1, 2, 3, 4}, 5000),
	}
	var ended atomic.Int64
	var all sync.WaitGroup
	lanes := make(chan struct{}, 200) // capacity: at once; more wait
	for i := range n {
		lanes <- struct{}{}
		all.Go(func() {
			defer func() { <-lanes }()
			conn, _, err := a.upgraded()
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			all.Go(func() { _, _ = conn.Write(evil[i%len(evil)]) })
			if took, ok := gone(conn); ok && took <= stallLimit {
				ended.Add(1)
			}
		})
	}
	all.Wait()
	if int(ended.Load()) != n {
		t.Errorf("%d of %d connections went on", n-int(ended.Load()), n)
	}
	report("abuse-frames", n, int(ended.Load()), "malformed and oversized frames, floods of pings and pongs: connections ended")
}

// asking is a client whose requests come from a network of its choice, by way of a trusted proxy.
type asking struct {
	url    string
	client *http.Client
}

func (a *abuse) asking(width int) asking {
	transport := &http.Transport{MaxIdleConnsPerHost: width, MaxConnsPerHost: width}
	a.t.Cleanup(transport.CloseIdleConnections)
	return asking{"http://" + a.host, &http.Client{Transport: transport, Timeout: 20 * time.Second}}
}

// note asks for a note; it gives the time and the size of the answer.
func (q asking) note(k signaling.Knock, from string) (took time.Duration, status, size int, err error) {
	body, _ := json.Marshal(k)
	req, _ := http.NewRequest(http.MethodPost, q.url+signaling.PathNote, bytes.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Forwarded-For", from)
	began := time.Now()
	resp, err := q.client.Do(req)
	if err != nil {
		return 0, 0, 0, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	took = time.Since(began)
	var head bytes.Buffer
	_ = resp.Header.Write(&head)
	return took, resp.StatusCode, head.Len() + len(data), err
}

func anywhere() string {
	return fmt.Sprintf("%d.%d.%d.7", 1+mathrand.IntN(120), mathrand.IntN(256), mathrand.IntN(256))
}

func stranger() signaling.Knock {
	k := signaling.Knock{Version: signaling.Version}
	_, _ = rand.Read(k.Invitation[:])
	_, _ = rand.Read(k.Admission[:])
	return k
}

// rooms asks for unknown rooms, 100 000 a minute, a quarter from one network, in which patients come meanwhile.
func (a *abuse) rooms(t *testing.T, seconds, patients int) {
	const perMinute = 100_000
	const hospital = "198.51.100.9"
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(seconds)*time.Second)
	defer cancel()
	q := a.asking(0)
	var asked, refused atomic.Int64
	var all sync.WaitGroup
	lanes := make(chan struct{}, 3000) // capacity: requests at once; more wait
	all.Go(func() {
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for ctx.Err() == nil {
			<-tick.C
			for i := range perMinute / 6000 {
				from := anywhere()
				if i%4 == 0 {
					from = hospital
				}
				lanes <- struct{}{}
				all.Go(func() {
					defer func() { <-lanes }()
					asked.Add(1)
					if _, status, _, err := q.note(stranger(), from); err == nil && status == http.StatusForbidden {
						refused.Add(1)
					}
				})
			}
		}
	})
	in, worst := a.arrive(t, hospital, patients)
	all.Wait()
	if in != patients {
		t.Errorf("%d of %d patients beside the attackers got in", in, patients)
	}
	if refused.Load() != asked.Load() {
		t.Logf("%d of %d strangers were refused; the others were cut off", refused.Load(), asked.Load())
	}
	report("abuse-rooms", patients, in, "patients in the attackers' network let in, the last after %.0f ms; %d unknown rooms in %d s",
		float64(worst.Milliseconds()), asked.Load(), seconds)
}

// arrive lets patients knock from a network, one after the other.
func (a *abuse) arrive(t *testing.T, network string, n int) (in int, worst time.Duration) {
	desktop, err := a.signIn().dial(t.Context(), a.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer desktop.Close("")
	for range n {
		k := stranger()
		if err := a.create(t.Context(), desktop, k.Invitation, k.Admission); err != nil {
			t.Error(err)
			continue
		}
		began := time.Now()
		if err := a.enter(t.Context(), k, network); err != nil {
			t.Error(err)
			continue
		}
		in++
		worst = max(worst, time.Since(began))
	}
	return in, worst
}

func (a *abuse) enter(ctx context.Context, k signaling.Knock, network string) error {
	conn, _, err := a.join(ctx, k, network)
	if err == nil {
		go conn.Close("")
	}
	return err
}

// join opens a patient's socket from a network.
func (a *abuse) join(ctx context.Context, k signaling.Knock, network string) (signaling.Conn, signaling.Welcome, error) {
	return a.joinBy(ctx, signaling.Client{}, k, network)
}

// joinBy is join by way of a client's proxy.
func (a *abuse) joinBy(ctx context.Context, client signaling.Client, k signaling.Knock, network string) (signaling.Conn, signaling.Welcome, error) {
	conn, err := signaling.Dial(ctx, "http://"+a.host, signaling.PathPatient, signaling.DialOptions{
		Client: client,
		Header: http.Header{"Origin": {"http://" + a.host}, "X-Forwarded-For": {network}},
	})
	if err != nil {
		return nil, signaling.Welcome{}, err
	}
	if err = conn.Write(ctx, k); err == nil {
		var m signaling.Message
		if m, _, err = conn.Read(ctx); err == nil {
			if welcome, ok := m.(signaling.Welcome); ok {
				return conn, welcome, nil
			}
			err = fmt.Errorf("answered %T", m)
		}
	}
	go conn.Close("")
	return nil, signaling.Welcome{}, err
}

// apart asks n times each, in turns, with a wrong admission for an invitation that is there and for one that is not, and
// looks whether the answers can be told apart by time or size.
func (a *abuse) apart(t *testing.T, n int) {
	desktop, err := a.signIn().dial(t.Context(), a.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer desktop.Close("")
	there := stranger()
	if err := a.create(t.Context(), desktop, there.Invitation, there.Admission); err != nil {
		t.Fatal(err)
	}
	const width = 32
	q := a.asking(width)
	var mu sync.Mutex
	var took [2][]time.Duration
	sizes := map[int]int{}
	var all sync.WaitGroup
	for lane := range width {
		all.Go(func() {
			for i := lane; i < 2*n; i += width {
				k := stranger()
				kind := (i/width + lane) % 2
				if kind == 0 {
					k.Invitation = there.Invitation
				}
				d, status, size, err := q.note(k, anywhere())
				if err != nil || status != http.StatusForbidden {
					t.Error(status, err)
					return
				}
				mu.Lock()
				took[kind] = append(took[kind], d)
				sizes[size]++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	judge(t, took, sizes)
}
