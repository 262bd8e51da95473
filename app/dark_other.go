//go:build !linux

package app

import (
	"fyne.io/fyne/v2"
	base "fyne.io/fyne/v2/theme"
)

// systemDark reports whether the system asks for dark windows.
func systemDark(a fyne.App) bool { return a.Settings().ThemeVariant() == base.VariantDark }
