package etcd_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/store/etcd"
	"github.com/internaldns/internaldns/plugin/pkg/store/etcd/etcdtest"
	"github.com/internaldns/internaldns/plugin/pkg/store/storetest"
)

// recordOp returns the op that sets a record of 10,000 zones, in no order: about as much as
// live keeps of one.
func recordOp(n int) store.Op {
	key := fmt.Appendf(nil, "record/%08d/host-%x", n%10_000, uint64(n)*0x9E3779B97F4A7C15)
	value := make([]byte, 120-len(key), 120)
	binary.BigEndian.PutUint64(value, uint64(n)*0xD1342543DE82EF95)
	return store.Op{Key: key, Value: append(value, "comment of a record"...)}
}

// percentiles reports p50 and p99 of some durations.
func percentiles(b *testing.B, name string, all []time.Duration) {
	b.Helper()
	if len(all) == 0 {
		return
	}
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)/2].Microseconds())/1e3, "ms-"+name+"-p50")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1e3, "ms-"+name+"-p99")
}

// A commit takes how long, and is on another server how long after it was begun and answered?
func BenchmarkCommit(b *testing.B) {
	for _, each := range []int{1, 100, 3500} {
		b.Run(fmt.Sprintf("ops=%d", each), func(b *testing.B) {
			m := etcdtest.Start(b)
			one, other := open(b, options(b, m.Endpoint())), open(b, options(b, m.Endpoint()))
			arrived := make(chan time.Time, 1)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			began := make(chan bool, 1)
			go func() {
				_ = other.Watch(ctx, storetest.Account, func(at store.State) {
					if at.Revision == 0 {
						began <- true
						return
					}
					arrived <- time.Now()
				})
			}()
			<-began
			var commits, visible []time.Duration
			revision, next := uint64(0), 0
			for b.Loop() {
				ops := make([]store.Op, each)
				for i := range ops {
					ops[i], next = recordOp(next), next+1
				}
				start := time.Now()
				if err := one.Commit(context.Background(), storetest.Account, revision, revision+1, ops); err != nil {
					b.Fatal(err)
				}
				end := time.Now()
				revision++
				commits = append(commits, end.Sub(start))
				visible = append(visible, (<-arrived).Sub(end))
			}
			percentiles(b, "commit", commits)
			percentiles(b, "visible", visible)
		})
	}
}

// A million records are read from etcd into a new copy, and from a copy that is there.
func BenchmarkLoad(b *testing.B) {
	const million, each = 1_000_000, 100_000
	m := etcdtest.Start(b)
	s := open(b, options(b, m.Endpoint()))
	for n := range uint64(million / each) {
		ops := make([]store.Op, each)
		for i := range ops {
			ops[i] = recordOp(int(n)*each + i)
		}
		if err := s.Commit(context.Background(), storetest.Account, n, n+1, ops); err != nil {
			b.Fatal(err)
		}
	}
	load := func(name string, opt etcd.Options, fresh bool) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if fresh {
					opt.Copy = filepath.Join(b.TempDir(), "copy.db")
				}
				s, err := etcd.Open(opt)
				if err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				if revision, content := storetest.Content(b, s, storetest.Account); revision != million/each || len(content) != million {
					b.Fatal(revision, len(content))
				}
				_ = s.Close()
				b.StartTimer()
			}
		})
	}
	opt := options(b, m.Endpoint())
	load("log", opt, true)
	for began := time.Now(); strings.TrimSpace(m.Ctl("get", "--prefix", "--keys-only", "/internaldns/account/snapshot/")) == ""; time.Sleep(100 * time.Millisecond) {
		if time.Since(began) > time.Minute {
			b.Fatal("no snapshot is written")
		}
	}
	b.Logf("%d parts in the snapshot", strings.Count(m.Ctl("get", "--prefix", "--keys-only", "/internaldns/snapshot/"), "/snapshot/"))
	load("snapshot", opt, true)
	opt.Copy = filepath.Join(b.TempDir(), "copy.db")
	if err := open(b, opt).Close(); err != nil {
		b.Fatal(err)
	}
	load("copy", opt, false)
}
