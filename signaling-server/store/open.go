package store

import (
	"context"
	"crypto/cipher"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	natsd "github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"legekonsultasjon/core/signaling"
)

// Bucket is the name of the key-value bucket that holds everything.
const Bucket = "legekonsultasjon"

const (
	callTimeout  = 1500 * time.Millisecond // of every call
	startTimeout = 10 * time.Second        // of opening
	markerTTL    = 10 * time.Minute        // how long a key that has expired leaves a trace
	maxStore     = 16 << 30                // bytes that JetStream may use

	// graveTTL is how long a deletion is remembered: longer than anything that was written can be good for. The engine
	// forgets an expired marker, and its next start after a crash brings back what the marker stood for.
	graveTTL = 410 * 24 * time.Hour

	// MinFree is how many bytes must be free on the disk for anything new to be written.
	MinFree = 64 << 20
	// minFreeDelete is the same for deletions, which cost little now and give more back.
	minFreeDelete = 16 << 20
)

// ErrInUse is returned by Open when another process has the data folder open.
var ErrInUse = errors.New("the data folder is in use by another signaling server")

// Options say where the store is.
type Options struct {
	Folder string           // of the embedded store; created when missing. Unused with URL
	URL    string           // of NATS servers with JetStream, 2.9 or newer; empty: embedded
	Log    *slog.Logger     // required
	Now    func() time.Time // nil: time.Now

	// SealFile holds the key that assets are sealed under, 32 bytes in base64, the same at all servers on one store; empty:
	// they are not sealed. It is made when it is missing and the store is embedded.
	SealFile string

	// Observe is told of every call: which kind (get, put, delete, list), how long it took and how it ended; nil for
	// nobody. It must not block.
	Observe func(call string, took time.Duration, code signaling.Code)

	freeBytes func(folder string) (uint64, error) // tests fill the disk here
}

// Store is open until Close. It is safe for use by several goroutines.
type Store struct {
	opts   Options
	lock   *os.File // nil with a URL
	hasher *hasher
	seal   cipher.AEAD // nil: assets are not sealed

	mu   sync.RWMutex // guards link, which the watchdog replaces
	link *link

	bus   *Bus
	stop  context.CancelFunc
	done  sync.WaitGroup
	stuck chan struct{} // capacity 1: a write timed out; more than one says nothing more

	restarts atomic.Uint64 // of the embedded server, by the watchdog
}

// link is one connection and, when embedded, the server at its other end.
type link struct {
	server *natsd.Server // nil with a URL
	conn   *nats.Conn
	js     jetstream.JetStream
	kv     jetstream.KeyValue
	ttl    bool // the server lets single keys expire (NATS 2.11)
}

// Open opens or creates the store, within ten seconds. It refuses to start on a folder that holds a bucket which does not
// load, because creating it anew would delete it.
func Open(ctx context.Context, opts Options) (*Store, error) {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.freeBytes == nil {
		opts.freeBytes = freeBytes
	}
	if opts.Observe == nil {
		opts.Observe = func(string, time.Duration, signaling.Code) {}
	}
	s := &Store{opts: opts, hasher: newHasher(), stuck: make(chan struct{}, 1)}
	if opts.URL == "" {
		if err := s.takeFolder(); err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if err := s.assemble(ctx); err != nil {
		s.dropFolder()
		return nil, err
	}
	s.startWork()
	return s, nil
}

// assemble is Open with the folder taken.
func (s *Store) assemble(ctx context.Context) (err error) {
	if err := s.mayStart(); err != nil {
		return err
	}
	if s.seal, err = s.openSealFile(); err != nil {
		return err
	}
	l, err := s.connect(ctx)
	if err != nil {
		return err
	}
	s.link, s.bus = l, newBus(s.opts.Log)
	if err := s.bus.attach(l.conn); err != nil {
		l.close()
		return err
	}
	if s.seal == nil {
		return nil
	}
	if err := s.sealAll(ctx); err != nil { // such as a full disk: the server runs without, and the next start tries again
		s.opts.Log.Warn("store: certificates are not all sealed", "err", err)
	}
	return nil
}

func (s *Store) startWork() {
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	if s.opts.URL == "" {
		s.done.Go(func() { s.watchdog(ctx) })
	}
	if !s.link.ttl {
		s.done.Go(func() { s.sweepHourly(ctx) })
	}
}

// Close ends the store after what is under way. A second call does nothing.
func (s *Store) Close() {
	if s.stop == nil {
		return
	}
	s.stop()
	s.done.Wait()
	s.bearWitness()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.link != nil {
		s.link.close()
		s.link = nil
		s.dropFolder()
	}
}

func (s *Store) takeFolder() error {
	if s.opts.Folder == "" {
		return errors.New("neither a data folder nor a NATS address was given")
	}
	if err := os.MkdirAll(s.opts.Folder, 0o700); err != nil {
		return err
	}
	f, err := lockFile(filepath.Join(s.opts.Folder, "lock"))
	s.lock = f
	return err
}

func (s *Store) dropFolder() {
	if s.lock != nil {
		_ = s.lock.Close()
		s.lock = nil
	}
}

// connect makes a link whose bucket is there.
func (s *Store) connect(ctx context.Context) (*link, error) {
	l := &link{}
	var err error
	if s.opts.URL != "" {
		l.conn, err = nats.Connect(s.opts.URL, nats.Name("legekonsultasjon"), nats.Timeout(callTimeout),
			nats.MaxReconnects(-1), nats.ReconnectWait(500*time.Millisecond))
		if err != nil {
			return nil, fmt.Errorf("NATS server: %w", err)
		}
	} else if err = l.embed(s.opts.Folder); err != nil {
		l.close()
		return nil, err
	}
	if l.js, err = jetstream.New(l.conn, jetstream.WithDefaultTimeout(callTimeout)); err != nil {
		l.close()
		return nil, err
	}
	if err := s.openBucket(ctx, l); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

// embed starts a NATS server inside this process. It opens no port, and fsyncs before it acknowledges: with the default
// of every two minutes a power cut loses what was acknowledged.
func (l *link) embed(folder string) error {
	server, err := natsd.NewServer(&natsd.Options{
		ServerName: "embedded", DontListen: true, JetStream: true, StoreDir: filepath.Join(folder, "store"),
		SyncAlways: true, NoSigs: true, NoLog: true, JetStreamMaxStore: maxStore, JetStreamMaxMemory: 64 << 20,
		DisableJetStreamBanner: true,
	})
	if err != nil {
		return fmt.Errorf("embedded store: %w", err)
	}
	l.server = server
	server.Start()
	if !server.ReadyForConnections(startTimeout) {
		return errors.New("embedded store: not ready within ten seconds")
	}
	if !server.JetStreamEnabled() {
		return errors.New("embedded store: its files could not be opened; see whether the disk is full or read-only")
	}
	l.conn, err = nats.Connect("", nats.InProcessServer(server), nats.MaxReconnects(-1))
	return err
}

func (l *link) close() {
	if l.conn != nil {
		l.conn.Close()
	}
	if l.server != nil {
		l.server.Shutdown()
		l.server.WaitForShutdown()
	}
}

// openBucket finds the bucket, or makes it where the guard says that there has been none.
func (s *Store) openBucket(ctx context.Context, l *link) error {
	kv, err := l.js.KeyValue(ctx, Bucket)
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		if err := s.mayBegin(); err != nil {
			return err
		}
		kv, err = l.createBucket(ctx)
	}
	if err != nil {
		return fmt.Errorf("bucket %s: %w", Bucket, err)
	}
	status, err := kv.Status(ctx)
	if err != nil {
		return fmt.Errorf("bucket %s: %w", Bucket, err)
	}
	l.kv, l.ttl = kv, status.LimitMarkerTTL() > 0
	return s.compare(ctx, l)
}

func (l *link) createBucket(ctx context.Context) (jetstream.KeyValue, error) {
	cfg := jetstream.KeyValueConfig{Bucket: Bucket, History: 1, Storage: jetstream.FileStorage, LimitMarkerTTL: markerTTL}
	kv, err := l.js.CreateKeyValue(ctx, cfg)
	if errors.Is(err, jetstream.ErrLimitMarkerTTLNotSupported) { // NATS before 2.11: the sweep removes what has expired
		cfg.LimitMarkerTTL = 0
		kv, err = l.js.CreateKeyValue(ctx, cfg)
	}
	return kv, err
}
