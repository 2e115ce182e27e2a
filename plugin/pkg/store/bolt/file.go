package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// What is made is for its owner alone. What is there already is left as it is.
const (
	fileMode   = 0o600
	folderMode = 0o700
)

// makeFolder makes the folder of a file, durably.
func makeFolder(name string) error {
	var made []string
	for folder := filepath.Dir(name); ; folder = filepath.Dir(folder) {
		if _, err := os.Stat(folder); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		made = append(made, folder)
	}
	if err := os.MkdirAll(filepath.Dir(name), folderMode); err != nil {
		return err
	}
	for _, folder := range made {
		if err := syncFolder(filepath.Dir(folder)); err != nil {
			return err
		}
	}
	return nil
}

// openFile opens the file, locks it and checks it, and makes it if there is none. A
// file that bbolt did not finish making is emptied, for it to begin again.
func openFile(name string, flag int, mode os.FileMode, isCopy bool) (*os.File, error) {
	info, err := os.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: not a regular file", store.ErrNotStore)
	}
	isNew := errors.Is(err, fs.ErrNotExist)
	f, err := os.OpenFile(filepath.Clean(name), flag, mode)
	if err != nil {
		return nil, err
	}
	if err = lock(f); err == nil {
		err = check(f, isCopy)
	}
	if err == nil && isNew {
		err = syncFolder(filepath.Dir(name))
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// syncFolder makes durable what files a folder has.
func syncFolder(name string) error {
	folder, err := os.Open(filepath.Clean(name))
	if err != nil {
		return err
	}
	err = folder.Sync()
	return errors.Join(err, folder.Close())
}
