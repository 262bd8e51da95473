package call

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pion/webrtc/v4"
)

// Loop is how an exchange with oneself through a relay went.
type Loop struct {
	Connected time.Duration // from the first packet to the first message
	RoundTrip time.Duration // of a message, the shortest
}

// loopMessages are sent one after the other.
const loopMessages = 5

var errNoRelay = errors.New("no relay is known")

// TryRelay connects this computer with itself through a relay of these servers, with all that a call does but the media:
// what works here works with a patient whose network lets nothing through directly. It takes a second, and ctx bounds it.
func TryRelay(ctx context.Context, servers []webrtc.ICEServer) (Loop, error) {
	if servers = relays(servers); len(servers) == 0 {
		return Loop{}, errNoRelay
	}
	began := time.Now()
	setting := webrtc.SettingEngine{LoggerFactory: silent{}}
	setting.SetRelayAcceptanceMinWait(0)
	api := webrtc.NewAPI(webrtc.WithSettingEngine(setting))
	config := webrtc.Configuration{ICEServers: servers, ICETransportPolicy: webrtc.ICETransportPolicyRelay}
	var ends [2]*webrtc.PeerConnection
	for i := range ends {
		pc, err := api.NewPeerConnection(config)
		if err != nil {
			return Loop{}, fmt.Errorf("peer connection: %w", err)
		}
		defer pc.GracefulClose()
		ends[i] = pc
	}
	echoes := make(chan struct{}, loopMessages) // capacity loopMessages: all that can come
	channel, err := echo(ends, echoes)
	if err != nil {
		return Loop{}, err
	}
	open := make(chan struct{})
	channel.OnOpen(func() { close(open) })
	if err := shake(ctx, ends); err != nil {
		return Loop{}, err
	}
	select {
	case <-open:
	case <-ctx.Done():
		return Loop{}, ctx.Err()
	}
	return exchange(ctx, channel, echoes, began)
}

// echo makes a channel from the first end to the second, which sends back what comes.
func echo(ends [2]*webrtc.PeerConnection, echoes chan<- struct{}) (*webrtc.DataChannel, error) {
	ends[1].OnDataChannel(func(c *webrtc.DataChannel) {
		c.OnMessage(func(m webrtc.DataChannelMessage) { _ = c.Send(m.Data) })
	})
	channel, err := ends[0].CreateDataChannel("loop", nil)
	if err != nil {
		return nil, fmt.Errorf("data channel: %w", err)
	}
	channel.OnMessage(func(webrtc.DataChannelMessage) {
		select {
		case echoes <- struct{}{}:
		default:
		}
	})
	return channel, nil
}

// shake exchanges descriptions with all candidates in them.
func shake(ctx context.Context, ends [2]*webrtc.PeerConnection) error {
	offer, err := ends[0].CreateOffer(nil)
	if err == nil {
		err = gathered(ctx, ends[0], offer)
	}
	if err == nil {
		err = ends[1].SetRemoteDescription(*ends[0].LocalDescription())
	}
	var answer webrtc.SessionDescription
	if err == nil {
		answer, err = ends[1].CreateAnswer(nil)
	}
	if err == nil {
		err = gathered(ctx, ends[1], answer)
	}
	if err == nil {
		err = ends[0].SetRemoteDescription(*ends[1].LocalDescription())
	}
	return err
}

func gathered(ctx context.Context, pc *webrtc.PeerConnection, d webrtc.SessionDescription) error {
	done := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(d); err != nil {
		return err
	}
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func exchange(ctx context.Context, channel *webrtc.DataChannel, echoes <-chan struct{}, began time.Time) (Loop, error) {
	var out Loop
	for range loopMessages {
		sent := time.Now()
		if err := channel.SendText("loop"); err != nil {
			return Loop{}, fmt.Errorf("data channel: %w", err)
		}
		select {
		case <-echoes:
		case <-ctx.Done():
			return Loop{}, ctx.Err()
		}
		if out.Connected == 0 {
			out.Connected, out.RoundTrip = time.Since(began), time.Since(sent)
		}
		out.RoundTrip = min(out.RoundTrip, time.Since(sent))
	}
	return out, nil
}
