package resolverpolicy

import (
	"io"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/filewatch"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

const reloadInterval = 10 * time.Second // between two looks at a file, unless declared

// parser makes something of a file's content: how to put it to use, how many
// entries it holds, and what is wrong with it. With an error nothing is put to use.
type parser func(r io.Reader) (publish func(), entries int, problems problem.List)

// source is a file that policies read, and read again when it changes. It belongs
// to the goroutine that parses the Corefile, and then to the watcher's.
type source struct {
	*filewatch.Set
	file string
	used bool // its values are in use, so that new ones are worth a line in the log
}

// newSource makes the source of a declaration, of which c says all but how to read.
func newSource(c filewatch.Config, file string, parse parser) *source {
	s := &source{file: file}
	c.Refused = func(errors string) { log.Errorf("Keeping the old values: %s", errors) }
	c.Read = func(session *filewatch.Session) (func(), problem.List) {
		var problems problem.List
		content, err := session.Open(file)
		if err != nil {
			problems.Errorf(c.Pos, c.Name, "%s", err)
			return nil, problems
		}
		defer content.Close()
		publish, entries, problems := parse(content)
		session.Count(file, entries)
		return func() {
			publish()
			if s.used {
				log.Infof("Read again: %s, %d entries", c.Name, entries)
			}
			s.used = true
		}, problems
	}
	s.Set = filewatch.New(c)
	return s
}
