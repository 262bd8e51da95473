package mediadevice

import "time"

// After a failure a device is passed over while there is another of its kind, and where it is the only one it is tried
// again soon; both waits double with every failure.
const (
	passOver  = 10 * time.Second
	retry     = 2 * time.Second
	mostTimes = 6 // after which waits grow no more
)

// Faults remembers which devices have failed and still seem to be there: a camera that delivers nothing, a sound card
// whose driver hangs. The zero value is ready. Time is an argument.
type Faults struct{ of map[faulty]fault }

type faulty struct {
	kind Kind
	id   string
}

type fault struct {
	at    time.Time
	times int
	tried bool // again, since at
}

// Failed notes that a device has failed.
func (f *Faults) Failed(kind Kind, id string, now time.Time) {
	if f.of == nil {
		f.of = map[faulty]fault{}
	}
	times := min(f.of[faulty{kind, id}].times+1, mostTimes)
	f.of[faulty{kind, id}] = fault{at: now, times: times}
}

// Seen forgets the devices that are not plugged in: when they come back they are new.
func (f *Faults) Seen(inv Inventory) {
	for key := range f.of {
		if !inv.has(key.kind, key.id) {
			delete(f.of, key)
		}
	}
}

func (inv Inventory) has(kind Kind, id string) bool {
	for _, d := range inv {
		if d.Kind == kind && d.ID == id {
			return true
		}
	}
	return false
}

// Sound is the inventory without the devices that are passed over now; of a kind that has only those, all are left.
func (f *Faults) Sound(inv Inventory, now time.Time) Inventory {
	if len(f.of) == 0 {
		return inv
	}
	var good Inventory
	for _, d := range inv {
		if at, ok := f.of[faulty{d.Kind, d.ID}]; !ok || now.Sub(at.at) >= wait(passOver, at.times) {
			good = append(good, d)
		}
	}
	out := good
	for _, kind := range []Kind{Camera, Microphone, Speaker} {
		if usable(good.Of(kind)) == 0 {
			for _, d := range inv.Of(kind) {
				if !good.has(kind, d.ID) {
					out = append(out, d)
				}
			}
		}
	}
	return out
}

// usable counts the devices that would be chosen unasked.
func usable(of Inventory) (n int) {
	for _, d := range of {
		if !d.Monitor || d.Default {
			n++
		}
	}
	return n
}

func wait(first time.Duration, times int) time.Duration { return first << (times - 1) }

// Due says whether a device that failed is to be opened once more now, and notes that it was.
func (f *Faults) Due(kind Kind, id string, now time.Time) bool {
	at, ok := f.of[faulty{kind, id}]
	if !ok || at.tried || now.Sub(at.at) < wait(retry, at.times) {
		return false
	}
	at.tried = true
	f.of[faulty{kind, id}] = at
	return true
}

// Standing reports whether a device failed and has not been tried again, or so recently that nobody knows yet.
func (f *Faults) Standing(kind Kind, id string, now time.Time) bool {
	at, ok := f.of[faulty{kind, id}]
	return ok && (!at.tried || now.Sub(at.at) < wait(retry, at.times)+proof)
}

// proof is how long a device must work before its failure is forgotten on the screen.
const proof = 3 * time.Second
