package querylog

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	clog "github.com/coredns/coredns/plugin/pkg/log"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/telemetry"
)

var log = clog.NewWithPlugin(model.PolicyDirective)

// StandardOutput is the word for it in place of a file.
const StandardOutput = "stdout"

// logFile is a file that lines are appended to. When it was moved or removed, as
// logrotate does, it is opened anew. It belongs to one goroutine.
type logFile struct {
	name   string
	file   *os.File  // nil while it cannot be opened
	looked time.Time // when it was last looked for
	torn   bool      // the file ended within a line when it was opened
	outage telemetry.Outage
}

// openFile opens a log, which is made with the permissions 0600 if it is not there.
func openFile(name string) (*logFile, error) {
	l := &logFile{name: name, looked: time.Now()}
	return l, l.open()
}

func (l *logFile) open() error {
	if l.name == StandardOutput {
		l.file = os.Stdout
		return nil
	}
	if info, err := os.Stat(l.name); err == nil {
		if err := refuse(l.name, info); err != nil {
			return err
		}
	}
	file, err := os.OpenFile(filepath.Clean(l.name), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err == nil {
		l.file, l.torn = file, endsTorn(l.name)
	}
	return err
}

// endsTorn reports whether the last line of a file has no end: the disk was full, or
// the program was killed.
func endsTorn(name string) bool {
	file, err := os.Open(filepath.Clean(name))
	if err != nil {
		return false
	}
	defer file.Close()
	end, err := file.Seek(-1, io.SeekEnd)
	if err != nil { // there is no octet
		return false
	}
	last := make([]byte, 1)
	_, err = file.ReadAt(last, end)
	return err == nil && last[0] != '\n'
}

// refuse fails for what stands in the place of a log and is none.
func refuse(name string, info os.FileInfo) error {
	if info.Mode()&os.ModeNamedPipe != 0 || info.IsDir() {
		return fmt.Errorf("%s is not a file; name a file, or write %s", name, StandardOutput)
	}
	return nil
}

// Check tells why a log cannot be opened, as far as that is seen without making
// the file.
func Check(name string) error {
	if name == StandardOutput {
		return nil
	}
	info, err := os.Stat(name)
	if err == nil {
		if err := refuse(name, info); err != nil {
			return err
		}
		file, err := os.OpenFile(filepath.Clean(name), os.O_WRONLY|os.O_APPEND, 0)
		if err != nil {
			return err
		}
		return file.Close()
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return checkDirectory(name)
}

// checkDirectory fails unless the directory that a log will be made in is one.
func checkDirectory(name string) error {
	dir := filepath.Dir(name)
	if target, err := os.Readlink(name); err == nil { // a link that leads nowhere yet
		if dir = filepath.Dir(target); !filepath.IsAbs(dir) {
			dir = filepath.Join(filepath.Dir(name), dir)
		}
	}
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s cannot be made, there is no directory %s", name, dir)
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s cannot be made, %s is not a directory", name, dir)
	}
	return nil
}

// Write implements io.Writer. That it fails is logged when it begins.
func (l *logFile) Write(lines []byte) (int, error) {
	n, err := l.write(lines)
	switch {
	case err != nil && l.outage.Begins(time.Now()):
		log.Errorf("The query log cannot be written, queries will be missing: %v", err)
	case err == nil && l.outage.Ends():
		log.Infof("The query log can be written again: %s", l.name)
	}
	return n, err
}

func (l *logFile) write(lines []byte) (int, error) {
	if now := time.Now(); now.Sub(l.looked) >= logRetry {
		l.looked = now
		l.follow()
	}
	if l.file == nil {
		if err := l.open(); err != nil {
			return 0, err
		}
	}
	if l.torn && len(lines) > 0 && lines[0] != '\n' {
		if _, err := l.file.Write([]byte{'\n'}); err != nil {
			return 0, err
		}
	}
	l.torn = false
	return l.file.Write(lines)
}

// follow lets go of a file that does not have the name any more.
func (l *logFile) follow() {
	if l.file == nil || l.file == os.Stdout {
		return
	}
	now, err := os.Stat(l.name)
	if err == nil {
		if opened, err := l.file.Stat(); err == nil && os.SameFile(now, opened) {
			return
		}
	}
	_ = l.file.Close() // all was written
	l.file = nil
}

// Close implements io.Closer.
func (l *logFile) Close() error {
	if l.file == nil || l.file == os.Stdout {
		return nil
	}
	return l.file.Close()
}
