package etcd

// Check returns what is wrong with options, as Open would, and opens nothing.
func (o Options) Check() error { return o.withDefaults().check() }
