package live

import "sync"

// writerLock is held from checking changes to publishing them. Who holds it may let those
// between who change nothing, while it waits for the store.
type writerLock struct {
	turn sync.Mutex // held by one writer
	hand sync.Mutex // held by who looks at what writers change
}

// Lock implements sync.Locker.
func (l *writerLock) Lock() {
	l.turn.Lock()
	l.hand.Lock()
}

// Unlock implements sync.Locker.
func (l *writerLock) Unlock() {
	l.hand.Unlock()
	l.turn.Unlock()
}

// wait calls what takes a while and changes nothing here, and lets others look meanwhile.
// The lock is held before and after.
func (l *writerLock) wait(do func()) {
	l.hand.Unlock()
	defer l.hand.Lock()
	do()
}

// look calls what changes nothing, once no writer is at work but one that waits.
func (l *writerLock) look(do func() error) error {
	l.hand.Lock()
	defer l.hand.Unlock()
	return do()
}
