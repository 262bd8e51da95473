package desk

import (
	"context"

	"legekonsultasjon/core/route"
)

// watchRoute hears of every change of the way to the network.
func (l *loop) watchRoute() {
	if l.Route == nil {
		return
	}
	l.start(func(ctx context.Context) func() {
		l.Route(ctx, func(c route.Change) { l.post(func() { l.rerouted(c) }) })
		return nil
	})
}

// rerouted: the computer stands elsewhere in the network. Its socket to the server may be dead without knowing it, and a
// new one is what the restart of a call travels through.
func (l *loop) rerouted(c route.Change) {
	l.Log.Info("the network has changed", "moved", c.Moved)
	for _, g := range l.guests {
		if g.peer != nil {
			g.peer.Rerouted(c)
		}
	}
	if c.Moved && l.line != nil {
		l.connect()
	}
}
