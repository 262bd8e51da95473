package camera

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"legekonsultasjon/core/media"
)

// stuck delivers a picture every 40 ms for so long and then hangs, deaf to its context if it is.
type stuck struct {
	flows time.Duration
	deaf  chan struct{} // nil: it heeds its context
}

func (s *stuck) Run(ctx context.Context, _ media.VideoFormat, deliver func(*media.Frame)) error {
	f := new(media.Frame)
	f.Resize(16, 16)
	for began := time.Now(); time.Since(began) < s.flows; time.Sleep(40 * time.Millisecond) {
		deliver(f)
	}
	if s.deaf != nil {
		<-s.deaf
		deliver(f)
		return nil
	}
	<-ctx.Done()
	return nil
}

func TestACameraThatHangs(t *testing.T) {
	for name, c := range map[string]struct {
		flows time.Duration
		deaf  bool
		ends  time.Duration
	}{
		"after a while":       {3 * time.Second, false, 5 * time.Second},
		"from the beginning":  {0, false, 7 * time.Second},
		"and does not listen": {3 * time.Second, true, 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &stuck{flows: c.flows}
				if c.deaf {
					s.deaf = make(chan struct{})
				}
				var got atomic.Int64
				began := time.Now()
				err := (&watched{s}).Run(t.Context(), media.VideoFormat{}, func(*media.Frame) { got.Add(1) })
				if took := time.Since(began); !errors.Is(err, media.ErrStalled) || took < c.ends-100*time.Millisecond || took > c.ends+150*time.Millisecond {
					t.Errorf("%v after %v", err, took)
				}
				before := got.Load()
				if c.deaf {
					close(s.deaf)
				}
				synctest.Wait()
				if got.Load() != before {
					t.Error("a picture came after the end")
				}
			})
		})
	}
}

func TestAWatchedCameraEnds(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := (&watched{&stuck{flows: 100 * time.Millisecond}}).Run(ctx, media.VideoFormat{}, func(*media.Frame) {}); err != nil {
		t.Error(err)
	}
	gone := errors.New("gone")
	if err := (&watched{broken{gone}}).Run(t.Context(), media.VideoFormat{}, func(*media.Frame) {}); !errors.Is(err, gone) {
		t.Error(err)
	}
}

type broken struct{ err error }

func (b broken) Run(context.Context, media.VideoFormat, func(*media.Frame)) error { return b.err }
