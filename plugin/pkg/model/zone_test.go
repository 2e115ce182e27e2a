package model

import (
	"testing"
	"unsafe"
)

// A zone among thousands costs a query one cache line.
func TestZoneSize(t *testing.T) {
	t.Parallel()
	if size := unsafe.Sizeof(Zone{}); size != 64 {
		t.Errorf("a Zone has %d octets, want 64", size)
	}
}
