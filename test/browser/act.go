package browser

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// found is an element as find.js tells of it.
type found struct {
	X, Y      float64
	Reachable bool
	Over      string
	Value     string
	Checked   bool
	Disabled  bool
	Focused   bool
}

//go:embed find.js
var findScript string //nolint:gochecknoglobals // embedded

// Within is a part of a page, such as a dialog, by role and name.
type Within struct {
	page       *Page
	role, name string
}

// In returns the part of the page with a role and a name; "" is any.
func (p *Page) In(role, name string) Within { return Within{p, role, name} }

// find returns the first element of a role and a name, nil if there is none.
func (w Within) find(role, name string) *found {
	w.page.t.Helper()
	args := []any{role, name, nil}
	if w.role != "" {
		args[2] = []string{w.role, w.name}
	}
	var words []string
	for _, arg := range args {
		text, err := json.Marshal(arg)
		w.page.must("ask for "+name, err)
		words = append(words, string(text))
	}
	// A page that is just being left answers nothing.
	at, err := chromedp.Run(w.page.ctx, chromedp.Evaluate[*found](findScript+"("+strings.Join(words, ",")+")", chromedp.EvalAwaitPromise))
	if err != nil && w.page.ctx.Err() != nil {
		w.page.t.Fatal(err)
	}
	return at
}

// await returns an element once it is there and something holds for it.
func (w Within) await(role, name, what string, holds func(*found) bool) *found {
	w.page.t.Helper()
	var last *found
	w.page.until(func() bool {
		last = w.find(role, name)
		return last != nil && holds(last)
	}, func() string {
		if last == nil {
			return fmt.Sprintf("there is no %s %q", role, name)
		}
		return fmt.Sprintf("the %s %q is not %s: %+v", role, name, what, *last)
	})
	return last
}

// Click clicks on an element once it can be reached.
func (w Within) Click(role, name string) {
	w.page.t.Helper()
	w.await(role, name, "to be clicked on", func(f *found) bool { return f.Reachable && !f.Disabled && w.page.press(f) })
}

// press clicks on an element, and reports false if something else has come to where it was.
func (p *Page) press(f *found) bool {
	p.t.Helper()
	p.must("click", chromedp.Do(p.ctx, chromedp.MouseClickXY(f.X, f.Y)))
	// A page that was left by the click tells nothing.
	missed, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](`window.pressed === false`))
	return err != nil || !missed
}

// Fill puts a text in the place of what a field holds.
func (w Within) Fill(role, name, text string) {
	w.page.t.Helper()
	w.await(role, name, "focused", func(f *found) bool {
		if !f.Focused && f.Reachable && !f.Disabled { // again where a page has moved under the mouse
			w.page.press(f)
		}
		return f.Focused
	})
	w.page.Press("a", kb.ModifierCtrl)
	w.page.Press(kb.Delete)
	if text != "" {
		w.page.Type(text)
	}
	w.await(role, name, "filled with "+text, func(f *found) bool { return f.Value == text })
}

// Has waits until there is an element.
func (w Within) Has(role, name string) {
	w.page.t.Helper()
	w.await(role, name, "there", func(*found) bool { return true })
}

// HasNot waits until there is no such element.
func (w Within) HasNot(role, name string) {
	w.page.t.Helper()
	w.page.until(func() bool { return w.find(role, name) == nil }, func() string { return fmt.Sprintf("there is still a %s %q", role, name) })
}

// Value returns what a field holds, once it is there.
func (w Within) Value(role, name string) string {
	w.page.t.Helper()
	return w.await(role, name, "there", func(*found) bool { return true }).Value
}

// Checked waits until a box is or is not checked.
func (w Within) Checked(role, name string, want bool) {
	w.page.t.Helper()
	w.await(role, name, fmt.Sprintf("checked: %t", want), func(f *found) bool { return f.Checked == want })
}

// Focused waits until an element has the focus.
func (w Within) Focused(role, name string) {
	w.page.t.Helper()
	w.await(role, name, "focused", func(f *found) bool { return f.Focused })
}

// Names returns the names of all elements of a role that are seen now.
func (p *Page) Names(role string) []string {
	p.t.Helper()
	return Eval[[]string](p, fmt.Sprintf(`[...document.querySelectorAll("*")].filter((e) => e.computedRole === %q && e.checkVisibility()).map((e) => e.computedName)`, role))
}

// Click clicks on an element of the page.
func (p *Page) Click(role, name string) { p.t.Helper(); p.In("", "").Click(role, name) }

// Fill puts a text in the place of what a field of the page holds.
func (p *Page) Fill(role, name, text string) { p.t.Helper(); p.In("", "").Fill(role, name, text) }

// Has waits until there is an element on the page.
func (p *Page) Has(role, name string) { p.t.Helper(); p.In("", "").Has(role, name) }

// HasNot waits until there is no such element on the page.
func (p *Page) HasNot(role, name string) { p.t.Helper(); p.In("", "").HasNot(role, name) }

// Value returns what a field of the page holds, once it is there.
func (p *Page) Value(role, name string) string { p.t.Helper(); return p.In("", "").Value(role, name) }

// TabTo presses Tab until an element has the focus, as somebody does who has no mouse. What
// has it must be in sight (WCAG 2.4.11).
func (p *Page) TabTo(role, name string) {
	p.t.Helper()
	p.Has(role, name)
	var passed []string
	for range 150 {
		p.Press(kb.Tab)
		at := Eval[[2]string](p, `document.activeElement ? [document.activeElement.computedRole, document.activeElement.computedName] : ["", ""]`)
		if at[0] == role && at[1] == name {
			if f := p.In("", "").find(role, name); f == nil || !f.Reachable {
				p.t.Errorf("the %s %q has the focus and is not in sight: %+v", role, name, f)
			}
			return
		}
		passed = append(passed, at[0]+" "+at[1])
	}
	p.t.Fatalf("Tab does not lead to the %s %q, but to %q", role, name, passed)
}

// Press presses keys one after another, with modifiers. A key and the letter that it
// types are one event, as from a keyboard: what a page does on the key can keep the letter
// away.
func (p *Page) Press(keys string, modifiers ...kb.Modifier) {
	p.t.Helper()
	for _, key := range keys {
		events := kb.Encode(key)
		down, up := events[0], events[len(events)-1]
		if len(events) == 3 && len(modifiers) == 0 {
			down.Text, down.UnmodifiedText = events[1].Text, events[1].UnmodifiedText
		}
		for _, event := range []*input.DispatchKeyEventParams{down, up} {
			for _, m := range modifiers {
				event.Modifiers |= int64(m)
			}
			_, err := chromedp.Call(p.ctx, input.DispatchKeyEvent, *event)
			p.must("press "+keys, err)
		}
	}
}

// Type puts a text in at the focus, as by pasting or by a phone's keyboard.
func (p *Page) Type(text string) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, input.InsertText, input.InsertTextParams{Text: text})
	p.must("type", err)
}

// See waits until texts are on the page, white space aside.
func (p *Page) See(texts ...string) {
	p.t.Helper()
	for _, text := range texts {
		p.until(func() bool { return p.Shows(text) }, func() string { return fmt.Sprintf("%q is not on the page", text) })
	}
}

// Gone waits until a text is on the page no more.
func (p *Page) Gone(text string) {
	p.t.Helper()
	p.until(func() bool { return !p.Shows(text) }, func() string { return fmt.Sprintf("%q is still on the page", text) })
}

// Shows reports whether a text is on the page now.
func (p *Page) Shows(text string) bool {
	return strings.Contains(p.text(), strings.Join(strings.Fields(text), " "))
}

// text returns what can be read on the page.
func (p *Page) text() string {
	text, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.body ? document.body.innerText : ""`))
	if err != nil && p.ctx.Err() != nil {
		p.t.Fatal(err)
	}
	return strings.Join(strings.Fields(text), " ")
}

// until returns once something holds; a test that waits in vain tells what is seen.
func (p *Page) until(holds func() bool, why func() string) {
	p.t.Helper()
	for began := time.Now(); !holds(); time.Sleep(20 * time.Millisecond) { // polls for the condition
		if time.Since(began) > patience {
			p.t.Fatalf("%s; at %s this is seen:\n%s\nfaults: %q", why(), p.Path(), p.text(), p.Faults())
		}
	}
}
