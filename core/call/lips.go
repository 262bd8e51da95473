package call

import (
	"sync"
	"time"

	"legekonsultasjon/core/media"

	"github.com/pion/webrtc/v4"
)

// syncEvery is how often lips and voice are compared.
const syncEvery = 250 * time.Millisecond

// lips keep the patient's picture and voice together.
type lips struct {
	mu   sync.Mutex
	sync media.LipSync
	at   time.Duration // of the last comparison
}

// heed takes in a sender report of one of the two tracks.
func (l *lips) heed(kind webrtc.RTPCodecType, r media.Report) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if kind == webrtc.RTPCodecTypeVideo {
		l.sync.Picture(r)
	} else {
		l.sync.Sound(r)
	}
}

// skew is by how much the picture is behind the voice, in ms.
func (l *lips) skew() float64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	d, _ := l.sync.Skew()
	return float64(d) / float64(time.Millisecond)
}

// keep compares what is heard with what is seen, and holds back the one that is early. Where one of the two is missing
// nothing is held back.
func (l *lips) keep(heard *media.AudioReceiver, seen *media.VideoReceiver, now time.Duration) {
	if heard == nil || seen == nil || now-l.at < syncEvery {
		return
	}
	l.at = now
	sound, ok1 := heard.Playing()
	picture, ok2 := seen.Showing()
	if !ok1 || !ok2 || now-picture.At > syncEvery || now-sound.At > syncEvery {
		return
	}
	l.mu.Lock()
	holdSound, holdPicture := l.sync.Step(sound, picture)
	l.mu.Unlock()
	heard.SetDelay(holdSound)
	seen.SetDelay(holdPicture)
}
