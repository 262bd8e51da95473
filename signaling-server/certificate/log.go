package certificate

import (
	"context"
	"log/slog"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// bridge lets certmagic write to the server's log: what happened, to which of our names and why, and nothing about clients.
func bridge(log *slog.Logger) *zap.Logger { return zap.New(core{log}) }

// core implements zapcore.Core.
type core struct{ log *slog.Logger }

// Enabled implements zapcore.LevelEnabler. Debug lines are about clients' handshakes.
func (c core) Enabled(l zapcore.Level) bool { return l >= zapcore.InfoLevel }

// With implements zapcore.Core; what would be said in every line is left out.
func (c core) With([]zapcore.Field) zapcore.Core { return c }

// Check implements zapcore.Core.
func (c core) Check(e zapcore.Entry, to *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(e.Level) {
		return to.AddCore(e, c)
	}
	return to
}

// Write implements zapcore.Core.
func (c core) Write(e zapcore.Entry, fields []zapcore.Field) error {
	level := slog.LevelInfo
	switch {
	case e.Level >= zapcore.ErrorLevel:
		level = slog.LevelError
	case e.Level == zapcore.WarnLevel:
		level = slog.LevelWarn
	}
	attrs := []slog.Attr{slog.String("about", e.Message)}
	for _, f := range fields {
		switch err, isErr := f.Interface.(error); {
		case isErr:
			attrs = append(attrs, slog.String("err", err.Error()))
		case f.Key == "identifier":
			attrs = append(attrs, slog.String("host", f.String))
		}
	}
	c.log.LogAttrs(context.Background(), level, "certificate", attrs...)
	return nil
}

// Sync implements zapcore.Core.
func (core) Sync() error { return nil }
