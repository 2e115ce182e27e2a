package etcd

import "time"

// Bounded returns options with a log that is soon long, and leases that soon end.
func Bounded(o Options, entries uint64, ttl time.Duration) Options {
	o.longEntries, o.stageTTL, o.lockTTL = entries, ttl, ttl
	return o
}
