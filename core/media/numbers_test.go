package media

import "testing"

func TestNumbersLeaveRoomBeforeTheWrap(t *testing.T) {
	var high Numbers
	for range 1000 {
		n := atRandom()
		high.Sequence, high.Timestamp = max(high.Sequence, n.Sequence), max(high.Timestamp, n.Timestamp)
	}
	if high.Sequence >= 1<<15 || high.Sequence < 1<<14 || high.Timestamp < 1<<31 {
		t.Errorf("%+v", high)
	}
}
