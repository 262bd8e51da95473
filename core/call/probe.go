package call

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/pion/stun/v4"
	"github.com/pion/webrtc/v4"
)

// Probe is how a short exchange of packets with a STUN server went: what this computer's own network is like, the
// patient's left out.
type Probe struct {
	RoundTrip  time.Duration // median; zero if nothing came back
	Sent, Lost int
}

const (
	probes     = 20
	probeEvery = 40 * time.Millisecond
	probeWait  = time.Second // for the answer to the last
)

var errNoSTUN = errors.New("no server that answers over UDP is known")

// ProbeServer sends small packets to the first of the servers that can be reached over UDP and waits for the answers,
// about two seconds in all.
func ProbeServer(ctx context.Context, servers []webrtc.ICEServer) (Probe, error) {
	address, err := probed(servers)
	if err != nil {
		return Probe{}, err
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "udp", address)
	if err != nil {
		return Probe{}, fmt.Errorf("STUN server: %w", err)
	}
	defer conn.Close()
	sent := make([]time.Time, probes)
	answers := make(chan probeAnswer, probes) // capacity probes: the reader never waits
	done := make(chan struct{})
	go func() {
		defer close(done)
		readAnswers(conn, answers)
	}()
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for i := range sent {
		sent[i] = time.Now()
		_, _ = conn.Write(request(i)) // one that cannot be sent is one that is lost
		select {
		case <-tick.C:
		case <-ctx.Done():
			_ = conn.Close()
			<-done
			return Probe{}, ctx.Err()
		}
	}
	_ = conn.SetReadDeadline(time.Now().Add(probeWait))
	<-done
	close(answers)
	return judge(sent, answers), nil
}

// probed is the address of the first server that speaks STUN over UDP; relays do too.
func probed(servers []webrtc.ICEServer) (string, error) {
	for _, s := range servers {
		for _, u := range s.URLs {
			uri, err := stun.ParseURI(u)
			if err == nil && uri.Proto == stun.ProtoTypeUDP && !uri.IsSecure() {
				return net.JoinHostPort(uri.Host, strconv.Itoa(uri.Port)), nil
			}
		}
	}
	return "", errNoSTUN
}

// request is a binding request (RFC 8489, section 3) whose transaction says which one it is.
func request(n int) []byte {
	m := stun.MustBuild(stun.TransactionID, stun.BindingRequest)
	m.TransactionID[0] = byte(n)
	m.WriteTransactionID()
	return m.Raw
}

type probeAnswer struct {
	number int
	at     time.Time
}

// readAnswers reads until the deadline or the connection's end.
func readAnswers(conn net.Conn, answers chan<- probeAnswer) {
	buffer := make([]byte, 1500)
	for range probes {
		n, err := conn.Read(buffer)
		if errors.Is(err, net.ErrClosed) || isTimeout(err) {
			return
		}
		m := &stun.Message{Raw: buffer[:n]}
		if err == nil && m.Decode() == nil && int(m.TransactionID[0]) < probes {
			answers <- probeAnswer{int(m.TransactionID[0]), time.Now()}
		}
	}
}

func isTimeout(err error) bool {
	var e net.Error
	return errors.As(err, &e) && e.Timeout()
}

func judge(sent []time.Time, answers <-chan probeAnswer) Probe {
	took := map[int]time.Duration{}
	for a := range answers {
		took[a.number] = a.at.Sub(sent[a.number])
	}
	out := Probe{Sent: len(sent), Lost: len(sent) - len(took)}
	var all []time.Duration
	for _, t := range took {
		all = append(all, t)
	}
	if slices.Sort(all); len(all) > 0 {
		out.RoundTrip = all[len(all)/2]
	}
	return out
}
