// Package notify tells a doctor who does not look at the window that a patient waits: a desktop notification and a chime.
// The notification says no name, no number and no reason: it is seen on lock screens and on shared screens.
package notify

import (
	"bytes"
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"legekonsultasjon/core/media/wav"
)

// Player plays mono sound at media.SampleRate on the speaker with the given id; "" is the system's default.
type Player interface {
	PlayPCM(ctx context.Context, id string, pcm []int16) error
}

// Notifier shows and rings. It is safe from several goroutines.
type Notifier struct {
	show    func()
	player  Player
	pcm     []int16
	speaker func() string
	log     *slog.Logger
	ringing atomic.Bool
}

// New makes a notifier. Show puts the notification on the screen and must not block; chime is a WAV file;
// speaker names the speaker to ring on at the moment.
func New(show func(), player Player, chime []byte, speaker func() string, log *slog.Logger) *Notifier {
	n := &Notifier{show: show, player: player, speaker: speaker, log: log}
	clip, err := wav.Read(bytes.NewReader(chime))
	if err != nil {
		log.Warn("the chime cannot be read", "err", err)
		return n
	}
	n.pcm = clip.Mono()
	return n
}

// longest bounds one ring: a speaker that does not take sound must not keep the next patient silent.
const longest = 5 * time.Second

// PatientArrived shows the notification and, if wanted, rings. It returns at once; while it still rings it does not begin
// anew, so that three patients at once are one chime.
func (n *Notifier) PatientArrived(chime bool) {
	n.show()
	if !chime || len(n.pcm) == 0 || !n.ringing.CompareAndSwap(false, true) {
		return
	}
	go func() {
		defer n.ringing.Store(false)
		ctx, cancel := context.WithTimeout(context.Background(), longest)
		defer cancel()
		if err := n.player.PlayPCM(ctx, n.speaker(), n.pcm); err != nil {
			n.log.Warn("the chime was not heard", "err", err)
		}
	}()
}
