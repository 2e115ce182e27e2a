package bolt_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/store/bolt"
	"github.com/internaldns/internaldns/plugin/pkg/store/storetest"
)

// million is how many keys a large store has, of 120 octets with their values.
const million = 1_000_000

// recordOp returns the op that sets one of them: 10,000 zones, records in no order.
func recordOp(n int) store.Op {
	key := fmt.Appendf(nil, "record/%08d/%016x", n%10_000, uint64(n)*0x9E3779B97F4A7C15)
	value := make([]byte, 120-len(key))
	binary.BigEndian.PutUint64(value, uint64(n))
	return store.Op{Key: key, Value: value}
}

func recordOps(from, n int) (ops []store.Op) {
	for i := range n {
		ops = append(ops, recordOp(from+i))
	}
	return ops
}

// large returns a store with a million keys and its file.
func large(b *testing.B) (*bolt.Store, string) {
	b.Helper()
	name := filepath.Join(b.TempDir(), "test.db")
	s := open(b, name)
	const each = 100_000
	for i := range million / each {
		if err := s.Commit(context.Background(), storetest.Account, uint64(i), uint64(i)+1, recordOps(i*each, each)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(s.Size())/1e6, "MB")
	return s, name
}

func BenchmarkCommit(b *testing.B) {
	s, _ := large(b)
	revision, next := uint64(million/100_000), million
	for _, n := range []int{1, 3500, 100_000} {
		b.Run(fmt.Sprintf("ops=%d", n), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				ops := recordOps(next, n)
				b.StartTimer()
				if err := s.Commit(context.Background(), storetest.Account, revision, revision+1, ops); err != nil {
					b.Fatal(err)
				}
				revision, next = revision+1, next+n
			}
		})
	}
	b.Run("prefix=100", func(b *testing.B) {
		for b.Loop() {
			op := storetest.DeletePrefix(fmt.Sprintf("record/%08d/", revision%10_000))
			if err := s.Commit(context.Background(), storetest.Account, revision, revision+1, []store.Op{op}); err != nil {
				b.Fatal(err)
			}
			revision++
		}
	})
}

func BenchmarkRead(b *testing.B) {
	s, name := large(b)
	b.Run("range", func(b *testing.B) {
		for b.Loop() {
			n := 0
			if err := s.View(context.Background(), storetest.Account, func(r store.Reader) error {
				for range r.Range(nil, nil) {
					n++
				}
				return r.Err()
			}); err != nil || n != million {
				b.Fatal(n, err)
			}
		}
	})
	b.Run("get", func(b *testing.B) {
		op := recordOp(123_456)
		for b.Loop() {
			if err := s.View(context.Background(), storetest.Account, func(r store.Reader) error {
				_, err := r.Get(op.Key)
				return err
			}); err != nil {
				b.Fatal(err)
			}
		}
	})
	_ = s.Close()
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			_ = open(b, name).Close()
		}
	})
}
