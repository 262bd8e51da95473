//go:build hostile

package drill

import (
	"sync"
	"time"

	"github.com/pion/interceptor"
)

// ears listen to what comes of a call, next to the wire: when the newest RTP packet came and how long the longest silence
// was.
type ears struct {
	interceptor.NoOp
	mu      sync.Mutex
	last    time.Time
	longest time.Duration
}

func (e *ears) install(r *interceptor.Registry) { r.Add(e) }

// NewInterceptor implements interceptor.Factory.
func (e *ears) NewInterceptor(string) (interceptor.Interceptor, error) { return e, nil }

// BindRemoteStream implements interceptor.Interceptor.
func (e *ears) BindRemoteStream(_ *interceptor.StreamInfo, r interceptor.RTPReader) interceptor.RTPReader {
	return interceptor.RTPReaderFunc(func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
		n, a, err := r.Read(b, a)
		if err == nil {
			e.hear(time.Now())
		}
		return n, a, err
	})
}

func (e *ears) hear(now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.last.IsZero() {
		e.longest = max(e.longest, now.Sub(e.last))
	}
	e.last = now
}

// heardSince reports whether anything has come after a time.
func (e *ears) heardSince(at time.Time) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.last.After(at)
}

// silence is the longest one since the last call of fresh, one that goes on included.
func (e *ears) silence() time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	return max(e.longest, time.Since(e.last))
}

func (e *ears) fresh() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.longest = 0
}
