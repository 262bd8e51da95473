package call

import (
	"encoding/binary"
	"strings"
	"sync/atomic"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// repairs hands on packets that were sent again (RFC 4588) the moment they come. pion gives them to the reader of the
// track they belong to only together with the next packet of that track, a picture later; what comes that way too is
// known already then.
type repairs struct {
	interceptor.NoOp
	take atomic.Pointer[func([]byte)]
}

// NewInterceptor implements interceptor.Factory.
func (r *repairs) NewInterceptor(string) (interceptor.Interceptor, error) { return r, nil }

// hand says who takes them: a packet as it was sent at first, but for SSRC and payload type, valid until take returns.
func (r *repairs) hand(take func([]byte)) { r.take.Store(&take) }

// BindRemoteStream implements interceptor.Interceptor.
func (r *repairs) BindRemoteStream(info *interceptor.StreamInfo, reader interceptor.RTPReader) interceptor.RTPReader {
	if !strings.EqualFold(info.MimeType, webrtc.MimeTypeRTX) {
		return reader
	}
	return interceptor.RTPReaderFunc(func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
		n, a, err := reader.Read(b, a)
		if take := r.take.Load(); err == nil && take != nil {
			if original := restored(b[:n]); original != nil {
				(*take)(original)
			}
		}
		return n, a, err
	})
}

// restored is the packet that was sent again in an RTX packet, or nil.
func restored(b []byte) []byte {
	var p rtp.Packet
	if p.Unmarshal(b) != nil || len(p.Payload) < 2 {
		return nil
	}
	p.SequenceNumber = binary.BigEndian.Uint16(p.Payload)
	p.Payload = p.Payload[2:]
	p.Padding, p.PaddingSize = false, 0
	out, err := p.Marshal()
	if err != nil {
		return nil
	}
	return out
}
