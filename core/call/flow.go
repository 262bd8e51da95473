package call

import (
	"context"
	"reflect"
	"slices"
	"sync"
	"time"

	"legekonsultasjon/core/media"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
)

// flow is the media of one peer: two senders, and a receiver for each of the patient's tracks. Its methods belong to the
// peer's goroutine.
type flow struct {
	cfg     Config
	conn    *connection
	post    func(event)
	devices Devices
	gate    *gate

	ctx     context.Context // of everything that runs
	cancel  context.CancelFunc
	running sync.WaitGroup

	video   *media.VideoSender
	audio   *media.AudioSender
	begun   bool // the senders run
	share   share
	lips    lips
	mic     bool // as attached
	cam     bool
	picture *videoSink // the patient
	self    *videoSink

	seen   *media.VideoReceiver // nil until the patient sends
	heard  *media.AudioReceiver
	volume float64
	tracks []*webrtc.TrackRemote // of both
}

func newFlow(cfg Config, conn *connection, post func(event)) *flow {
	f := &flow{cfg: cfg, conn: conn, post: post, devices: cfg.Devices, gate: new(gate), volume: 1}
	f.ctx, f.cancel = context.WithCancel(context.Background())
	f.self = &videoSink{sink: cfg.Devices.SelfView}
	f.picture = &videoSink{sink: cfg.Devices.Picture, first: func() { post(report{FirstPicture{}}) }}
	f.video = media.NewVideoSender(media.VideoSenderConfig{
		Format: cfg.Video, Bitrate: startView, NewEncoder: cfg.Codecs.NewVideoEncoder, Scale: cfg.Scale, Clock: cfg.Clock,
		Write: f.gate.writer(conn.video), Begin: cfg.Begin, Preview: f.self, Failed: f.failed(Camera),
	})
	f.audio = media.NewAudioSender(media.AudioSenderConfig{
		NewEncoder: cfg.Codecs.NewAudioEncoder, Write: f.gate.writer(conn.audio), Begin: cfg.Begin, Failed: f.failed(Microphone),
	})
	f.readFeedback(conn.videoSender, f.videoFeedback)
	f.readFeedback(conn.audioSender, f.audioFeedback)
	return f
}

func (f *flow) failed(d Device) func(error) {
	return func(err error) {
		if f.ctx.Err() == nil {
			f.post(deviceGone{DeviceLost{d, err}})
		}
	}
}

// run runs one pipeline. One that cannot work at all counts as its device being lost.
func (f *flow) run(d Device, pipeline func(context.Context) error) {
	f.running.Add(1)
	go func() {
		defer f.running.Done()
		if err := pipeline(f.ctx); err != nil {
			f.failed(d)(err)
		}
	}()
}

// attach puts the tracks on the senders and lets media through in both directions.
func (f *flow) attach(microphone, camera bool) {
	if err := f.conn.attach(); err != nil {
		f.cfg.Log.Error("tracks", "cause", err)
	}
	f.begin()
	f.gate.set(true)
	f.self.set(true)
	f.picture.set(true)
	f.mic, f.cam = microphone, camera
	f.audio.SetMuted(!microphone)
	f.audio.SetSource(f.devices.Microphone)
	f.video.SetEnabled(camera)
	f.video.SetSource(f.devices.Camera)
	if f.heard != nil {
		f.heard.SetSink(f.devices.Speaker)
	}
}

// begin starts the senders, once: they live as long as the peer, so that sequence numbers never jump.
func (f *flow) begin() {
	if f.begun {
		return
	}
	f.begun = true
	if f.cfg.Codecs.NewVideoEncoder != nil {
		f.run(Camera, f.video.Run)
	}
	if f.cfg.Codecs.NewAudioEncoder != nil {
		f.run(Microphone, f.audio.Run)
	}
}

// shutGate stops media at once, both ways.
func (f *flow) shutGate() {
	f.gate.set(false)
	f.self.set(false)
	f.picture.set(false)
}

// detach takes the tracks away and closes the devices.
func (f *flow) detach() {
	f.shutGate()
	f.audio.SetSource(nil)
	f.video.SetSource(nil)
	if f.heard != nil {
		f.heard.SetSink(nil)
	}
	if err := f.conn.detach(); err != nil {
		f.cfg.Log.Error("tracks", "cause", err)
	}
}

func (f *flow) switchTracks(microphone, camera bool) {
	f.mic, f.cam = microphone, camera
	f.audio.SetMuted(!microphone)
	f.video.SetEnabled(camera)
}

// setDevices changes what has changed.
func (f *flow) setDevices(d Devices) {
	old := f.devices
	f.devices = d
	f.self.change(d.SelfView)
	f.picture.change(d.Picture)
	if !f.gate.isOpen() {
		return
	}
	if !same(old.Microphone, d.Microphone) || !f.mic {
		f.audio.SetSource(d.Microphone)
	}
	if !same(old.Camera, d.Camera) || !f.cam {
		f.video.SetSource(d.Camera)
	}
	if f.heard != nil && !same(old.Speaker, d.Speaker) {
		f.heard.SetSink(d.Speaker)
	}
}

func (f *flow) setVolume(gain float64) {
	if f.volume = gain; f.heard != nil {
		f.heard.SetVolume(gain)
	}
}

// same compares two devices; those whose type cannot be compared count as different.
func same(a, b any) bool {
	if a == nil || b == nil {
		return a == b
	}
	return reflect.TypeOf(a).Comparable() && reflect.TypeOf(b).Comparable() && a == b
}

// receive begins to read a track of the patient's. A second one of a kind is left alone while the
// first goes on.
func (f *flow) receive(track *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	f.running.Add(1)
	go func() {
		defer f.running.Done()
		f.readReports(receiver, track)
	}()
	unblock := func() { _ = track.SetReadDeadline(time.Now()) }
	switch {
	case track.Kind() == webrtc.RTPCodecTypeVideo && f.seen == nil && f.cfg.Codecs.NewVideoDecoder != nil:
		f.seen = media.NewVideoReceiver(media.VideoReceiverConfig{
			Read: f.gate.reader(track), Unblock: unblock, NewDecoder: f.cfg.Codecs.NewVideoDecoder, Sink: f.picture,
			Clock: f.cfg.Clock, AskKeyFrame: func() { f.askKeyFrame(track.SSRC()) },
			AskAgain: func(missing []uint16) { f.askAgain(track.SSRC(), missing) },
			Limit:    func(pixels, fps int) { f.post(tooMuch{pixels, fps}) },
		})
		f.conn.repairs.hand(f.gate.taker(f.seen.Repair))
		f.receiveWith(track, f.seen.Run)
	case track.Kind() == webrtc.RTPCodecTypeAudio && f.heard == nil && f.cfg.Codecs.NewAudioDecoder != nil:
		f.heard = media.NewAudioReceiver(media.AudioReceiverConfig{
			Read: f.gate.reader(track), Unblock: unblock, NewDecoder: f.cfg.Codecs.NewAudioDecoder,
			Clock: f.cfg.Clock, Failed: f.failed(Speaker),
		})
		f.heard.SetVolume(f.volume)
		if f.gate.isOpen() {
			f.heard.SetSink(f.devices.Speaker)
		}
		f.receiveWith(track, f.heard.Run)
	}
}

// forget makes room for another track in the place of one that has ended.
func (f *flow) forget(track *webrtc.TrackRemote) {
	f.tracks = slices.DeleteFunc(f.tracks, func(t *webrtc.TrackRemote) bool { return t == track })
	if track.Kind() == webrtc.RTPCodecTypeVideo {
		f.seen = nil
	} else {
		f.heard = nil
	}
}

// receiveWith runs a receiver; the end of its track is no news, that of the connection is told by others.
func (f *flow) receiveWith(track *webrtc.TrackRemote, run func(context.Context) error) {
	f.tracks = append(f.tracks, track)
	f.running.Add(1)
	go func() {
		defer f.running.Done()
		if err := run(f.ctx); err != nil && f.ctx.Err() == nil {
			f.cfg.Log.Info("a track of the patient's ended", "cause", err)
			f.post(trackEnded{track})
		}
	}()
}

func (f *flow) askKeyFrame(ssrc webrtc.SSRC) {
	_ = f.conn.pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: uint32(ssrc)}})
}

func (f *flow) askAgain(ssrc webrtc.SSRC, missing []uint16) {
	_ = f.conn.pc.WriteRTCP([]rtcp.Packet{&rtcp.TransportLayerNack{
		MediaSSRC: uint32(ssrc), Nacks: rtcp.NackPairsFromSequenceNumbers(missing),
	}})
}

// levels are the loudness on both sides, while media flows.
func (f *flow) levels() (Levels, bool) {
	l := Levels{media.Silence, media.Silence}
	if !f.gate.isOpen() {
		return l, false
	}
	l.Local = f.audio.Level()
	if f.heard != nil {
		l.Remote = f.heard.Level()
	}
	return l, true
}

// setRate gives the encoders what the line carries.
func (f *flow) setRate() {
	if !f.gate.isOpen() {
		return
	}
	p := f.share.next(f.conn.estimator.line(), f.cfg.Clock())
	f.audio.SetBitrate(p.voice)
	f.video.SetBitrate(p.picture)
	f.lips.keep(f.heard, f.seen, f.cfg.Clock())
}

// stop ends everything without waiting; wait waits, and needs the connection closed.
func (f *flow) stop() { f.cancel() }

func (f *flow) wait() { f.running.Wait() }
