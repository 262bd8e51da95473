package load

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"legekonsultasjon/core/signaling"
	"legekonsultasjon/e2e/rig"
	"legekonsultasjon/signaling-server/turn/turntest"
)

// Relaying is how much goes through a relay: pairs of a client and a peer that send to each other, every 20 ms a packet of
// sound and some of a picture, as a call does.
type Relaying struct {
	Pairs    int
	Pictures int           // packets of a picture in 20 ms
	For      time.Duration // measured, after a tenth of it
}

const (
	soundBytes   = 120
	pictureBytes = 1100
	beat         = 20 * time.Millisecond
	channel      = 0x4000
	lossLimit    = 0.01 // of the packets: a relay that drops more has not done the work
)

// Run gives the processor time, in milliseconds for each Mbit relayed, of the relay in the real server and of Debian's
// coturn under the same load, in turns.
func (r Relaying) Run(ctx context.Context, turns int) (ours, peer []float64, err error) {
	port, err := rig.FreePort()
	if err != nil {
		return nil, nil, err
	}
	h, err := openHospital(ctx, 1, 0, false, "--turn-listen", fmt.Sprintf("127.0.0.1:%d", port), "--turn-public-ip", "127.0.0.1", "--turn-allow-loopback")
	if err != nil {
		return nil, nil, err
	}
	defer h.close()
	c, err := startCoturn(h.dir)
	if err != nil {
		return nil, nil, err
	}
	defer c.stop()
	for range turns {
		entry, err := h.relay(ctx)
		if err != nil {
			return ours, peer, err
		}
		a, err := r.measure(ctx, h.process.Process.Pid, port, entry.Username, entry.Credential)
		if err != nil {
			return ours, peer, fmt.Errorf("our relay: %w", err)
		}
		b, err := r.measure(ctx, c.process.Process.Pid, c.port, coturnName, coturnPassword)
		if err != nil {
			return ours, peer, fmt.Errorf("coturn: %w", err)
		}
		ours, peer = append(ours, a), append(peer, b)
	}
	return ours, peer, ctx.Err()
}

// relay is what the welcome of a fresh socket says of TURN: each has a quota of allocations of its own.
func (h *hospital) relay(ctx context.Context) (signaling.ICEServer, error) {
	conn, welcome, err := h.dial(ctx, h.seats[0])
	if err != nil {
		return signaling.ICEServer{}, err
	}
	go conn.Close("")
	for _, one := range welcome.ICEServers {
		if one.Credential != "" {
			return one, nil
		}
	}
	return signaling.ICEServer{}, errors.New("no TURN in the welcome")
}

// coturn is Debian's, with one account.
type coturn struct {
	process *exec.Cmd
	port    int
}

const (
	coturnName     = "maaling"
	coturnPassword = "tre ugler"
)

func startCoturn(dir string) (*coturn, error) {
	path, err := exec.LookPath("turnserver")
	if err != nil {
		return nil, errors.New("turnserver is missing: apt-get install coturn")
	}
	c := &coturn{}
	if c.port, err = rig.FreePort(); err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "coturn.log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	c.process = exec.Command(path, "-n", "--listening-ip=127.0.0.1", fmt.Sprintf("--listening-port=%d", c.port), "--relay-ip=127.0.0.1",
		"--lt-cred-mech", "--user="+coturnName+":"+coturnPassword, "--realm="+turntest.Realm, "--allow-loopback-peers", "--no-cli", "--no-tls",
		"--no-dtls", "--no-tcp", "--log-file=stdout", "--pidfile="+filepath.Join(dir, "pid"), "--userdb="+filepath.Join(dir, "db"))
	c.process.Stdout, c.process.Stderr = log, log
	if err := c.process.Start(); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *coturn) stop() {
	_ = c.process.Process.Kill()
	_ = c.process.Wait()
}

// measure relays for a while; an error is also a relay that loses packets.
func (r Relaying) measure(ctx context.Context, pid, port int, name, password string) (msPerMbit float64, err error) {
	t := &traffic{server: netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(port)), pictures: r.Pictures}
	defer t.end()
	for range r.Pairs {
		if err := t.add(ctx, name, password); err != nil {
			return 0, err
		}
	}
	t.begin()
	pause(ctx, r.For/10)
	bytes, spent := t.came.Load(), processorTime(pid)
	pause(ctx, r.For)
	bytes, spent = t.came.Load()-bytes, processorTime(pid)-spent
	t.end()
	if sent, got := t.packets.Load(), t.heard.Load(); float64(got) < float64(sent)*(1-lossLimit) {
		return 0, fmt.Errorf("%d of %d packets came through", got, sent)
	}
	return float64(spent.Microseconds()) / 1000 / (float64(bytes) * 8 / 1e6), ctx.Err()
}

// processorTime is what a process has used of the processors, to 10 ms; 0 where nobody says.
func processorTime(pid int) time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, after, ok := strings.Cut(string(text), ") ")
	fields := strings.Fields(after)
	if err != nil || !ok || len(fields) < 13 {
		return 0
	}
	var user, system int
	_, _ = fmt.Sscan(fields[11]+" "+fields[12], &user, &system)
	return time.Duration(user+system) * 10 * time.Millisecond
}

// traffic is what goes through one relay: from clients by channel, from peers to relayed addresses.
type traffic struct {
	server   netip.AddrPort
	pictures int
	ways     []way
	stop     chan struct{} // nil before begin
	once     sync.Once
	all      sync.WaitGroup

	came, packets, heard atomic.Int64 // bytes of payload that came; packets sent and come
}

// way is one direction of a pair: from a socket, in front of what is sent, to an address.
type way struct {
	socket *net.UDPConn
	head   int // bytes of the channel's header, sent and received here
	to     netip.AddrPort
}

// add makes a pair: an allocation with a channel to the peer's socket.
func (t *traffic) add(ctx context.Context, name, password string) error {
	local := &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}
	client, err := net.ListenUDP("udp4", local)
	if err != nil {
		return err
	}
	peer, err := net.ListenUDP("udp4", local)
	if err != nil {
		return errors.Join(err, client.Close())
	}
	asking := turntest.New(client, net.UDPAddrFromAddrPort(t.server), name, password)
	relayed, err := asking.Allocate()
	for tries := 0; err != nil && tries < 20; tries++ { // coturn takes a moment to start
		pause(ctx, 100*time.Millisecond)
		relayed, err = asking.Allocate()
	}
	if err == nil {
		err = asking.Bind(channel, peer.LocalAddr().(*net.UDPAddr).AddrPort())
	}
	if err == nil {
		err = client.SetReadDeadline(time.Time{})
	}
	t.ways = append(t.ways, way{client, 4, t.server}, way{peer, 0, relayed})
	return err
}

// begin sends and hears until end.
func (t *traffic) begin() {
	t.stop = make(chan struct{})
	for i, w := range t.ways {
		t.all.Go(func() { t.send(w, beat*time.Duration(i)/time.Duration(len(t.ways))) })
		go t.hear(w) // ends with its socket
	}
}

// send begins after a while, so that not all speak at the same instant.
func (t *traffic) send(w way, after time.Duration) {
	packet := make([]byte, w.head+pictureBytes)
	write := func(n int) {
		if w.head > 0 { // RFC 8656 section 12.4
			binary.BigEndian.PutUint16(packet, channel)
			binary.BigEndian.PutUint16(packet[2:], uint16(n))
		}
		if _, err := w.socket.WriteToUDPAddrPort(packet[:w.head+n], w.to); err == nil {
			t.packets.Add(1)
		}
	}
	first := time.NewTimer(after)
	defer first.Stop()
	<-first.C
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		select {
		case <-t.stop:
			return
		case <-tick.C:
			write(soundBytes)
			for range t.pictures {
				write(pictureBytes)
			}
		}
	}
}

func (t *traffic) hear(w way) {
	packet := make([]byte, 2048)
	for {
		n, _, err := w.socket.ReadFromUDPAddrPort(packet)
		if err != nil {
			return
		}
		if n > w.head {
			t.came.Add(int64(n - w.head))
			t.heard.Add(1)
		}
	}
}

// end stops sending, waits for what is under way, and closes. A second call does nothing.
func (t *traffic) end() {
	t.once.Do(func() {
		if t.stop != nil {
			close(t.stop)
			t.all.Wait()
			pause(context.Background(), 200*time.Millisecond)
		}
		for _, w := range t.ways {
			_ = w.socket.Close()
		}
	})
}
