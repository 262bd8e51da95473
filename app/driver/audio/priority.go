package audio

import "runtime"

// Sound that is late is heard: the threads that carry it go before others, as far as the system lets them. What does that
// is priority_linux.go; Windows and macOS raise the callback's thread by themselves (MMCSS, Core Audio), and miniaudio's
// own setting does nothing on Linux below real time, which would be asked for at the highest rank there is.

// haste raises the threads of one device.
type haste struct {
	threads chan int // capacity 4: the callback's, the goroutine's; full means that they have been told of
}

func newHaste() *haste { return &haste{make(chan int, 4)} }

// here asks for the calling thread; it neither blocks nor allocates.
func (h *haste) here() {
	select {
	case h.threads <- threadID():
	default:
	}
}

// stay binds the calling goroutine to its thread, which ends with it, and asks for that.
func (h *haste) stay() {
	runtime.LockOSThread()
	h.here()
}

// run raises whoever asks, until done.
func (h *haste) run(done <-chan struct{}) {
	for {
		select {
		case <-done:
			return
		case thread := <-h.threads:
			raise(thread)
		}
	}
}
