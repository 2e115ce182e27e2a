package api

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"sync"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// The bounds of sessions.
const (
	sessionTime   = 12 * time.Hour // after signing in
	sessionIdle   = time.Hour      // without a call
	maxSessions   = 4096
	maxOfToken    = 64 // sessions of one token, so that its bearer ends no others
	sessionSecret = 32 // random octets
)

// Sessions are those of people who signed in with a token (LIVE 4). They are in memory
// alone, and may be shared by several APIs: a name can lead to more than one address.
// Safe for concurrent use.
type Sessions struct {
	now func() time.Time

	mu  sync.Mutex
	all map[sessionKey]*session
}

// sessionKey is the hash of what the cookie holds: memory does not hold what opens a
// session, and how long a search takes tells nothing of it.
type sessionKey [sha256.Size]byte

// session is one of them. Its token is looked up at each call.
type session struct {
	account, token string     // ids
	hash           token.Hash // the token's: it ends when the token gets another value
	csrf           string
	began, used    time.Time
}

// NewSessions returns Sessions of which there are none yet.
func NewSessions() *Sessions {
	return &Sessions{now: time.Now, all: make(map[sessionKey]*session)}
}

// ends returns when the session is over if no call is made.
func (s *session) ends() time.Time {
	latest := s.began.Add(sessionTime)
	if idle := s.used.Add(sessionIdle); idle.Before(latest) {
		return idle
	}
	return latest
}

// begin makes a session of a token and returns what its cookie is to hold.
func (s *Sessions) begin(account string, t *live.Token) (id string, made session) {
	id, now := newSecret(), s.now()
	made = session{account: account, token: t.ID, hash: t.Hash, csrf: newSecret(), began: now, used: now}
	kept := made
	s.mu.Lock()
	defer s.mu.Unlock()
	s.makeRoom(t.ID, now)
	s.all[sha256.Sum256([]byte(id))] = &kept
	return id, made
}

// makeRoom drops what is over and, if the token or all of them have as many as there may
// be, the session that was not used for the longest time.
func (s *Sessions) makeRoom(id string, now time.Time) {
	var last, own unused
	count := 0
	for key, one := range s.all {
		if !now.Before(one.ends()) {
			delete(s.all, key)
			continue
		}
		last.take(key, one.used)
		if one.token == id {
			count++
			own.take(key, one.used)
		}
	}
	switch {
	case count >= maxOfToken:
		delete(s.all, own.key)
	case len(s.all) >= maxSessions:
		delete(s.all, last.key)
	}
}

// unused finds the session that was not used for the longest time.
type unused struct {
	key   sessionKey
	since time.Time // zero: there is none
}

func (u *unused) take(key sessionKey, used time.Time) {
	if u.since.IsZero() || used.Before(u.since) {
		u.key, u.since = key, used
	}
}

// use returns the session of a cookie, which now has been used, if it is not over.
func (s *Sessions) use(id string) (used session, ok bool) {
	key := sessionKey(sha256.Sum256([]byte(id)))
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	one := s.all[key]
	if one == nil {
		return used, false
	}
	if !now.Before(one.ends()) {
		delete(s.all, key)
		return used, false
	}
	one.used = now
	return *one, true
}

// end ends the session of a cookie, if there is one.
func (s *Sessions) end(id string) {
	key := sha256.Sum256([]byte(id))
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, key)
}

// newSecret returns what nobody can guess.
func newSecret() string {
	var octets [sessionSecret]byte
	_, _ = rand.Read(octets[:]) // documented never to return an error
	return base64.RawURLEncoding.EncodeToString(octets[:])
}
