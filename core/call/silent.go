package call

import "github.com/pion/logging"

// silent is pion's log: nowhere. Its lines hold addresses, and its default reads the environment.
type silent struct{}

func (silent) NewLogger(string) logging.LeveledLogger { return silent{} }

func (silent) Trace(string)          {}
func (silent) Tracef(string, ...any) {}
func (silent) Debug(string)          {}
func (silent) Debugf(string, ...any) {}
func (silent) Info(string)           {}
func (silent) Infof(string, ...any)  {}
func (silent) Warn(string)           {}
func (silent) Warnf(string, ...any)  {}
func (silent) Error(string)          {}
func (silent) Errorf(string, ...any) {}
