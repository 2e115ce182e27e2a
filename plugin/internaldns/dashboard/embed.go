// Package dashboard serves the pages by which people see and change an account with a
// browser. They are files that stand in the program; all they do, they do through the
// API, with a token's rights.
package dashboard

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// New returns a handler of the pages.
func New() *Handler {
	root, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // it is a valid path
	}
	h, err := newHandler(root)
	if err != nil {
		panic(err) // what stands in the program can be read
	}
	return h
}
