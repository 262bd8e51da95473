package desk

// normalVolume of a patient's sound, in percent of how it was sent; it can be made maxVolume at most.
const (
	normalVolume = 100
	maxVolume    = 400
)

// DoVolume makes the patient in the call louder or quieter, in percent of how it was sent; it lasts as long as the call.
type DoVolume struct{ Percent int }

func (DoVolume) command() {}

func (l *loop) setVolume(percent int) {
	if l.call == nil {
		return
	}
	l.call.volume = min(max(percent, 0), maxVolume)
	if g := l.guests[l.call.id]; g != nil && g.peer != nil {
		g.peer.SetVolume(float64(l.call.volume) / 100)
	}
}
