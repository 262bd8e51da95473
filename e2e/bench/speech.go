package main

import (
	"context"
	"fmt"
	"math"
	"time"

	"legekonsultasjon/app/driver/speech"
	"legekonsultasjon/core/media"
)

// The canceller's bench: a far-end voice comes out of a loudspeaker, goes round a room and reaches the microphone, alone
// (ERLE from the third second on) and while somebody speaks into it (duck). With a headset nothing comes back, and the
// voice is to be left alone all the more (duck.headset: of the worst five seconds, after three seconds of listening).
const (
	talkFor   = 20 * media.SampleRate // of each scene
	converged = 3 * media.SampleRate
	worstOf   = 5 * media.SampleRate
	rooms     = 5
)

func speechBench() bench {
	return bench{
		names: []string{"audio.erle", "audio.duck", "audio.duck.headset", "audio.speech.cpu", "audio.erle.aec2", "audio.duck.aec2", "audio.duck.headset.aec2", "audio.speech.cpu.aec2"},
		run:   runSpeech,
	}
}

// outcome is what one engine made of one room.
type outcome struct{ erle, duck, headset, cpu float64 }

func runSpeech(ctx context.Context, runs int) ([]row, error) {
	if runs == 0 {
		runs = rooms
	}
	far, near, err := voices(ctx)
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, e := range []speech.Engine{speech.AEC3, speech.AEC2} {
		var erle, duck, headset, cpu []float64
		for seed := range runs {
			o, err := judge(e, newScene(far, near, uint64(seed)+1))
			if err != nil {
				return rows, fmt.Errorf("audio.erle: %w", err)
			}
			erle, duck, headset, cpu = append(erle, o.erle), append(duck, o.duck), append(headset, o.headset), append(cpu, o.cpu)
		}
		suffix := "." + string(e)
		if e == speech.Default {
			suffix = ""
		}
		rows = append(rows, newRow("audio.erle"+suffix, "dB", erle), newRow("audio.duck"+suffix, "dB", duck), newRow("audio.duck.headset"+suffix, "dB", headset), newRow("audio.speech.cpu"+suffix, "ms per second", cpu))
	}
	return rows, ctx.Err()
}

// mode is what is measured: all that is on by default but the gain, which would hide what the others do to the level.
func mode() media.SpeechMode {
	m := media.Clean()
	m.Gain = false
	return m
}

func judge(e speech.Engine, s scene) (outcome, error) {
	echo, spent, err := pass(e, s.far, s.echo, s.delay)
	if err != nil {
		return outcome{}, err
	}
	both, more, err := pass(e, s.far, mixed(s.echo, s.near), s.delay)
	if err != nil {
		return outcome{}, err
	}
	alone, _, err := pass(e, make([]int16, len(s.far)), mixed(s.noise, s.near), s.delay)
	if err != nil {
		return outcome{}, err
	}
	listened := mixed(s.noise, append(make([]int16, converged), s.near[converged:]...))
	worn, _, err := pass(e, s.far, listened, s.delay)
	if err != nil {
		return outcome{}, err
	}
	headset := 0.0
	for at := converged; at+worstOf <= len(worn); at += worstOf {
		headset = max(headset, -likeness(worn[at:at+worstOf], alone[at:at+worstOf], s.near[at:at+worstOf]))
	}
	return outcome{
		erle:    power(s.echo, converged) - power(echo, converged),
		duck:    -likeness(both[converged:], alone[converged:], s.near[converged:]),
		headset: headset,
		cpu:     (spent + more).Seconds() * 1000 / (2 * float64(len(s.far)) / media.SampleRate),
	}, nil
}

// pass sends a microphone's sound through a fresh engine, and gives its sound and the processor time.
func pass(e speech.Engine, far, heard []int16, delay time.Duration) (out []int16, spent time.Duration, err error) {
	engine, err := speech.New(e, mode())
	if err != nil {
		return nil, 0, err
	}
	defer engine.Close()
	out = append(out, heard...)
	began := processorTime()
	for at := 0; at+media.Quantum <= len(out); at += media.Quantum {
		if err := engine.Far(far[at : at+media.Quantum]); err != nil {
			return nil, 0, err
		}
		if err := engine.Near(out[at:at+media.Quantum], delay); err != nil {
			return nil, 0, err
		}
	}
	return out, processorTime() - began, nil
}

// power in dB, from a sample on.
func power(pcm []int16, from int) float64 { return media.Level(pcm[from:]) }

// likeness is, in dB, how much of what the engine lets through of a voice alone it also lets through while the far side
// talks: the projection of one upon the other where the voice is heard. Echo that is left is not like the voice, so that
// it hides nothing.
func likeness(both, alone, near []int16) float64 {
	var cross, square float64
	for at := 0; at+media.Quantum <= len(both); at += media.Quantum {
		if media.Level(near[at:at+media.Quantum]) < -45 {
			continue
		}
		for i := at; i < at+media.Quantum; i++ {
			cross += float64(both[i]) * float64(alone[i])
			square += float64(alone[i]) * float64(alone[i])
		}
	}
	return 20 * math.Log10(max(cross, 1)/max(square, 1))
}
