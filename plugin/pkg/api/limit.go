package api

import (
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// limits bounds how often tokens are used, and how fast they can be guessed. Safe for
// concurrent use; the zero value is ready.
type limits struct {
	mu      sync.Mutex
	tokens  map[string]*rate.Limiter // by the token's id
	used    map[string]time.Time     // when a token was used last, since the start
	guesses map[netip.Prefix]*guesses
	waiting int // requests that are held back
}

// guesses are the wrong tokens that came from a network.
type guesses struct {
	count int
	last  time.Time
}

const (
	window       = 5 * time.Minute // of Account.RateLimit
	maxLimiters  = 10000
	freeGuesses  = 3 // before there is a delay
	firstDelay   = 50 * time.Millisecond
	maxDelay     = 5 * time.Second
	forgetGuess  = time.Minute // without another one
	maxGuessers  = 10000
	maxWaiting   = 512
	networkBits6 = 64 // of IPv6, which is what one client has
)

// take counts a call of the token against its account's limit.
func (l *limits) take(c *call) *Error {
	most := c.account.RateLimit
	now := time.Now()
	l.mu.Lock()
	if l.used == nil || len(l.used) >= maxLimiters {
		l.used = make(map[string]time.Time)
	}
	l.used[c.token.ID] = now
	limiter := l.tokens[c.token.ID]
	every := rate.Limit(float64(most) / window.Seconds())
	if limiter == nil {
		if len(l.tokens) >= maxLimiters || l.tokens == nil {
			l.tokens = make(map[string]*rate.Limiter) // tokens come and go
		}
		limiter = rate.NewLimiter(every, most)
		l.tokens[c.token.ID] = limiter
	}
	l.mu.Unlock()
	if limiter.Burst() != most { // the Corefile has changed
		limiter.SetLimitAt(now, every)
		limiter.SetBurstAt(now, most)
	}
	if limiter.AllowN(now, 1) {
		return nil
	}
	wait := math.Ceil((1 - limiter.TokensAt(now)) / float64(every))
	c.w.Header().Set("Retry-After", strconv.Itoa(max(int(wait), 1)))
	return errorf(http.StatusTooManyRequests, codeRate, "more than %d calls of this token in 5 minutes; wait for the time in Retry-After, or raise rate_limit", most)
}

// lastUse returns when a token was used last, nil if that is not known.
func (l *limits) lastUse(id string) *time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at, ok := l.used[id]; ok {
		return &at
	}
	return nil
}

// network returns what guesses are counted by.
func network(addr netip.Addr) netip.Prefix {
	bits := addr.BitLen()
	if addr.Is6() {
		bits = networkBits6
	}
	p, _ := addr.Prefix(bits)
	return p
}

// delay holds the answer to a wrong token back, the longer the more of them came from
// there. Those who have a right one do not wait for who is behind the same address.
func (l *limits) delay(c *call) *Error {
	l.mu.Lock()
	g := l.guesses[network(c.client())]
	if g == nil || g.count <= freeGuesses {
		l.mu.Unlock()
		return nil
	}
	delay := min(firstDelay<<min(g.count-freeGuesses-1, 10), maxDelay)
	if l.waiting >= maxWaiting {
		l.mu.Unlock()
		c.w.Header().Set("Retry-After", strconv.Itoa(int(maxDelay.Seconds())))
		return errorf(http.StatusTooManyRequests, codeRate, "too many wrong tokens came from here; try later")
	}
	l.waiting++
	l.mu.Unlock()
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.req.Context().Done():
	}
	l.mu.Lock()
	l.waiting--
	l.mu.Unlock()
	return nil
}

// guessed counts a wrong token.
func (l *limits) guessed(c *call) {
	from := network(c.client())
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.guesses == nil {
		l.guesses = make(map[netip.Prefix]*guesses)
	}
	g := l.guesses[from]
	if g != nil && time.Since(g.last) > forgetGuess {
		delete(l.guesses, from)
		g = nil
	}
	if g == nil {
		for other := range l.guesses {
			if len(l.guesses) < maxGuessers {
				break
			}
			delete(l.guesses, other) // any
		}
		g = new(guesses)
		l.guesses[from] = g
	}
	g.count++
	g.last = time.Now()
}
