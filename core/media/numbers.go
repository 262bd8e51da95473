package media

import "math/rand/v2"

// Numbers are what the packets of a stream begin to count from.
type Numbers struct {
	Sequence  uint16
	Timestamp uint32
}

// atRandom is what RFC 3550, section 5.1, asks for. The sequence begins in its lower half: who misses the first packets must
// not miss a wrap with them, for SRTP counts these and could not be read any more (RFC 3711, section 3.3.1).
func atRandom() Numbers { return Numbers{uint16(rand.Uint32N(1 << 15)), rand.Uint32()} }
