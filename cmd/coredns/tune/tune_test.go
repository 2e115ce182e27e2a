package tune

import (
	"runtime"
	"runtime/debug"
	"testing"
)

// TestPercent holds that small heaps are collected less often and large ones as usual.
func TestPercent(t *testing.T) {
	for live, want := range map[uint64]int{
		0: maxPercent, 1 << 20: maxPercent, 4 << 20: 400, 8 << 20: 200, 16 << 20: 100, 1 << 30: 100,
	} {
		if got := percent(live); got != want {
			t.Errorf("%d octets live: %d, want %d", live, got, want)
		}
	}
}

// TestCollectLess holds that the percentage is set anew after every collection.
func TestCollectLess(t *testing.T) {
	before := debug.SetGCPercent(100)
	defer debug.SetGCPercent(before)
	called := make(chan struct{})
	afterCollection(func() { close(called) })
	for {
		runtime.GC()
		select {
		case <-called:
			return
		default:
		}
	}
}

// TestLiveHeap holds that the runtime still gives the figure.
func TestLiveHeap(t *testing.T) {
	runtime.GC()
	if live := liveHeap(); live == 0 || live == minGarbage {
		t.Errorf("%d octets live", live)
	}
}
