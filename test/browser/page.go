package browser

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

const height = 900 // pixels of the window

// Options say how somebody looks at a page.
type Options struct {
	Width int64 // pixels; 0 is 1280
	Dark  bool
}

// Page is one tab. Its methods fail the test that opened it if what they are about does
// not come within some time; they are to be called by one goroutine at a time.
type Page struct {
	t      testing.TB
	ctx    context.Context
	origin string
	width  int64

	mu     sync.Mutex
	faults []string // what no page may do
}

// Open opens a page as somebody who has not been there before.
func (b *Browser) Open(t testing.TB, address string, o Options) *Page {
	t.Helper()
	return open(t, b.ctx, address, o, chromedp.WithNewBrowserContext())
}

// Tab opens a page as the same person, in another tab.
func (p *Page) Tab(path string, o Options) *Page {
	p.t.Helper()
	return open(p.t, p.ctx, p.origin+path, o)
}

func open(t testing.TB, parent context.Context, address string, o Options, options ...chromedp.ContextOption) *Page {
	t.Helper()
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	p := &Page{t: t, origin: at.Scheme + "://" + at.Host}
	ctx, end := chromedp.NewContext(parent, append(options, chromedp.WithListener(p.heard))...)
	p.ctx = ctx
	t.Cleanup(func() {
		end()
		for _, fault := range p.Faults() {
			t.Errorf("%s: %s", at.Path, fault)
		}
	})
	if p.width = o.Width; p.width == 0 {
		p.width = 1280
	}
	p.must("open "+address, chromedp.Do(ctx, chromedp.EmulateViewport(p.width, height), chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		scheme := map[bool]string{false: "light", true: "dark"}[o.Dark]
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}})
		return err
	}), chromedp.Navigate(address)))
	return p
}

// Go opens a path of the same server, as somebody does who has its address.
func (p *Page) Go(path string) {
	p.t.Helper()
	p.must("go to "+path, chromedp.Do(p.ctx, chromedp.Navigate(p.origin+path)))
}

// Reload loads the page anew.
func (p *Page) Reload() {
	p.t.Helper()
	p.must("reload", chromedp.Do(p.ctx, chromedp.Reload()))
}

// Path returns where the page is.
func (p *Page) Path() string {
	p.t.Helper()
	return Eval[string](p, `location.pathname + location.search`)
}

// Screenshot returns what is seen as a PNG, down to the end of the page, as in a window
// that is high enough.
func (p *Page) Screenshot() []byte {
	p.t.Helper()
	high := max(height, Eval[int64](p, `document.documentElement.scrollHeight`))
	p.must("make the window higher", chromedp.Do(p.ctx, chromedp.EmulateViewport(p.width, min(high, 4*height))))
	octets, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	p.must("take a screenshot", err)
	p.must("make the window as it was", chromedp.Do(p.ctx, chromedp.EmulateViewport(p.width, height)))
	return octets
}

// Eval returns the value of an expression in the page.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	value, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	p.must("evaluate "+expression, err)
	return value
}

// Faults returns what the page did that none may, and forgets it.
func (p *Page) Faults() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := p.faults
	p.faults = nil
	return out
}

func (p *Page) must(what string, err error) {
	if err != nil {
		p.t.Helper()
		p.t.Fatalf("%s: %v", what, err)
	}
}

// heard listens to what the page does.
func (p *Page) heard(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		p.fault("exception: " + exception(e.ExceptionDetails))
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			p.fault("console: " + words(e.Args))
		}
	case *log.EventEntryAdded:
		// Answers that refuse something are in the log of the browser, too: no fault of a page.
		refused := e.Entry.Source == log.EntrySourceNetwork && strings.HasPrefix(e.Entry.URL, p.origin+"/client/v4/")
		if e.Entry.Level == log.EntryLevelError && !refused {
			p.fault("log: " + e.Entry.Text + " " + e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		address := e.Request.URL
		if !slices.ContainsFunc([]string{p.origin + "/", "data:", "blob:" + p.origin}, func(own string) bool { return strings.HasPrefix(address, own) }) {
			p.fault("asked another server: " + address)
		}
	}
}

func (p *Page) fault(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, text)
}

func words(args []*runtime.RemoteObject) string {
	var out []string
	for _, arg := range args {
		if arg.Description != "" {
			out = append(out, arg.Description)
			continue
		}
		out = append(out, string(arg.Value))
	}
	return strings.Join(out, " ")
}

func exception(e *runtime.ExceptionDetails) string {
	if e.Exception != nil && e.Exception.Description != "" {
		return e.Exception.Description
	}
	return e.Text
}
