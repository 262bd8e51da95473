package desk

import (
	"time"

	"legekonsultasjon/core/access"
)

// retryPeer is how long after a failure the next peer connection is made, times the failures so far.
const retryPeer = 2 * time.Second

// peerConfirmed: the connection is checked on both sides.
func (l *loop) peerConfirmed(g *guest) {
	g.peer.confirmed = true
	g.retries, g.retryAt = 0, time.Time{}
	if c := l.call; c != nil && c.id == g.id {
		c.failed = false
		if c.network.slow {
			l.tellNetwork(g)
		}
	}
	g.sessions.Step(l.now(), access.SessionConfirmed{})
	l.markBegun(g)
}

// peerFailed: another one is made a little later, a few times; at once in the place of one that was good.
func (l *loop) peerFailed(g *guest) {
	wasGood := g.peer != nil && g.peer.confirmed
	l.dropPeer(g)
	if g.live() == nil {
		return // the patient is gone; when he is back a new one is made anyway
	}
	g.retries++
	g.retryAt = l.now().Add(time.Duration(g.retries) * retryPeer)
	if wasGood {
		g.retryAt = l.now()
	}
	if c := l.call; c != nil && c.id == g.id {
		c.failed = g.retries >= maxRetries
	}
}

// peerNotGenuine: a Mismatch. The sessions decide whether there is one more try.
func (l *loop) peerNotGenuine(g *guest) {
	l.act(g, g.sessions.Step(l.now(), access.SessionMismatch{}))
}
