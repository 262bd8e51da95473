//go:build !linux

package main

import (
	"context"
	"os"
)

// openScreen gives the window the screen there is.
func (d *demo) openScreen(context.Context) error {
	d.env = append(os.Environ(), passphraseName+"="+password)
	return nil
}
