package camera

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"legekonsultasjon/core/media"
	"legekonsultasjon/core/media/y4m"
)

// file plays a y4m file again and again at its own rate, in its own size.
type file struct {
	clock media.Clock
	path  string
}

// Run implements media.VideoSource.
func (s *file) Run(ctx context.Context, _ media.VideoFormat, deliver func(*media.Frame)) error {
	in, err := os.Open(s.path)
	if err != nil {
		return errors.Join(media.ErrNoDevice, err)
	}
	defer in.Close()
	r, err := y4m.NewReader(in)
	if err != nil {
		return fmt.Errorf("%s: %w", s.path, err)
	}
	f, played := new(media.Frame), 0
	return metronome(ctx, r.Header.Interval(), func() error {
		err := r.Read(f)
		if err == io.EOF && played > 0 {
			if r, err = rewound(in); err == nil {
				err = r.Read(f)
			}
		}
		if err != nil {
			return fmt.Errorf("%s: %w", s.path, err)
		}
		played++
		f.At = s.clock()
		deliver(f)
		return nil
	})
}

func rewound(in *os.File) (*y4m.Reader, error) {
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return y4m.NewReader(in)
}
