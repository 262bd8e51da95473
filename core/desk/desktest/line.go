package desktest

import (
	"context"
	"errors"
	"sync"
	"time"

	"legekonsultasjon/core/signaling"
)

// Line is a patient's socket. Frames from the doctor's desktop wait in a queue of queueLen; more are dropped.
type Line struct {
	ID signaling.ParticipantID

	server     *Server
	invitation signaling.InvitationID
	room       signaling.RoomID
	holder     signaling.Workstation
	state      signaling.ParticipantState
	since      signaling.Seconds
	away       bool
	awaySince  signaling.Seconds

	frames chan []byte                  // from the desktop
	there  chan signaling.ParticipantID // the newest Presence; capacity 1
	over   chan struct{}
	once   sync.Once
}

const queueLen = 64

func newLine(s *Server, id signaling.InvitationID, room signaling.RoomID, holder signaling.Workstation) *Line {
	return &Line{
		ID: signaling.NewParticipantID(), server: s, invitation: id, room: room, holder: holder, state: signaling.Unproven,
		frames: make(chan []byte, queueLen), there: make(chan signaling.ParticipantID, 1), over: make(chan struct{}),
	}
}

func (p *Line) end() { p.once.Do(func() { close(p.over) }) }

func (p *Line) put(payload []byte) {
	select {
	case p.frames <- payload:
	default:
	}
}

func (p *Line) present(desktop signaling.ParticipantID) {
	select {
	case <-p.there:
	default:
	}
	p.there <- desktop
}

// ErrOver says that the socket has ended.
var ErrOver = errors.New("socket over")

// Send relays a frame to the desktop that holds the invitation; without one it is dropped.
func (p *Line) Send(payload []byte) {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	if d := p.server.desktops[p.server.holding(p.holder.Installation)]; d != nil && p.server.patients[p.ID] == p {
		_ = d.conn.WriteRelay(context.Background(), signaling.Relay{Peer: p.ID, Payload: payload})
	}
}

// Read waits for the next frame, at most so long.
func (p *Line) Read(limit time.Duration) ([]byte, error) {
	select {
	case frame := <-p.frames:
		return frame, nil
	default:
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case frame := <-p.frames:
		return frame, nil
	case <-p.over:
		return nil, ErrOver
	case <-timer.C:
		return nil, context.DeadlineExceeded
	}
}

// AwaitDesktop waits until the holding desktop is there, at most so long.
func (p *Line) AwaitDesktop(limit time.Duration) error {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for {
		select {
		case id := <-p.there:
			if id != (signaling.ParticipantID{}) {
				return nil
			}
		case <-p.over:
			return ErrOver
		case <-timer.C:
			return context.DeadlineExceeded
		}
	}
}

// Leave gives the place up on purpose.
func (p *Line) Leave() { p.become(signaling.Gone, true) }

// Lose is a socket that broke: after a while the server tells of it as away.
func (p *Line) Lose() { p.become(signaling.Away, false) }

// Expire ends the grace of a lost socket.
func (p *Line) Expire() { p.become(signaling.Gone, true) }

func (p *Line) become(state signaling.ParticipantState, remove bool) {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	if p.server.patients[p.ID] != p {
		return
	}
	p.state, p.away = state, true
	if state == signaling.Away {
		p.awaySince = signaling.At(time.Now())
	}
	p.server.tell(p)
	p.end()
	if remove {
		delete(p.server.patients, p.ID)
	}
}
