// Package browser drives Debian's chromium as somebody does who sees a page or has it
// read: what is clicked and typed into is found by its role and its accessible name.
// Whatever a page must never do, such as to ask another server, fails the test that
// opened it.
package browser

import (
	"context"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// patience bounds how long a page may take to show something. The machine may be busy.
const patience = 45 * time.Second

// Browser is a running chromium. Safe for concurrent use.
type Browser struct {
	ctx context.Context
}

// Start starts chromium, which ends with the test. Without it the test is skipped.
func Start(t testing.TB) *Browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed (Debian: chromium)")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		// The names and roles that a screen reader is told.
		chromedp.Flag("enable-blink-features", "ComputedAccessibilityInfo"),
		chromedp.Env("TMPDIR="+t.TempDir()), // where it leaves things
		chromedp.WSURLReadTimeout(patience))
	ctx, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	t.Cleanup(stop)
	ctx, end := chromedp.NewContext(ctx)
	t.Cleanup(end)
	if err := chromedp.Do(ctx); err != nil { // starts it
		t.Fatalf("chromium: %v", err)
	}
	return &Browser{ctx: ctx}
}
