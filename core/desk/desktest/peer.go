package desktest

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/pion/webrtc/v4"

	"legekonsultasjon/core/access"
	"legekonsultasjon/core/call"
	"legekonsultasjon/core/desk"
	"legekonsultasjon/core/mediadevice"
	"legekonsultasjon/core/route"
	"legekonsultasjon/core/settings"
)

// Peers makes Peers and keeps them. Its New is desk.Deps.NewPeer.
type Peers struct {
	mu    sync.Mutex
	peers []*Peer
}

// New implements desk.Deps.NewPeer.
func (p *Peers) New(cfg call.Config, channel call.Channel) (desk.Peer, error) {
	peer := &Peer{Config: cfg, channel: channel}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.peers = append(p.peers, peer)
	return peer, nil
}

// All returns every peer made so far.
func (p *Peers) All() []*Peer {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]*Peer(nil), p.peers...)
}

// Open returns the peers that were not closed.
func (p *Peers) Open() []*Peer {
	var open []*Peer
	for _, peer := range p.All() {
		if !peer.Did("close") {
			open = append(open, peer)
		}
	}
	return open
}

// Peer is a peer connection that does nothing but remember. The test speaks for the network by Report.
type Peer struct {
	Config call.Config

	mu       sync.Mutex
	channel  call.Channel
	done     []string
	received []access.Message
	servers  []webrtc.ICEServer
}

// Report is an event of the connection.
func (p *Peer) Report(e call.Event) { p.Config.Events(e) }

// Offer sends an offer as a real peer does after Start.
func (p *Peer) Offer() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.channel.Send(access.Offer{Neg: 1, Peer: p.Config.Number, SDP: "v=0"})
}

// Did reports whether a method was called; its name is in lower case.
func (p *Peer) Did(what string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, done := range p.done {
		if done == what {
			return true
		}
	}
	return false
}

// Received returns the messages that were handed in.
func (p *Peer) Received() []access.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]access.Message(nil), p.received...)
}

func (p *Peer) note(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done = append(p.done, what)
}

// Start implements desk.Peer.
func (p *Peer) Start() { p.note("start") }

// Receive implements desk.Peer.
func (p *Peer) Receive(m access.Message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.received = append(p.received, m)
}

// Attach implements desk.Peer.
func (p *Peer) Attach(c call.Channel) {
	p.note("attach")
	p.mu.Lock()
	defer p.mu.Unlock()
	p.channel = c
}

// Detach implements desk.Peer.
func (p *Peer) Detach() { p.note("detach") }

// Admit implements desk.Peer.
func (p *Peer) Admit() { p.note("admit") }

// Hold implements desk.Peer.
func (p *Peer) Hold() { p.note("hold") }

// SetServers implements desk.Peer.
func (p *Peer) SetServers(servers []webrtc.ICEServer) {
	p.note("servers")
	p.mu.Lock()
	defer p.mu.Unlock()
	p.servers = servers
}

// Servers are those that were set last.
func (p *Peer) Servers() []webrtc.ICEServer {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.servers
}

// SetMicrophone implements desk.Peer.
func (p *Peer) SetMicrophone(on bool) { p.note(map[bool]string{true: "unmute", false: "mute"}[on]) }

// SetCamera implements desk.Peer.
func (p *Peer) SetCamera(on bool) {
	p.note(map[bool]string{true: "camera on", false: "camera off"}[on])
}

// SetDevices implements desk.Peer.
func (p *Peer) SetDevices(call.Devices) { p.note("devices") }

// Rerouted implements desk.Peer.
func (p *Peer) Rerouted(route.Change) { p.note("rerouted") }

// TellNetwork implements desk.Peer.
func (p *Peer) TellNetwork(n call.Network) {
	p.note(strings.TrimSpace("network " + string(n.Slow) + " " + string(n.Picture)))
}

// Restart implements desk.Peer.
func (p *Peer) Restart() { p.note("restart") }

// SetVolume implements desk.Peer.
func (p *Peer) SetVolume(gain float64) { p.note(fmt.Sprintf("volume %.1f", gain)) }

// Close implements desk.Peer.
func (p *Peer) Close() { p.note("close") }

// Devices is a machine with the given inventory. It implements desk.Devices.
type Devices struct{ Inventory mediadevice.Inventory }

// Watch implements desk.Devices.
func (d Devices) Watch(ctx context.Context, changed func(mediadevice.Inventory)) {
	changed(d.Inventory)
	<-ctx.Done()
}

// Use implements desk.Devices.
func (d Devices) Use(_, _, _ mediadevice.Selection) call.Devices { return call.Devices{} }

// Keyring is a SecretStore in memory.
type Keyring struct {
	mu      sync.Mutex
	secrets map[string]string
	Err     error // what every call returns, if set
}

// Unlock makes the keyring work again.
func (k *Keyring) Unlock() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.Err = nil
}

// Get implements settings.SecretStore.
func (k *Keyring) Get(_ context.Context, name string) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	secret, ok := k.secrets[name]
	if k.Err == nil && !ok {
		return "", settings.ErrNotFound
	}
	return secret, k.Err
}

// Set implements settings.SecretStore.
func (k *Keyring) Set(_ context.Context, name, secret string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.secrets == nil {
		k.secrets = map[string]string{}
	}
	if k.Err == nil {
		k.secrets[name] = secret
	}
	return k.Err
}

// Delete implements settings.SecretStore.
func (k *Keyring) Delete(_ context.Context, name string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.secrets, name)
	return k.Err
}
