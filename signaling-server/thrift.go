package main

import (
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// lookAtMemory is longer than the engine keeps blocks of the store that it has read, ten seconds.
	lookAtMemory = 15 * time.Second
	// worthwhile is how much must be to be had before a collection is made for it alone.
	worthwhile = 8 << 20 // bytes
)

// thrift keeps the process small until stop, which waits. It has garbage collected sooner than Go does by itself, unless GOGC
// says otherwise, and gives memory back that is not needed any more: at once what reading the store has used, and later what a
// crowd's coming leaves behind. Nearly all of the memory is sockets that wait, of which little garbage comes, so that Go's own
// collections are minutes apart.
func thrift() (stop func()) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
	giveBack()
	end, ended := make(chan struct{}), make(chan struct{}) // capacity 0: closed once
	go func() {
		defer close(ended)
		look := time.NewTicker(lookAtMemory)
		defer look.Stop()
		for first := true; ; first = false {
			select {
			case <-end:
				return
			case <-look.C:
			}
			if first || spare() > worthwhile {
				giveBack()
			}
		}
	}()
	return func() {
		close(end)
		<-ended
	}
}

// giveBack collects twice: what lies in pools, such as the engine's blocks of 4 MB, outlives the first time.
func giveBack() {
	debug.FreeOSMemory()
	debug.FreeOSMemory()
}

// spare is how many bytes a collection would give back at the most: what is free, and what was allocated since the last one.
func spare() uint64 {
	figures := []metrics.Sample{{Name: "/memory/classes/heap/free:bytes"}, {Name: "/memory/classes/heap/objects:bytes"}, {Name: "/gc/heap/live:bytes"}}
	metrics.Read(figures)
	for _, f := range figures {
		if f.Value.Kind() != metrics.KindUint64 {
			return 0
		}
	}
	free, objects, live := figures[0].Value.Uint64(), figures[1].Value.Uint64(), figures[2].Value.Uint64()
	return free + objects - min(live, objects)
}
