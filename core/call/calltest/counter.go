package calltest

import (
	"sync/atomic"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
)

// Counter counts RTP packets next to the wire. Its Install goes into call.Config.Interceptors.
type Counter struct {
	interceptor.NoOp
	sent, received atomic.Int64
	types          [128]atomic.Int64 // sent, by payload type
}

// Install adds the counter to a chain of interceptors.
func (c *Counter) Install(r *interceptor.Registry) { r.Add(c) }

// NewInterceptor implements interceptor.Factory.
func (c *Counter) NewInterceptor(string) (interceptor.Interceptor, error) { return c, nil }

// Sent is how many RTP packets have gone out, retransmissions included.
func (c *Counter) Sent() int { return int(c.sent.Load()) }

// SentOf is how many of them had a payload type; 97 are the call's retransmissions.
func (c *Counter) SentOf(payloadType uint8) int { return int(c.types[payloadType&127].Load()) }

// Received is how many have been read off the patient's tracks.
func (c *Counter) Received() int { return int(c.received.Load()) }

// BindLocalStream implements interceptor.Interceptor.
func (c *Counter) BindLocalStream(_ *interceptor.StreamInfo, w interceptor.RTPWriter) interceptor.RTPWriter {
	return interceptor.RTPWriterFunc(func(h *rtp.Header, payload []byte, a interceptor.Attributes) (int, error) {
		c.sent.Add(1)
		c.types[h.PayloadType&127].Add(1)
		return w.Write(h, payload, a)
	})
}

// BindRemoteStream implements interceptor.Interceptor.
func (c *Counter) BindRemoteStream(_ *interceptor.StreamInfo, r interceptor.RTPReader) interceptor.RTPReader {
	return interceptor.RTPReaderFunc(func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
		n, a, err := r.Read(b, a)
		if err == nil {
			c.received.Add(1)
		}
		return n, a, err
	})
}
