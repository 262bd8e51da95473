//go:build leaky

package main

import (
	"log/slog"
	"os"
)

// remembered makes this build what the server must never be: it writes one PIN into its log and keeps it in memory. The
// drill "blind" builds it to see that its search notices. The PIN is read from the file that LEAKY_FILE names.
var remembered = leak(os.Getenv("LEAKY_FILE"))

func leak(file string) []byte {
	pin, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	slog.New(slog.NewJSONHandler(os.Stderr, nil)).Info("leaky build", "typed", string(pin))
	return pin
}
