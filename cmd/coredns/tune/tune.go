// Package tune makes Go's runtime suit a DNS server.
//
// A query has a goroutine of its own, whose stack has to grow twice on the way to
// the socket: about a fifth of what stock CoreDNS spends on a small query. The
// runtime starts goroutines with the average of the stacks it last saw, so a few
// hundred that are parked deep make every query start with enough (see
// /gc/stack/starting-size:bytes). They take 2.4 MB. That is a heuristic of the
// runtime and no promise: should it change, nothing but the gain is lost.
//
// The live heap of a small configuration is a few megabytes, so the collector would
// run after every few thousand queries. It is told to wait for minGarbage, while a
// large heap keeps the usual percentage. Waiting longer than that gains nothing:
// what the collector saves then, memory that is in no cache costs. Whoever sets
// GOGC or GOMEMLIMIT decides alone.
package tune

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	// parked is how many goroutines stand by with a deep stack.
	parked = 300
	// parkedFrame is how deep, in octets: with the runtime's reserve it rounds up to
	// the 8 KiB that a query needs on its way to the socket.
	parkedFrame = 6000
	// minGarbage is how many octets are thrown away at least between two runs of the
	// garbage collector.
	minGarbage = 16 << 20
	// maxPercent bounds what the collector is told.
	maxPercent = 1000
)

// Runtime tunes the process it runs in, for as long as that lives. It is called once.
func Runtime() {
	for range parked {
		go park()
	}
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		collectLess()
	}
	runtime.GC() // to take the stacks into account from the first query on
}

// park keeps a deep stack for as long as the program runs.
//
//go:noinline
func park() {
	var frame [parkedFrame]byte
	touch(&frame)
	select {}
}

//go:noinline
func touch(frame *[parkedFrame]byte) { frame[0] = 1 }

// collectLess sets the collector's percentage, now and whenever it has run.
func collectLess() {
	debug.SetGCPercent(percent(liveHeap()))
	afterCollection(collectLess)
}

// percent returns how much may be allocated before the next collection, in percent
// of the live heap.
func percent(live uint64) int {
	return int(max(100, min(maxPercent, minGarbage*100/max(live, 1))))
}

func liveHeap() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return minGarbage
	}
	return sample[0].Value.Uint64()
}

// afterCollection calls f once after the next run of the collector, which finds
// that nobody uses the mark.
func afterCollection(f func()) {
	mark := new([64]byte)
	runtime.AddCleanup(mark, func(f func()) { f() }, f)
}
