package api

import (
	"crypto/subtle"
	"net/http"
	"strconv"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/token"
)

const (
	sessionCookie = "internaldns_session"
	csrfHeader    = "X-CSRF-Token"
)

// maxSignIn bounds the body by which somebody signs in, of whom nothing is known yet, to
// what the head of a request may have, where tokens stand otherwise.
const maxSignIn = 64 << 10

// cookieName returns the name of the cookie of sessions. Browsers tell the ports of a host
// not apart, so the name does: two servers on one host would sign people out of each
// other. Behind TLS it has the prefix by which browsers take it from this very host alone
// (RFC 6265bis section 4.1.3.2).
func cookieName(req *http.Request) string {
	name := sessionCookie
	if at := localAddr(req); at.IsValid() {
		name += "_" + strconv.Itoa(int(at.Port()))
	}
	if req.TLS != nil {
		name = "__Host-" + name
	}
	return name
}

// sessionID returns what the cookie of a session holds, "" if there is none.
func sessionID(req *http.Request) string {
	cookie, err := req.Cookie(cookieName(req))
	if err != nil {
		return ""
	}
	return cookie.Value
}

// setCookie gives the client the cookie of a session, or with "" takes it away. It lasts
// as long as the browser runs, or the session.
func (c *call) setCookie(id string) {
	cookie := &http.Cookie{
		Name: cookieName(c.req), Value: id, Path: "/", HttpOnly: true, Secure: c.req.TLS != nil, SameSite: http.SameSiteStrictMode,
	}
	if id == "" {
		cookie.MaxAge = -1
	}
	http.SetCookie(c.w, cookie)
}

// bearsToken reports whether a request bears a token in its head, which goes before a
// session.
func bearsToken(req *http.Request) bool {
	for _, name := range []string{"Authorization", "X-Auth-Key", "X-Auth-Email", "X-Auth-User-Service-Key"} {
		if len(req.Header.Values(name)) > 0 {
			return true
		}
	}
	return false
}

// checkSite refuses what the page of another origin has a browser send with its cookies.
// Pages of another port of the same host are of the same site, to SameSite.
func checkSite(req *http.Request) *Error {
	switch site := req.Header.Get("Sec-Fetch-Site"); site {
	case "", "same-origin", "none":
		return nil
	default:
		return errorf(http.StatusForbidden, codeHost, "calls from pages of another origin are refused: Sec-Fetch-Site %q", clip(site))
	}
}

// authenticateSession finds the token of the session that the request is part of, and its
// account. A session ends with its token.
func (c *call) authenticateSession() *Error {
	if bad := checkSite(c.req); bad != nil {
		return bad
	}
	sessions, id := c.api.cfg.Sessions, sessionID(c.req)
	s, ok := sessions.use(id)
	if !ok {
		return errorf(http.StatusUnauthorized, codeAuthentication, "Authentication error: there is no session, or it has ended; sign in")
	}
	for _, account := range c.api.cfg.Accounts() {
		if account.ID() != s.account {
			continue
		}
		t := account.Token(s.token)
		if t == nil || !t.Hash.Equal(s.hash) || !t.Usable(sessions.now(), c.client()) {
			sessions.end(id)
			break
		}
		if bad := checkCSRF(c.req, s.csrf); bad != nil {
			return bad
		}
		c.account, c.token, c.session = account, t, s
		return nil
	}
	return errorf(http.StatusUnauthorized, codeAuthentication, "Authentication error: the token of this session cannot be used any longer, or not from here; sign in")
}

// checkCSRF has whoever changes something in a session show that they can read answers of
// this server, which pages of others cannot.
func checkCSRF(req *http.Request, csrf string) *Error {
	if req.Method == http.MethodGet || req.Method == http.MethodHead {
		return nil
	}
	if subtle.ConstantTimeCompare([]byte(req.Header.Get(csrfHeader)), []byte(csrf)) == 1 {
		return nil
	}
	return errorf(http.StatusForbidden, codeCSRF, "a call by %s in a session needs the header %s with csrf of GET %s/session", clip(req.Method), csrfHeader, base)
}

// signInBody is what a session is made of.
type signInBody struct {
	Token member[string] `json:"token" required:"true"`
}

// signIn finds the token that stands in the body, and its account.
func (c *call) signIn() *Error {
	if bad := checkSite(c.req); bad != nil {
		return bad
	}
	if bad := c.readOctets(maxSignIn); bad != nil {
		return bad
	}
	var body signInBody
	if bad := c.decode(&body); bad != nil {
		return bad
	}
	text := strings.TrimSpace(body.Token.Value)
	if text == "" {
		return invalid(codeInvalid, "/token", "a session needs a token")
	}
	t := c.identify(text)
	why := "there is no such token"
	switch now := c.api.cfg.Sessions.now(); {
	case token.Malformed(text):
		why = "a part of the token is missing or mistyped"
	case t == nil:
	case t.Usable(now, c.client()):
		c.token = t
		return nil
	case t.State(now) != token.StatusActive:
		why = "the token is " + string(t.State(now))
	default:
		why = "the token cannot be used now, or not from here"
	}
	return c.guessed("Authentication error: " + why)
}

// sessionObject is a session as it is shown to who has it.
type sessionObject struct {
	CSRF        string      `json:"csrf" about:"goes into the header X-CSRF-Token of every call but GET"`
	ExpiresOn   string      `json:"expires_on" about:"when the session ends if no call is made before"`
	Token       tokenObject `json:"token"`
	Account     accountName `json:"account"`
	Permissions []string    `json:"permissions" about:"names of the permission groups that the token has on anything"`
	Full        bool        `json:"full" about:"whether the token has all rights on the account"`
}

func (c *call) showSession() *Error {
	ends, t := c.session.ends(), c.token
	if t.ExpiresOn != nil && t.ExpiresOn.Before(ends) {
		ends = *t.ExpiresOn
	}
	all, err := token.Full(c.account.ID())
	if err != nil {
		return c.fail(err)
	}
	o := sessionObject{
		CSRF: c.session.csrf, ExpiresOn: formatTime(ends), Token: c.showToken(t),
		Account: accountName{ID: c.account.ID(), Name: c.account.Name()}, Permissions: []string{},
		// Whether it could make another that has all rights where and while it lasts itself.
		Full: t.Delegates(&token.Token{ExpiresOn: t.ExpiresOn, Condition: t.Condition, Policies: []token.Policy{all}}),
	}
	for _, p := range token.Permissions() {
		if t.AllowsAny(p) {
			o.Permissions = append(o.Permissions, p.String())
		}
	}
	c.result = o
	return nil
}

// postSession begins a session, in the place of the one that the client had.
func postSession(c *call) *Error {
	sessions := c.api.cfg.Sessions
	sessions.end(sessionID(c.req))
	var id string
	id, c.session = sessions.begin(c.account.ID(), c.token)
	c.setCookie(id)
	return c.showSession()
}

func getSession(c *call) *Error { return c.showSession() }

func deleteSession(c *call) *Error {
	c.api.cfg.Sessions.end(sessionID(c.req))
	c.setCookie("")
	c.result = struct{}{}
	return nil
}
