package store

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"sync"
	"time"
)

// Times of a lease.
const (
	leaseLife   = 30 * time.Second // without a sign of life, after which others may take it
	leaseMemory = time.Hour        // after which a lease that nobody wants is forgotten
)

const leasePrefix = "lease."

// lease is the record. Every sign of life is a write, so its revision moves.
type lease struct {
	Holder string `json:"holder"` // random; empty: free
}

// Lease is held until Release. It is kept alive meanwhile.
type Lease struct {
	s      *Store
	key    string
	holder string
	life   time.Duration
	stop   context.CancelFunc
	lost   chan struct{} // closed when somebody else took it
	work   sync.WaitGroup
}

// Take waits until nobody holds the lease of that name, then holds it. Whether a holder is alive is judged by its signs of
// life and the waiting process's own monotonic clock: processes whose clocks differ take no lease from each other.
func (s *Store) Take(ctx context.Context, name string) (*Lease, error) {
	return s.take(ctx, name, leaseLife)
}

func (s *Store) take(ctx context.Context, name string, life time.Duration) (*Lease, error) {
	key, holder := leasePrefix+base64.RawURLEncoding.EncodeToString([]byte(name)), rand.Text()
	var seen uint64
	began := time.Now()
	for {
		var l lease
		revision, err := s.get(ctx, key, &l)
		if err != nil && !errors.Is(err, errAbsent) {
			return nil, err
		}
		if revision != seen {
			seen, began = revision, time.Now()
		}
		if l.Holder == "" || time.Since(began) >= life {
			err := s.put(ctx, key, lease{Holder: holder}, revision, s.opts.Now().Add(leaseMemory))
			if err == nil {
				return s.hold(key, holder, life), nil
			}
			if !errors.Is(err, errTaken) {
				return nil, err
			}
		}
		if err := rest(ctx, life/60); err != nil {
			return nil, err
		}
	}
}

func (s *Store) hold(key, holder string, life time.Duration) *Lease {
	ctx, stop := context.WithCancel(context.Background())
	l := &Lease{s: s, key: key, holder: holder, life: life, stop: stop, lost: make(chan struct{})}
	l.work.Go(func() { l.keep(ctx) })
	return l
}

// keep gives signs of life, three in the life of a lease. One that fails is tried again at the next turn.
func (l *Lease) keep(ctx context.Context) {
	for rest(ctx, l.life/3) == nil {
		if err := l.write(ctx, l.holder); errors.Is(err, errTaken) {
			close(l.lost)
			return
		}
	}
}

// write replaces the record as long as it is ours; errTaken otherwise.
func (l *Lease) write(ctx context.Context, holder string) error {
	var now lease
	revision, err := l.s.get(ctx, l.key, &now)
	if errors.Is(err, errAbsent) || err == nil && now.Holder != l.holder {
		return errTaken
	}
	if err != nil {
		return err
	}
	return l.s.put(ctx, l.key, lease{Holder: holder}, revision, l.s.opts.Now().Add(leaseMemory))
}

// Lost is closed when another process has taken the lease because this one gave no signs of life.
func (l *Lease) Lost() <-chan struct{} { return l.lost }

// Release gives the lease back. One that was lost is given back already.
func (l *Lease) Release(ctx context.Context) error {
	l.stop()
	l.work.Wait()
	if err := l.write(ctx, ""); err != nil && !errors.Is(err, errTaken) {
		return err
	}
	return nil
}

// rest waits; it is ctx's error when that ends first.
func rest(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
