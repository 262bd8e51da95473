package media

import "errors"

var (
	// ErrStalled is what a device returns when it has given no sign of life for half a second: unplugged, suspended,
	// or taken by another program.
	ErrStalled = errors.New("the device has stopped responding")
	// ErrNoDevice is what a device returns when there is nothing to open: no such camera, no sound server.
	ErrNoDevice = errors.New("no such device")
	// ErrBusy is what a device returns when another program holds it.
	ErrBusy = errors.New("the device is in use by another program")
	// ErrEnded is reported for a source that ended without being asked to, such as a file that does not loop.
	ErrEnded = errors.New("the device has ended")
	// ErrFrame is returned for a picture whose size or planes are out of bounds.
	ErrFrame = errors.New("a picture out of bounds")
)
