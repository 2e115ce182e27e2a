package dashboard

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

// script is long enough to get smaller.
func script() string { return strings.Repeat("export const zone = 'corp.example';\n", 100) }

func newTest(t *testing.T) *Handler {
	t.Helper()
	h, err := newHandler(fstest.MapFS{
		"index.html":      {Data: []byte("<!doctype html><title>start</title>")},
		"a/main.js":       {Data: []byte(script())},
		"a/_main.css":     {Data: []byte("body{}")},
		"a/face.woff2":    {Data: []byte("face")},
		"a/mark.svg":      {Data: []byte("<svg/>")},
		"a/odd.xyz":       {Data: []byte("odd")},
		"notices.txt":     {Data: []byte("notices")},
		"app.webmanifest": {Data: []byte("{}")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// get makes a request with headers, which stand one after another.
func get(h http.Handler, method, path string, headers ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, "/", http.NoBody)
	req.URL.Path = path
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	got := httptest.NewRecorder()
	h.ServeHTTP(got, req)
	return got
}

// Files have their types, places within the pages the first page, and all the headers.
func TestFiles(t *testing.T) {
	h := newTest(t)
	huge := strings.Repeat("/zones", 10_000)
	for _, tt := range []struct {
		path   string
		status int
		kind   string
		body   string
	}{
		{"/", 200, "text/html; charset=utf-8", "start"},
		{"", 200, "text/html; charset=utf-8", "start"},
		{"/index.html", 200, "text/html; charset=utf-8", "start"},
		{"/zones/0123456789abcdef0123456789abcdef", 200, "text/html; charset=utf-8", "start"},
		{"/zones/", 200, "text/html; charset=utf-8", "start"},
		{huge, 200, "text/html; charset=utf-8", "start"},
		{huge + ".js", 404, "text/plain; charset=utf-8", "no such file"},
		{"/a/main.js", 200, "text/javascript; charset=utf-8", "export"},
		{"//a/./x/../main.js", 200, "text/javascript; charset=utf-8", "export"},
		{"/../../a/main.js", 200, "text/javascript; charset=utf-8", "export"},
		{"/a/_main.css", 200, "text/css; charset=utf-8", "body{}"},
		{"/a/face.woff2", 200, "font/woff2", "face"},
		{"/a/mark.svg", 200, "image/svg+xml", "<svg/>"},
		{"/a/odd.xyz", 200, "application/octet-stream", "odd"},
		{"/notices.txt", 200, "text/plain; charset=utf-8", "notices"},
		{"/app.webmanifest", 200, "application/manifest+json", "{}"},
		{"/a", 200, "text/html; charset=utf-8", "start"}, // no list of what is in it
		{"/a/", 200, "text/html; charset=utf-8", "start"},
		{"/a/other.js", 404, "text/plain; charset=utf-8", "no such file"},
		{"/../embed.go", 404, "text/plain; charset=utf-8", "no such file"},
		{"/../../../../etc/passwd", 200, "text/html; charset=utf-8", "start"},
		{"/..\\..\\etc\\hosts.txt", 404, "text/plain; charset=utf-8", "no such file"},
		{"/a/main.js\x00", 404, "text/plain; charset=utf-8", "no such file"},
		{"/.git", 404, "text/plain; charset=utf-8", "no such file"},
	} {
		got := get(h, http.MethodGet, tt.path)
		head := got.Header()
		if got.Code != tt.status || head.Get("Content-Type") != tt.kind || !strings.Contains(got.Body.String(), tt.body) {
			t.Errorf("%.80q: %d %q %.80s", tt.path, got.Code, head.Get("Content-Type"), got.Body)
		}
		for name, want := range map[string]string{
			"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
			"Cross-Origin-Opener-Policy": "same-origin", "Cache-Control": "no-cache", "Content-Encoding": "", "Access-Control-Allow-Origin": "",
		} {
			if head.Get(name) != want {
				t.Errorf("%.80q: %s: %q", tt.path, name, head.Get(name))
			}
		}
		if (head.Get("ETag") != "") != (tt.status == http.StatusOK) {
			t.Errorf("%.80q: ETag %q", tt.path, head.Get("ETag"))
		}
	}
}

// A path with escapes means what it says unescaped, over a connection as well.
func TestEscapedPaths(t *testing.T) {
	front := httptest.NewServer(newTest(t))
	defer front.Close()
	for path, want := range map[string]string{
		"/%2e%2e/": "start", "/..%2f..%2fetc/passwd": "start", "/%2e%2e/%2e%2e/handler.go": "no such file", "/a%2fmain.js": "export", "/%00": "start", "/%ff.js": "no such file",
	} {
		got, err := http.Get(front.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(got.Body)
		_ = got.Body.Close()
		if err != nil || !strings.Contains(string(body), want) {
			t.Errorf("%s: %d %.80s, %v", path, got.StatusCode, body, err)
		}
	}
}

// Each encoding of a file has a tag of its own, and is not sent to who has it.
func TestTags(t *testing.T) {
	h := newTest(t)
	plain := get(h, http.MethodGet, "/a/main.js").Header().Get("ETag")
	zipped := get(h, http.MethodGet, "/a/main.js", "Accept-Encoding", "gzip").Header().Get("ETag")
	if again := get(newTest(t), http.MethodGet, "/a/main.js").Header().Get("ETag"); plain != again || plain == zipped || strings.HasPrefix(plain, "W/") || len(plain) != 24 {
		t.Errorf("tags %s and %s, then %s", plain, zipped, again)
	}
	for _, tt := range []struct {
		accept, match string
		status        int
	}{
		{"", plain, 304}, {"gzip", zipped, 304}, {"", "W/" + plain, 304}, {"", `"x", ` + plain, 304}, {"", "*", 304},
		{"", zipped, 200}, {"gzip", plain, 200}, {"", `"x"`, 200}, {"", "x", 200},
	} {
		got := get(h, http.MethodGet, "/a/main.js", "Accept-Encoding", tt.accept, "If-None-Match", tt.match)
		if got.Code != tt.status || got.Header().Get("ETag") == "" || got.Header().Get("Vary") != "Accept-Encoding" || got.Header().Get("Cache-Control") != "no-cache" || (got.Body.Len() == 0) != (tt.status == http.StatusNotModified) {
			t.Errorf("%+v: %d %v", tt, got.Code, got.Header())
		}
	}
}

// gzip is for those who take it, and for what gets smaller by it.
func TestGzip(t *testing.T) {
	h := newTest(t)
	for accept, want := range map[string]bool{
		"gzip": true, "gzip, deflate, br, zstd": true, "br;q=1, GZIP;q=0.5": true, "gzip; q=1.0": true,
		"": false, "br": false, "deflate": false, "*": false, "gzip;q=0": false, "gzip;q=0.000": false, "gzip;q=x": false, "identity": false, "xgzip": false,
	} {
		got := get(h, http.MethodGet, "/a/main.js", "Accept-Encoding", accept, "Range", "bytes=5-9")
		body := got.Body.Bytes()
		if zipped := got.Header().Get("Content-Encoding") == "gzip"; zipped != want || got.Code != http.StatusOK {
			t.Errorf("%q: %d %v", accept, got.Code, got.Header())
		} else if zipped {
			r, err := gzip.NewReader(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if body, err = io.ReadAll(r); err != nil || got.Body.Len() > 500 {
				t.Errorf("%q: %d octets, %v", accept, got.Body.Len(), err)
			}
		}
		if string(body) != script() {
			t.Errorf("%q: %.80s", accept, body)
		}
	}
	if got := get(h, http.MethodGet, "/a/face.woff2", "Accept-Encoding", "gzip"); got.Header().Get("Content-Encoding") != "" || got.Header().Get("Vary") != "" {
		t.Errorf("a font: %v", got.Header())
	}
}

// HEAD has the headers of GET alone, and there is no other method.
func TestMethods(t *testing.T) {
	h := newTest(t)
	for _, accept := range []string{"", "gzip"} {
		whole, head := get(h, http.MethodGet, "/a/main.js", "Accept-Encoding", accept), get(h, http.MethodHead, "/a/main.js", "Accept-Encoding", accept)
		for name := range whole.Header() {
			if whole.Header().Get(name) != head.Header().Get(name) {
				t.Errorf("%q: %s: %q and %q", accept, name, whole.Header().Get(name), head.Header().Get(name))
			}
		}
		if head.Body.Len() != 0 || head.Header().Get("Content-Length") == "" {
			t.Errorf("%q: HEAD has %d octets, %v", accept, head.Body.Len(), head.Header())
		}
	}
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "X"} {
		if got := get(h, method, "/"); got.Code != http.StatusMethodNotAllowed || got.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %d %v", method, got.Code, got.Header())
		}
	}
}

// Many may ask for a file at once that was not compressed yet.
func TestAtOnce(t *testing.T) {
	h := newTest(t)
	var running sync.WaitGroup
	for range 16 {
		running.Go(func() {
			if got := get(h, http.MethodGet, "/a/main.js", "Accept-Encoding", "gzip"); got.Code != http.StatusOK {
				t.Errorf("%d", got.Code)
			}
		})
	}
	running.Wait()
}

// What stands in the program is a page with scripts and styles in files of their own, and
// no file of a type that is not known.
func TestEmbedded(t *testing.T) {
	h := New()
	page := get(h, http.MethodGet, "/")
	if page.Code != http.StatusOK || !strings.Contains(page.Body.String(), "<html lang=") {
		t.Fatalf("the first page: %d %.200s", page.Code, page.Body)
	}
	for _, inline := range []string{"<style", "<script>", " style=", " onclick=", "javascript:", `src="http`, `href="http`} {
		if strings.Contains(page.Body.String(), inline) {
			t.Errorf("the first page has %s", inline)
		}
	}
	for name, f := range h.files {
		if f.kind == "application/octet-stream" {
			t.Errorf("%s: give its type to mediaType", name)
		}
		if got := get(h, http.MethodGet, "/"+name); got.Code != http.StatusOK || got.Body.Len() == 0 {
			t.Errorf("%s: %d, %d octets", name, got.Code, got.Body.Len())
		}
	}
}

// Files that cannot be read are no dashboard.
func TestUnreadable(t *testing.T) {
	if h, err := newHandler(os.DirFS(filepath.Join(t.TempDir(), "none"))); err == nil {
		t.Errorf("files: %v", h.files)
	}
}
