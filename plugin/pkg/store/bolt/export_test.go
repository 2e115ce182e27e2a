package bolt

import "time"

// Format returns the entries of a format bucket with that version.
func Format(number string) map[string]string {
	entries := map[string]string{nameKey: formatName, versionKey: number}
	for key, value := range entries {
		entries[key] = string(seal(nil, []byte(key), []byte(value)))
	}
	return entries
}

// AwaitWriter returns when a commit is under way.
func AwaitWriter(s *Store) {
	for len(s.writer) == 0 {
		time.Sleep(time.Millisecond)
	}
}
