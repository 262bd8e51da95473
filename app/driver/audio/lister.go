package audio

import (
	"context"

	"legekonsultasjon/core/mediadevice"
)

// Lister asks for the microphones and speakers again and again over one connection to the sound system, which costs less
// than a new one each time. It belongs to one goroutine.
type Lister struct{ conn *connection }

// NewLister connects at the first List.
func (s *System) NewLister() *Lister { return new(Lister) }

// List is Devices. After an error the next List connects anew.
func (l *Lister) List(ctx context.Context) (mediadevice.Inventory, error) {
	type outcome struct {
		conn *connection
		all  mediadevice.Inventory
	}
	conn := l.conn
	l.conn = nil
	o, err := limited(ctx, openLimit, func() (outcome, error) {
		if conn == nil {
			fresh, err := connect("")
			if err != nil {
				return outcome{}, err
			}
			conn = fresh
		}
		all, err := conn.all()
		if err != nil {
			conn.close()
			return outcome{}, err
		}
		return outcome{conn, all}, nil
	}, func(o outcome) { o.conn.close() })
	l.conn = o.conn
	return o.all, err
}

// Close ends the connection.
func (l *Lister) Close() {
	if l.conn != nil {
		l.conn.close()
	}
	l.conn = nil
}

// all are the microphones and then the speakers.
func (c *connection) all() (mediadevice.Inventory, error) {
	microphones, err := c.list(mediadevice.Microphone)
	if err != nil {
		return nil, explain(err)
	}
	speakers, err := c.list(mediadevice.Speaker)
	if err != nil {
		return nil, explain(err)
	}
	return append(microphones, speakers...), nil
}
