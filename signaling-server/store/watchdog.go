package store

import (
	"context"
	"encoding/json"
	"time"

	"legekonsultasjon/core/signaling"
)

// watchdog restarts the embedded server after a write that got no answer, once there is room on the disk: a server whose
// disk was full stays stopped after space is freed. When space comes back it looks by itself, without a write that fails.
func (s *Store) watchdog(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	full, ill, witnessed := false, false, s.opts.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.stuck:
			ill = true
		case <-tick.C:
		}
		was := full
		full = s.roomLeft(MinFree) != nil
		if full != was {
			s.sayRoom(full)
			ill = ill || was // it may have stopped while there was no room
		}
		if ill && !full {
			ill = !s.revive(ctx)
		}
		if now := s.opts.Now(); !ill && now.Sub(witnessed) >= witnessEvery {
			witnessed = now
			s.bearWitness()
		}
	}
}

// lookEvery is how often the watchdog looks at the disk, and how often it tries to restart a server that does not start.
const lookEvery = time.Second

func (s *Store) sayRoom(full bool) {
	free, _ := s.Free()
	if full {
		s.opts.Log.Error("store: the disk is full, nothing new is written", "free", free, "needed", uint64(MinFree))
		return
	}
	s.opts.Log.Info("store: the disk has room again", "free", free)
}

// Restarts is how often the watchdog had to restart the embedded server.
func (s *Store) Restarts() uint64 { return s.restarts.Load() }

// revive reports whether the store works again, restarting its server if it must.
func (s *Store) revive(ctx context.Context) bool {
	if s.probe(ctx) {
		return true
	}
	s.opts.Log.Warn("store: restarting the embedded server")
	s.swap(nil) // calls meanwhile are told StoreDown at once
	startCtx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	l, err := s.connect(startCtx)
	if err != nil {
		s.opts.Log.Error("store: the embedded server did not start", "err", err)
		return false
	}
	if err := s.bus.attach(l.conn); err != nil {
		s.opts.Log.Error("store: bus", "err", err)
		l.close()
		return false
	}
	s.swap(l)
	s.restarts.Add(1)
	return true
}

// swap puts another link in place and closes the one before.
func (s *Store) swap(l *link) {
	s.mu.Lock()
	before := s.link
	s.link = l
	s.mu.Unlock()
	if before != nil {
		before.close()
	}
}

// probeKey is no record.
const probeKey = "probe"

// probe writes a key of its own.
func (s *Store) probe(ctx context.Context) bool {
	l, err := s.current()
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	_, err = l.kv.Put(ctx, probeKey, []byte("{}"))
	return err == nil
}

// Healthy reports whether the store answers; it reads one key.
func (s *Store) Healthy(ctx context.Context) bool {
	var nothing struct{}
	_, err := s.get(ctx, probeKey, &nothing)
	return err == nil || err == errAbsent
}

// Answers is Healthy with a limit of its own, for those who have no context.
func (s *Store) Answers() bool {
	ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
	defer cancel()
	return s.Healthy(ctx)
}

// sweepHourly removes expired records where the server cannot do it.
func (s *Store) sweepHourly(ctx context.Context) {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		s.sweep(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *Store) sweep(ctx context.Context) {
	for _, prefix := range []string{invitationPrefix, sessionPrefix} {
		keys, err := s.keys(ctx, prefix)
		if err != nil {
			return
		}
		for _, key := range keys {
			s.sweepKey(ctx, key)
		}
	}
}

func (s *Store) sweepKey(ctx context.Context, key string) {
	var raw json.RawMessage
	if _, err := s.get(ctx, key, &raw); err != nil {
		return
	}
	var times struct{ NotAfter, Expires signaling.Seconds }
	if json.Unmarshal(raw, &times) != nil {
		return
	}
	end := max(times.NotAfter, times.Expires)
	if end != 0 && s.opts.Now().After(end.Time()) {
		_ = s.remove(ctx, key)
	}
}
