package audio

import (
	"context"

	"legekonsultasjon/core/mediadevice"
)

// Devices lists the microphones and speakers. It waits for the sound system, three seconds at most. Where there is no
// sound system the error is media.ErrNoDevice.
func (s *System) Devices(ctx context.Context) (mediadevice.Inventory, error) {
	return limited(ctx, openLimit, list, func(mediadevice.Inventory) {})
}

func list() (mediadevice.Inventory, error) {
	conn, err := connect("")
	if err != nil {
		return nil, err
	}
	defer conn.close()
	return conn.all()
}
