package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"sync"
	"time"

	"legekonsultasjon/core/media"
	"legekonsultasjon/e2e/rig"
)

// How long sound is recorded in a call, in what pieces it is compared, and how late it may be.
const (
	recordFor = 16 * time.Second
	piece     = 5 * time.Second
	step      = 2 * time.Second
	latest    = 800 * time.Millisecond
	alikeFrom = .6 // of the loudness, to be believed
)

// tape records a source with the time at which its samples were made.
type tape struct {
	cmd  *exec.Cmd
	done sync.WaitGroup

	pcm   []int16
	began []float64 // by each piece: when the first sample was made, in seconds
}

// record starts to record. The two ends of a call are recorded alike, so that what recording adds is the same for both.
func (h *house) record(at *rig.Sound, source string) *tape {
	r := &tape{cmd: exec.CommandContext(h.t.Context(), "parec", "--device="+source, "--latency-msec=10", "--rate=48000", "--channels=1", "--format=s16le", "--raw")}
	r.cmd.Env = at.Env(os.Environ())
	out, err := r.cmd.StdoutPipe()
	if err == nil {
		err = r.cmd.Start()
	}
	if err != nil {
		h.t.Fatal(fmt.Errorf("recording (apt-get install pulseaudio-utils): %w", err))
	}
	r.done.Add(1)
	go r.read(out)
	return r
}

func (r *tape) read(in io.Reader) {
	defer r.done.Done()
	zero := time.Now()
	buffer := make([]byte, 2*media.Quantum)
	for {
		if _, err := io.ReadFull(in, buffer); err != nil {
			return
		}
		r.began = append(r.began, time.Since(zero).Seconds()+float64(zero.UnixMicro())/1e6-float64(len(r.pcm))/media.SampleRate)
		for i := 0; i < len(buffer); i += 2 {
			r.pcm = append(r.pcm, int16(binary.LittleEndian.Uint16(buffer[i:])))
		}
	}
}

// stop ends the recording. start is when its first sample was made, as most pieces have it.
func (r *tape) stop() (envelope []float64, start float64) {
	_ = r.cmd.Process.Kill()
	r.done.Wait()
	_ = r.cmd.Wait()
	if len(r.began) < 200 {
		return nil, 0
	}
	return loudness(r.pcm), median(r.began[100:]) // the first second comes in a lump
}

// loudness is the RMS up to every millisecond, over a window that hides the pitch: a receiver that stretches or shortens the
// voice by a few milliseconds within a piece is still found.
func loudness(pcm []int16) []float64 {
	const n, window = media.SampleRate / 1000, 20 // ms
	energy := make([]float64, len(pcm)/n)
	for i := range energy {
		for _, v := range pcm[i*n : (i+1)*n] {
			energy[i] += float64(v) * float64(v) / n
		}
	}
	out := make([]float64, len(energy))
	sum := 0.0
	for i, e := range energy {
		sum += e
		if i >= window {
			sum -= energy[i-window]
		}
		out[i] = math.Sqrt(max(sum, 0) / window)
	}
	return out
}

// mouthToEar is the delay in ms between what is said and what is heard; 0 where nothing alike was heard.
func (h *house) mouthToEar() float64 {
	mouth, ear := h.record(h.heard, "lips.monitor"), h.record(h.sound, "ear.monitor")
	_ = waitFor(h.t.Context(), recordFor)
	said, saidAt := mouth.stop()
	heard, heardAt := ear.stop()
	if said == nil || heard == nil {
		h.t.Logf("mouth to ear: nothing was recorded")
		return 0
	}
	shift := int(math.Round((saidAt - heardAt) * 1000)) // the index in heard of what is heard while said[0] is said
	var delays []float64
	best := 0.0
	for at := 1000; at+int(piece.Milliseconds()) < len(said); at += int(step.Milliseconds()) {
		lag, r := bestLag(said[at:at+int(piece.Milliseconds())], heard, at+shift)
		if best = max(best, r); r > alikeFrom {
			delays = append(delays, float64(lag))
		}
	}
	if len(delays) == 0 {
		h.t.Logf("mouth to ear: nothing alike was heard: correlation %.2f at best, loudness %.0f and %.0f, %d and %d ms, %d apart", best, mean(said), mean(heard), len(said), len(heard), shift)
		return 0
	}
	return median(delays)
}

// bestLag finds said in heard, from an index on.
func bestLag(said, heard []float64, from int) (lag int, likeness float64) {
	for l := range int(latest.Milliseconds()) {
		at := from + l
		if at < 0 || at+len(said) > len(heard) {
			continue
		}
		if r := rig.Pearson(said, heard[at:at+len(said)]); r > likeness {
			lag, likeness = l, r
		}
	}
	return lag, likeness
}
