//go:build cgo

package camera

import (
	"context"
	"errors"
	"fmt"
	"image"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/pion/mediadevices/pkg/driver"
	pioncamera "github.com/pion/mediadevices/pkg/driver/camera"
	"github.com/pion/mediadevices/pkg/frame"
	"github.com/pion/mediadevices/pkg/io/video"

	"legekonsultasjon/app/driver/yuv"
	"legekonsultasjon/core/media"
	"legekonsultasjon/core/mediadevice"
)

// The library keeps its cameras in a registry of the process, which is not made for looking anew from several goroutines.
var registry sync.Mutex

// look finds the cameras that are there now, the library's preferred one first.
func look() []driver.Driver {
	registry.Lock()
	defer registry.Unlock()
	pioncamera.Initialize()
	var first, rest []driver.Driver
	for _, d := range driver.GetManager().Query(driver.FilterVideoRecorder()) {
		if d.Info().DeviceType != driver.Camera {
			continue
		}
		if d.Info().Priority > driver.PriorityNormal {
			first = append(first, d)
		} else {
			rest = append(rest, d)
		}
	}
	return append(first, rest...)
}

// idOf is the part of the label that stays the same when the camera is plugged in again.
func idOf(d driver.Driver) string {
	id, _, _ := strings.Cut(d.Info().Label, pioncamera.LabelSeparator)
	return id
}

func nameOf(d driver.Driver) string {
	name, _, _ := strings.Cut(d.Info().Name, pioncamera.LabelSeparator)
	if name == "" {
		return idOf(d)
	}
	return name
}

func devices() mediadevice.Inventory {
	var out mediadevice.Inventory
	for i, d := range look() {
		out = append(out, mediadevice.Device{Kind: mediadevice.Camera, ID: idOf(d), Name: nameOf(d), Default: i == 0})
	}
	return out
}

// device is a camera of the computer.
type device struct {
	clock media.Clock
	id    string
}

const (
	closeLimit = 3 * time.Second
	darkLimit  = 4 * time.Second // longer than a camera needs for its first picture, or for a dark room
)

// Run implements media.VideoSource.
func (s *device) Run(ctx context.Context, want media.VideoFormat, deliver func(*media.Frame)) error {
	found := s.find()
	if found == nil {
		return media.ErrNoDevice
	}
	opened := make(chan opening, 1) // capacity 1: the opener never waits
	go func() { opened <- open(found, want) }()
	limit := time.NewTimer(openLimit)
	defer limit.Stop()
	select {
	case o := <-opened:
		if o.err != nil {
			return explain(o.err)
		}
		return s.watch(ctx, o, deliver)
	case <-ctx.Done():
	case <-limit.C:
	}
	go func() { // it may open yet, and must not stay so
		if o := <-opened; o.err == nil {
			_ = o.camera.Close()
		}
	}()
	if ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("opening the camera: %w", media.ErrStalled)
}

func (s *device) find() driver.Driver {
	for _, d := range look() {
		if s.id == "" || idOf(d) == s.id {
			return d
		}
	}
	return nil
}

type opening struct {
	camera    driver.Driver
	reader    video.Reader
	fullRange bool
	err       error
}

func open(d driver.Driver, want media.VideoFormat) opening {
	if err := d.Open(); err != nil {
		return opening{err: err}
	}
	p, ok := best(d.Properties(), want)
	if !ok {
		_ = d.Close()
		return opening{err: errors.New("the camera offers no format that can be read")}
	}
	r, err := d.(driver.VideoRecorder).VideoRecord(p)
	if err != nil {
		_ = d.Close()
		return opening{err: err}
	}
	return opening{camera: d, reader: r, fullRange: p.FrameFormat == frame.FormatMJPEG}
}

// watch reads until ctx ends, the camera fails, or no picture has come for too long.
func (s *device) watch(ctx context.Context, o opening, deliver func(*media.Frame)) error {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	beats := make(chan struct{}, 1) // capacity 1: one is as good as many
	failed := make(chan error, 1)   // capacity 1: the reader never waits
	go func() { failed <- s.read(inner, o, beats, deliver) }()
	stall := time.NewTimer(darkLimit)
	defer stall.Stop()
	for {
		select {
		case <-ctx.Done():
			cancel()
			closeWithin(o.camera, failed)
			return nil
		case err := <-failed:
			closeWithin(o.camera, nil)
			return explain(err)
		case <-beats:
			stall.Reset(darkLimit)
		case <-stall.C:
			cancel()
			closeWithin(o.camera, failed)
			return media.ErrStalled
		}
	}
}

// read delivers pictures until ctx ends (nil) or the camera fails.
func (s *device) read(ctx context.Context, o opening, beats chan<- struct{}, deliver func(*media.Frame)) error {
	f := new(media.Frame)
	for {
		img, release, err := o.reader.Read()
		at := s.clock()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		err = convert(f, img, o.fullRange)
		release()
		if err != nil {
			return err
		}
		select {
		case beats <- struct{}{}:
		default:
		}
		f.At = at
		deliver(f)
	}
}

func convert(f *media.Frame, img image.Image, fullRange bool) error {
	return yuv.FromImage(f, img, fullRange)
}

// closeWithin closes the camera and waits for its reader, if there is one, but not for ever.
func closeWithin(camera driver.Driver, reader <-chan error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = camera.Close()
		if reader != nil {
			<-reader
		}
	}()
	limit := time.NewTimer(closeLimit)
	defer limit.Stop()
	select {
	case <-done:
	case <-limit.C:
	}
}

func explain(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.EBUSY):
		return fmt.Errorf("%w: %w", media.ErrBusy, err)
	case errors.Is(err, syscall.ENODEV), errors.Is(err, syscall.ENOENT), errors.Is(err, syscall.ENXIO):
		return fmt.Errorf("%w: %w", media.ErrNoDevice, err)
	}
	return fmt.Errorf("camera: %w", err)
}
