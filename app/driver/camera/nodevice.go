//go:build !cgo

package camera

import (
	"context"

	"legekonsultasjon/core/media"
	"legekonsultasjon/core/mediadevice"
)

func devices() mediadevice.Inventory { return nil }

type device struct {
	clock media.Clock
	id    string
}

// Run implements media.VideoSource: without C there are no cameras.
func (*device) Run(context.Context, media.VideoFormat, func(*media.Frame)) error {
	return media.ErrNoDevice
}
