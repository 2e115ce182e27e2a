package bolt

// What of the file was looked at counts as memory of the process until the system needs
// it for something else, which would make a store look as large as it is. So it is given
// back at times.
const (
	mostMapped = 64 << 20 // octets that were looked at since
	perLook    = 64 << 10 // what the system maps at once for a look anywhere
)

// look notes how much of the file an operation has looked at.
func (s *Store) look(octets int64) { s.looked.Add(octets) }

// giveBack gives what was looked at back if that is much. The map must not change
// meanwhile: a transaction is open.
func (s *Store) giveBack() {
	if s.looked.Load() < mostMapped {
		return
	}
	s.looked.Store(0)
	unmap(s.db.Info().Data, s.size.Load())
}
