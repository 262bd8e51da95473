package store

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"legekonsultasjon/core/signaling"
)

// A backup is gzip around lines of JSON: a header, one record a line, and a trailer with their number and the SHA-256 of
// all lines before it. It is independent of the engine and its version.

const backupFormat = "legekonsultasjon signaling-server backup 1"

type backupHeader struct {
	Format string            `json:"format"`
	Taken  signaling.Seconds `json:"taken"`
}

type backupRecord struct {
	Key     string            `json:"key"`
	Value   json.RawMessage   `json:"value"`
	Expires signaling.Seconds `json:"expires,omitempty"`
}

type backupTrailer struct {
	Records int    `json:"records"`
	SHA256  string `json:"sha256"`
}

// maxLine bounds one line of a backup; the largest records are notes of 8 KiB and chains of certificates.
const maxLine = 4 << 20

// Summary says what a backup holds.
type Summary struct {
	Taken       time.Time
	Records     int
	Clinics     int
	Doctors     int
	Invitations int
	Sessions    int
}

func (s *Summary) add(key string) {
	s.Records++
	for prefix, n := range map[string]*int{
		clinicPrefix: &s.Clinics, doctorPrefix: &s.Doctors, invitationPrefix: &s.Invitations, sessionPrefix: &s.Sessions,
	} {
		if strings.HasPrefix(key, prefix) {
			*n++
		}
	}
}

// ErrBackup is wrapped by what is wrong with a backup.
var ErrBackup = errors.New("not a whole backup")

// Backup writes all records to w while the store goes on. A record that changes meanwhile is in it as it was before or
// after. Leases are left out: they belong to running processes.
func (s *Store) Backup(ctx context.Context, w io.Writer) (Summary, error) {
	l, err := s.current()
	if err != nil {
		return Summary{}, err
	}
	sum := Summary{Taken: s.opts.Now().Truncate(time.Second)}
	packed := gzip.NewWriter(w)
	lines := &lineWriter{w: packed, sum: sha256.New()}
	if err := lines.write(backupHeader{Format: backupFormat, Taken: signaling.At(sum.Taken)}); err != nil {
		return sum, err
	}
	err = l.each(ctx, func(r backupRecord) error {
		sum.add(r.Key)
		return lines.write(r)
	})
	if err != nil {
		return sum, err
	}
	if err := lines.write(backupTrailer{Records: sum.Records, SHA256: hex.EncodeToString(lines.sum.Sum(nil))}); err != nil {
		return sum, err
	}
	return sum, packed.Close()
}

type lineWriter struct {
	w   io.Writer
	sum hash.Hash
}

func (l *lineWriter) write(v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	data = append(data, '\n')
	l.sum.Write(data)
	_, err = l.w.Write(data)
	return err
}

// each calls f with every record, in the order in which they were written.
func (l *link) each(ctx context.Context, f func(backupRecord) error) error {
	consumer, err := l.js.OrderedConsumer(ctx, "KV_"+Bucket, jetstream.OrderedConsumerConfig{DeliverPolicy: jetstream.DeliverLastPerSubjectPolicy, FilterSubjects: []string{subject(">")}})
	if err != nil {
		return coded(err)
	}
	info, err := consumer.Info(ctx)
	if err != nil {
		return coded(err)
	}
	for left := info.NumPending; left > 0; {
		msg, err := consumer.Next(jetstream.FetchMaxWait(callTimeout))
		if err != nil {
			return coded(err)
		}
		meta, err := msg.Metadata()
		if err != nil {
			return err
		}
		left = meta.NumPending
		if r, ok := backedUp(msg, meta.Timestamp); ok {
			if err := f(r); err != nil {
				return err
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// backedUp is the record of a message; false for markers and for what is not kept.
func backedUp(msg jetstream.Msg, written time.Time) (backupRecord, bool) {
	r := backupRecord{Key: strings.TrimPrefix(msg.Subject(), subject("")), Value: msg.Data()}
	h := msg.Headers()
	if h.Get("KV-Operation") != "" || h.Get("Nats-Marker-Reason") != "" || r.Key == probeKey || strings.HasPrefix(r.Key, leasePrefix) {
		return r, false
	}
	if ttl := h.Get("Nats-TTL"); ttl != "" {
		r.Expires = signaling.At(written.Add(lifeOf(ttl)))
	}
	return r, json.Valid(r.Value)
}

// lifeOf reads a Nats-TTL header: whole seconds, or Go's form of a duration.
func lifeOf(ttl string) time.Duration {
	if n, err := strconv.Atoi(ttl); err == nil {
		return time.Duration(n) * time.Second
	}
	d, _ := time.ParseDuration(ttl)
	return d
}

// VerifyBackup reads a backup to its end and says what it holds. The error wraps ErrBackup when it is not whole.
func VerifyBackup(r io.Reader) (Summary, error) {
	return readBackup(r, func(backupRecord) error { return nil })
}

// readBackup calls f with every record before the trailer has been seen: run it once with nothing, to verify.
func readBackup(r io.Reader, f func(backupRecord) error) (Summary, error) {
	var sum Summary
	wrong := func(err error) (Summary, error) { return sum, fmt.Errorf("%w: %w", ErrBackup, err) }
	unpacked, err := gzip.NewReader(r)
	if err != nil {
		return wrong(err)
	}
	lines := bufio.NewScanner(unpacked)
	lines.Buffer(make([]byte, 0, 64<<10), maxLine)
	hashed, seen, header := sha256.New(), map[string]bool{}, true
	for lines.Scan() {
		line := lines.Bytes()
		if header {
			var h backupHeader
			if err := json.Unmarshal(line, &h); err != nil || h.Format != backupFormat {
				return wrong(errors.New("it has another format"))
			}
			sum.Taken, header = h.Taken.Time(), false
		} else if bytes.HasPrefix(line, []byte(`{"records":`)) {
			if err := sum.matches(line, hashed); err != nil {
				return wrong(err)
			}
			if lines.Scan() || lines.Err() != nil {
				return wrong(errors.New("there is something after its end"))
			}
			return sum, nil
		} else {
			var rec backupRecord
			if err := json.Unmarshal(line, &rec); err != nil || rec.Key == "" || seen[rec.Key] {
				return wrong(fmt.Errorf("line %d cannot be read", sum.Records+2))
			}
			seen[rec.Key] = true
			sum.add(rec.Key)
			if err := f(rec); err != nil {
				return sum, err
			}
		}
		hashed.Write(line)
		hashed.Write([]byte{'\n'})
	}
	return wrong(errors.Join(errors.New("its end is missing"), lines.Err()))
}

func (s *Summary) matches(line []byte, hashed hash.Hash) error {
	var t backupTrailer
	if err := json.Unmarshal(line, &t); err != nil {
		return err
	}
	if t.Records != s.Records || t.SHA256 != hex.EncodeToString(hashed.Sum(nil)) {
		return errors.New("what it holds is not what was written")
	}
	return nil
}
