//go:build !linux || !cgo

package memory

func saveC() {}
func trimC() {}
