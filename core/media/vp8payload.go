package media

import (
	"github.com/pion/rtp"
)

// videoMTU bounds the RTP payload of video: with RTP, SRTP, extensions, TURN and IPv6 headers it stays below 1280 bytes.
const videoMTU = 1120

// vp8Descriptor is the length of the payload descriptor in front of every fragment: X, I, and a 15-bit PictureID
// (RFC 7741, section 4.2).
const vp8Descriptor = 4

// packetizer cuts VP8 frames into RTP packets (RFC 7741) without garbage: packet and payload are reused, so write must
// be done with them when it returns, as pion's tracks are.
type packetizer struct {
	packet    rtp.Packet
	buffer    [videoMTU]byte
	pictureID uint16
}

func newPacketizer(firstSequence, pictureID uint16) *packetizer {
	p := &packetizer{pictureID: pictureID & 0x7fff}
	p.packet.Version = 2
	p.packet.SequenceNumber = firstSequence - 1
	return p
}

// send cuts frame and hands each packet to write. It goes on after an error, for the next packet may pass, and returns
// the first one.
func (p *packetizer) send(frame []byte, timestamp uint32, write func(*rtp.Packet) error) (packets, bytes int, err error) {
	p.packet.Timestamp = timestamp
	p.pictureID = (p.pictureID + 1) & 0x7fff
	// Equal fragments instead of full ones and a crumb: losing a packet then costs the same wherever it falls.
	count := (len(frame) + videoMTU - vp8Descriptor - 1) / (videoMTU - vp8Descriptor)
	for i := range count {
		from, to := len(frame)*i/count, len(frame)*(i+1)/count
		p.fragment(frame[from:to], i == 0)
		p.packet.Marker = i == count-1
		p.packet.SequenceNumber++
		if e := write(&p.packet); e != nil && err == nil {
			err = e
		}
		packets++
		bytes += len(p.packet.Payload)
	}
	return packets, bytes, err
}

func (p *packetizer) fragment(part []byte, first bool) {
	b := p.buffer[:vp8Descriptor+len(part)]
	b[0] = 0x80 // X
	if first {
		b[0] |= 0x10 // S: start of partition 0
	}
	b[1] = 0x80 // I
	b[2] = 0x80 | byte(p.pictureID>>8)
	b[3] = byte(p.pictureID)
	copy(b[vp8Descriptor:], part)
	p.packet.Payload = b
}
