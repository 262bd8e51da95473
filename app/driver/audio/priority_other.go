//go:build !linux

package audio

func threadID() int { return 0 }

func raise(int) {}
