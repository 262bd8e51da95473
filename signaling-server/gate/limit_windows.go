package gate

// MaxOpen is how many connections there may be: Windows has no limit of descriptors that could be asked for.
func MaxOpen() int { return 1 << 14 }
