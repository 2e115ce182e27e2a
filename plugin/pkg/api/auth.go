package api

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// checkOrigin refuses what a web page elsewhere has a browser send: the Host header has
// to be one of this server (DNS rebinding), and so has the origin.
func (a *API) checkOrigin(req *http.Request) *Error {
	if req.Host != "" && !a.ownHost(req, req.Host) { // HTTP/1.0 has none
		return errorf(http.StatusForbidden, codeHost, "the Host header %q names another server than this; add the name with host", clip(req.Host))
	}
	origin := req.Header.Get("Origin")
	if origin == "" {
		return nil
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || !strings.EqualFold(u.Host, req.Host) {
		return errorf(http.StatusForbidden, codeHost, "calls from pages of another origin are refused: %q", clip(origin))
	}
	return nil
}

// ownHost reports whether a Host header names this server.
func (a *API) ownHost(req *http.Request, host string) bool {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name, port = strings.Trim(host, "[]"), ""
	}
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if a.cfg.Hosts != nil && a.cfg.Hosts(name, port) {
		return true
	}
	at := localAddr(req)
	if at.IsValid() && port != "" && port != strconv.Itoa(int(at.Port())) {
		return false
	}
	addr, err := netip.ParseAddr(name)
	return err == nil && at.IsValid() && addr.Unmap() == at.Addr().Unmap().WithZone("") ||
		name == "localhost" && at.Addr().Unmap().IsLoopback()
}

// localAddr returns the address that was connected to, the zero value if that is not
// known.
func localAddr(req *http.Request) (at netip.AddrPort) {
	if local, ok := req.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		at, _ = netip.ParseAddrPort(local.String())
	}
	return at
}

// client returns the address that the call comes from.
func (c *call) client() netip.Addr { return clientOf(c.req) }

func clientOf(req *http.Request) netip.Addr {
	at, _ := netip.ParseAddrPort(req.RemoteAddr)
	return at.Addr().Unmap().WithZone("")
}

// credentials returns the text of the token that a request bears.
func credentials(req *http.Request) (string, *Error) {
	if len(req.Header.Values("X-Auth-User-Service-Key")) > 0 {
		return "", errorf(http.StatusUnauthorized, codeAuthentication, "Authentication error: user service keys are not supported; use Authorization: Bearer")
	}
	if bearer := req.Header.Get("Authorization"); bearer != "" { // goes before a key
		scheme, text, _ := strings.Cut(bearer, " ")
		text = strings.TrimSpace(text)
		if !strings.EqualFold(scheme, "Bearer") || text == "" || strings.ContainsAny(text, " \t") || token.Malformed(text) {
			return "", badHeaders(codeBadAuthFormat, "Invalid format for Authorization header")
		}
		return text, nil
	}
	key := req.Header.Get("X-Auth-Key")
	switch {
	case key == "" || req.Header.Get("X-Auth-Email") == "":
		return "", errorf(http.StatusBadRequest, codeMissingAuth, "Missing X-Auth-Key, X-Auth-Email or Authorization headers")
	case strings.ContainsAny(key, " \t") || token.Malformed(key):
		return "", badHeaders(codeBadKeyFormat, "Invalid format for X-Auth-Key header")
	}
	return key, nil
}

func badHeaders(code int, text string) *Error {
	err := errorf(http.StatusBadRequest, codeBadHeaders, "Invalid request headers")
	err.Chain = []cause{{code, text}}
	return err
}

// authenticate finds the token that the request bears, or that of its session, and its
// account.
func (c *call) authenticate() *Error {
	switch {
	case c.route.scope == ofBody:
		return c.signIn()
	case c.route.scope == ofSession, !bearsToken(c.req) && sessionID(c.req) != "":
		return c.authenticateSession()
	}
	text, bad := credentials(c.req)
	if bad != nil {
		return bad
	}
	t := c.identify(text)
	if t != nil && (t.Usable(time.Now(), c.client()) || c.route.path == verifyPath || c.route.path == accountVerifyPath) {
		c.token = t
		return nil
	}
	return c.guessed("Authentication error")
}

// identify returns the token of a text, nil if there is none, and finds its account.
func (c *call) identify(text string) (found *live.Token) {
	hash := token.HashOf(text)
	for _, account := range c.api.cfg.Accounts() {
		if t := account.TokenOf(hash); t != nil {
			c.account, found = account, t
		}
	}
	return found
}

// guessed is the answer to a wrong token, and comes the later the more of them came from
// there.
func (c *call) guessed(text string) *Error {
	c.account = Account{} // of a token that cannot be used
	c.api.limits.guessed(c)
	if err := c.api.limits.delay(c); err != nil {
		return err
	}
	return errorf(http.StatusUnauthorized, codeAuthentication, "%s", text)
}

// authorize finds what the path names and asks whether the token has the route's
// permission on it. It tells nothing of what the token may not see: another account's
// object is as one that there is not.
func (c *call) authorize() *Error {
	if id := c.req.PathValue("account"); id != "" && id != c.account.ID() {
		if !isID(id) {
			return errorf(http.StatusBadRequest, codeNoRoute, "Could not route to %s, perhaps your object identifier is invalid?", clip(c.req.URL.Path))
		}
		return c.forbidden(c.route.permission)
	}
	switch c.route.scope {
	case anything, ofNewObject:
		if !c.token.AllowsAny(c.route.permission) {
			return c.forbidden(c.route.permission)
		}
	case ofAccount:
		if !c.may(c.route.permission, token.Resource{}) {
			return c.forbidden(c.route.permission)
		}
	case ofZone:
		return c.findZone()
	}
	return nil
}

// findZone finds the zone of the path.
func (c *call) findZone() *Error {
	id := c.req.PathValue("zone")
	if !isID(id) {
		return errorf(http.StatusBadRequest, codeBadZoneID, "Invalid zone identifier: %q is not of 32 hexadecimal digits", clip(id))
	}
	c.zone = c.objects().Zone(id)
	on := &token.Zone{ID: id}
	if c.zone != nil {
		on = c.grantee(c.zone)
	}
	if !c.may(c.route.permission, token.Resource{Zone: on}) {
		return c.forbidden(c.route.permission)
	}
	if c.zone == nil {
		return notFound(&live.NotFoundError{Kind: "zone", ID: id})
	}
	return nil
}

// grantee returns a zone as grants see it.
func (c *call) grantee(z *live.Zone) *token.Zone {
	return &token.Zone{ID: z.ID, Name: domain.NoDot(z.Name), Views: c.objects().ViewsOf(z.ID)}
}

// may reports whether the token has a permission on something of its account.
func (c *call) may(want token.Permission, on token.Resource) bool {
	on.Account = c.account.ID()
	return c.token.Allows(want, on)
}

// forbidden is the answer to who lacks a permission.
func (c *call) forbidden(want token.Permission) *Error {
	err := errorf(http.StatusForbidden, codeAuthentication, "Authentication error: the token lacks the permission %q for this", want)
	err.DocumentationURL = "https://developers.cloudflare.com/fundamentals/api/reference/permissions/"
	return err
}
