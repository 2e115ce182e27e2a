package filewatch

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// Open opens a file for reading. Anything but a regular file is an error: a pipe
// without a writer would wait for ever, and with it everything that the same
// goroutine looks at.
func Open(name string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Clean(name), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("open %s: not a regular file", name)
	}
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}
