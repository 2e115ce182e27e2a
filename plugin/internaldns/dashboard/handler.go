package dashboard

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"
)

// start is the page that shows all others: which one, its script knows.
const start = "index.html"

// policy has browsers load what this server serves and nothing else, and run no script
// that stands in a page.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// Handler serves the pages. Safe for concurrent use.
type Handler struct{ files map[string]*file } // by path below the root, without a slash before

// file is one of the files, which never change.
type file struct {
	kind   string // media type
	plain  form
	zipped func() form // made when it is asked for first; nil of what gets no smaller
}

// form is the octets of a file in one encoding, with the entity tag of that (RFC 9110
// section 8.8.3).
type form struct {
	octets []byte
	tag    string
}

func newForm(octets []byte) form {
	hash := sha256.Sum256(octets)
	return form{octets, `"` + base64.RawURLEncoding.EncodeToString(hash[:16]) + `"`}
}

func newHandler(root fs.FS) (*Handler, error) {
	h := &Handler{files: make(map[string]*file)}
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		octets, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		f := &file{plain: newForm(octets)}
		var text bool
		if f.kind, text = mediaType(name); text {
			f.zipped = sync.OnceValue(func() form { return newForm(zip(octets)) })
		}
		h.files[name] = f
		return nil
	})
	return h, err
}

// mediaType returns the media type of a file, and whether it gets smaller by compression.
// What a system knows of types is not asked for: it differs.
func mediaType(name string) (kind string, text bool) {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8", true
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8", true
	case ".css":
		return "text/css; charset=utf-8", true
	case ".json", ".map":
		return "application/json", true
	case ".webmanifest":
		return "application/manifest+json", true
	case ".svg":
		return "image/svg+xml", true
	case ".txt", ".md", "":
		return "text/plain; charset=utf-8", true
	case ".png":
		return "image/png", false
	case ".ico":
		return "image/x-icon", false
	case ".woff2":
		return "font/woff2", false
	}
	return "application/octet-stream", false
}

func zip(octets []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // a level that there is
	_, _ = w.Write(octets)                                  // a buffer takes all
	_ = w.Close()
	return out.Bytes()
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	head := w.Header()
	head.Set("Content-Security-Policy", policy)
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("X-Frame-Options", "DENY")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("Cross-Origin-Opener-Policy", "same-origin")
	head.Set("Cross-Origin-Resource-Policy", "same-origin")
	head.Set("Cache-Control", "no-cache")
	if req.Method != http.MethodGet && req.Method != http.MethodHead {
		head.Set("Allow", "GET, HEAD")
		head.Set("Connection", "close") // its body was not read
		http.Error(w, "pages can only be read; the API is at /client/v4", http.StatusMethodNotAllowed)
		return
	}
	f := h.find(req.URL.Path)
	if f == nil {
		http.Error(w, "there is no such file", http.StatusNotFound)
		return
	}
	body := f.plain
	if f.zipped != nil {
		head.Set("Vary", "Accept-Encoding")
		if acceptsGzip(req.Header) {
			body = f.zipped()
			head.Set("Content-Encoding", "gzip")
			head.Set("Content-Length", strconv.Itoa(len(body.octets)))
		}
	}
	head.Set("Content-Type", f.kind)
	head.Set("ETag", body.tag)
	req.Header.Del("Range") // nothing is long enough
	http.ServeContent(w, req, "", time.Time{}, bytes.NewReader(body.octets))
}

// find returns the file of a path. A path that looks like no file is a place within the
// pages, such as /zones/ID.
func (h *Handler) find(at string) *file {
	name := strings.TrimPrefix(path.Clean("/"+at), "/")
	if f := h.files[name]; f != nil {
		return f
	}
	if path.Ext(name) != "" {
		return nil
	}
	return h.files[start]
}

// acceptsGzip reports whether the client takes gzip (RFC 9110 section 12.5.3).
func acceptsGzip(head http.Header) bool {
	for _, line := range head.Values("Accept-Encoding") {
		for part := range strings.SplitSeq(line, ",") {
			coding, weight, _ := strings.Cut(part, ";")
			if !strings.EqualFold(strings.TrimSpace(coding), "gzip") {
				continue
			}
			name, value, weighed := strings.Cut(strings.TrimSpace(weight), "=")
			if !weighed || !strings.EqualFold(name, "q") {
				return true
			}
			q, err := strconv.ParseFloat(value, 64)
			return err == nil && q > 0
		}
	}
	return false
}
