package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"legekonsultasjon/core/signaling"
)

// current is the link to use; the watchdog may replace it between two calls.
func (s *Store) current() (*link, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.link == nil {
		return nil, &Error{Code: signaling.StoreDown, Err: errors.New("closed")}
	}
	return s.link, nil
}

// get reads key into a record and returns its revision. errAbsent when there is none.
func (s *Store) get(ctx context.Context, key string, into any) (revision uint64, err error) {
	defer s.observe("get", time.Now(), &err)
	l, err := s.current()
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	entry, err := l.kv.Get(ctx, key)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return 0, errAbsent
	}
	if err != nil {
		s.complain()
		return 0, coded(err)
	}
	if err := json.Unmarshal(entry.Value(), into); err != nil {
		return 0, &Error{Code: signaling.StoreDown, Err: fmt.Errorf("record: %w", err)}
	}
	return entry.Revision(), nil
}

// put writes a record when the key's last revision is still the given one; 0 means that it must not be there. The record
// leaves at expires, zero for never. It publishes to the bucket's subject itself, because KeyValue.Update would drop the
// time to live. errTaken when the revision is another.
func (s *Store) put(ctx context.Context, key string, record any, revision uint64, expires time.Time) (err error) {
	defer s.observe("put", time.Now(), &err)
	l, err := s.current()
	if err != nil {
		return s.orFull(err)
	}
	if err := s.roomLeft(MinFree); err != nil {
		return err
	}
	data, err := json.Marshal(record)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	err = l.publish(ctx, key, data, revision, l.lifetime(expires, s.opts.Now()))
	if isWrongRevision(err) && revision == 0 {
		return s.putOverMarker(ctx, l, key, data, expires)
	}
	return s.written(err)
}

// putOverMarker is the second try of a put-if-absent: a deleted key leaves a marker that counts as a revision.
func (s *Store) putOverMarker(ctx context.Context, l *link, key string, data []byte, expires time.Time) error {
	msg, err := l.lastMessage(ctx, key)
	if err != nil {
		return s.written(err)
	}
	if !isMarker(msg) {
		return errTaken
	}
	return s.written(l.publish(ctx, key, data, msg.Sequence, l.lifetime(expires, s.opts.Now())))
}

func (l *link) lastMessage(ctx context.Context, key string) (*jetstream.RawStreamMsg, error) {
	stream, err := l.js.Stream(ctx, "KV_"+Bucket)
	if err != nil {
		return nil, err
	}
	return stream.GetLastMsgForSubject(ctx, subject(key))
}

func isMarker(m *jetstream.RawStreamMsg) bool {
	return m.Header.Get("KV-Operation") != "" || m.Header.Get("Nats-Marker-Reason") != ""
}

func subject(key string) string { return "$KV." + Bucket + "." + key }

func (l *link) publish(ctx context.Context, key string, data []byte, revision uint64, ttl time.Duration) error {
	opts := []jetstream.PublishOpt{jetstream.WithExpectLastSequencePerSubject(revision)}
	if ttl > 0 {
		opts = append(opts, jetstream.WithMsgTTL(ttl))
	}
	_, err := l.js.PublishMsg(ctx, &nats.Msg{Subject: subject(key), Data: data}, opts...)
	return err
}

// lifetime is in whole seconds, rounded up: NATS knows no shorter ones.
func (l *link) lifetime(expires, now time.Time) time.Duration {
	if !l.ttl || expires.IsZero() {
		return 0
	}
	d := expires.Sub(now).Truncate(time.Second) + time.Second
	return max(d, time.Second)
}

// remove deletes a key; one that is gone stays gone.
func (s *Store) remove(ctx context.Context, key string) (err error) {
	defer s.observe("delete", time.Now(), &err)
	l, err := s.current()
	if err != nil {
		return s.orFull(err)
	}
	if err := s.roomLeft(minFreeDelete); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var opts []jetstream.KVDeleteOpt
	if l.ttl {
		opts = append(opts, jetstream.PurgeTTL(graveTTL))
	}
	return s.written(l.kv.Purge(ctx, key, opts...))
}

// keys lists the keys with a prefix.
func (s *Store) keys(ctx context.Context, prefix string) (keys []string, err error) {
	defer s.observe("list", time.Now(), &err)
	l, err := s.current()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	lister, err := l.kv.ListKeysFiltered(ctx, prefix+">")
	if err != nil {
		return nil, coded(err)
	}
	seen := map[string]bool{}
	for key := range lister.Keys() {
		if strings.HasPrefix(key, prefix) && !seen[key] {
			seen[key] = true
			keys = append(keys, key)
		}
	}
	return keys, nil
}

// written sorts the outcome of a write.
func (s *Store) written(err error) error {
	if err == nil {
		return nil
	}
	if isWrongRevision(err) {
		return errTaken
	}
	s.complain()
	return s.orFull(coded(err))
}

// orFull is err, or StoreFull when that is why: the engine does not say so, it just does not answer.
func (s *Store) orFull(err error) error {
	if full := s.roomLeft(minFreeDelete); full != nil {
		return full
	}
	return err
}

// observe reports a call that ends now. A key that is taken or absent is an answer like any other.
func (s *Store) observe(call string, began time.Time, err *error) {
	code := CodeOf(*err)
	if *err == errTaken || *err == errAbsent {
		code = ""
	}
	s.opts.Observe(call, time.Since(began), code)
}

// complain tells the watchdog about a call that got no answer or a bad one.
func (s *Store) complain() {
	select {
	case s.stuck <- struct{}{}:
	default: // it knows already
	}
}

func isWrongRevision(err error) bool {
	var js jetstream.JetStreamError
	return errors.As(err, &js) && js.APIError() != nil &&
		js.APIError().ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence
}

// roomLeft refuses a write before the disk is full: JetStream stops for good on a full one.
func (s *Store) roomLeft(least uint64) error {
	free, known := s.Free()
	if known && free < least {
		return &Error{Code: signaling.StoreFull, Err: fmt.Errorf("%d MiB free, %d needed", free>>20, least>>20)}
	}
	return nil
}

// FreeOn is how many bytes a server may still write to the disk of a data folder.
func FreeOn(folder string) (bytes uint64, err error) { return freeBytes(folder) }

// Free is how many bytes are free for the embedded store; known is false when nobody can say.
func (s *Store) Free() (bytes uint64, known bool) {
	if s.opts.URL != "" {
		return 0, false
	}
	free, err := s.opts.freeBytes(s.opts.Folder)
	return free, err == nil
}
