package filewatch

import (
	"io"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// Parser makes something of a file's content: how to put it to use, how many
// entries it holds, and what is wrong with it. With an error nothing is put to use.
type Parser func(r io.Reader) (publish func(), entries int, problems problem.List)

// File is a Set of one file that is read as a whole. It belongs to the goroutine that
// declares it, and then to the watcher's.
type File struct {
	*Set
	Path string
	used bool // its values are in use
}

// NewFile returns the file of a declaration, of which c says all but how to read. Again
// is told of each good reading but the first, and may be nil.
func NewFile(c Config, path string, parse Parser, again func(entries int)) *File {
	f := &File{Path: path}
	c.Read = func(session *Session) (func(), problem.List) {
		var problems problem.List
		content, err := session.Open(path)
		if err != nil {
			problems.Errorf(problem.FileUnreadable, c.Pos, c.Name, "%s", err)
			return nil, problems
		}
		defer content.Close()
		publish, entries, problems := parse(content)
		session.Count(path, entries)
		return func() {
			publish()
			if f.used && again != nil {
				again(entries)
			}
			f.used = true
		}, problems
	}
	f.Set = New(c)
	return f
}
