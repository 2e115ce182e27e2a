package yamlfile

// Entries reads a file that is one list under a key. It hands each entry to read,
// with its number counted from 1, until enough errors are listed. More entries than
// most are an error, and none of them is read.
func (f *File) Entries(root Value, key string, most int, read func(number int, entry Value)) {
	entries := f.List(f.Mapping(root, "the file", key).Get(key), key)
	if len(entries) > most {
		f.Errorf(entries[most], "the file has %d %s, at most %d are allowed", len(entries), key, most)
		return
	}
	for i, entry := range entries {
		if f.Full() {
			break
		}
		read(i+1, entry)
	}
	f.About("")
}

// Lines tells where something stands that may stand in one place of a file only.
type Lines[K comparable] map[K]int

// First notes the place of a value and reports whether it is the first. What names
// the value in the message of a second one.
func (l Lines[K]) First(f *File, key K, what string, at Value) bool {
	if line, twice := l[key]; twice {
		f.Errorf(at, "%s %s stands in line %d already", what, at.Text(), line)
		return false
	}
	l[key] = at.Line()
	return true
}
