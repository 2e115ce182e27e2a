package cli

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/internaldns/internaldns/cmd/suite"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

const (
	tokenVariable    = "INTERNALDNS_TOKEN_FILE"
	defaultTokenFile = "internaldns.token" // where a server writes its first one, beside the default store
	maxTokenFile     = 64 << 10            // octets
	apiPath          = "/client/v4"
	callTime         = time.Minute
	largeTime        = 10 * time.Minute // of an import, an export, a backup or a restore
)

// remoteFlags are those of a command that asks a server.
type remoteFlags struct {
	api, token, authorities *string
	insecure                *bool
}

func addRemoteFlags(flags *flag.FlagSet) *remoteFlags {
	return &remoteFlags{
		api:         flags.String("api", "", "`URL` of a server's API, such as https://dns.example:8443"),
		token:       flags.String("token", "", "`FILE` with the API token (default: what "+tokenVariable+" names, else "+defaultTokenFile+")"),
		authorities: flags.String("cacert", "", "`FILE` of the authorities that the server's certificate comes from, if not of the system's"),
		insecure:    flags.Bool("insecure", false, "send the token over plain HTTP to another host, where others can read it"),
	}
}

// checkRemote finds flags that tell how to ask a server where none is to be asked.
func checkRemote(flags *flag.FlagSet) error {
	if api := flags.Lookup("api"); api == nil || api.Value.String() != "" {
		return nil
	}
	if lost := givenOf(flags, "token", "insecure", "cacert"); flags.Lookup("insecure") != nil && len(lost) > 0 {
		return usagef("-%s goes with -api", lost[0])
	}
	return nil
}

// given reports whether a server is to be asked.
func (f *remoteFlags) given() bool { return *f.api != "" }

// remote is the API of a server as the bearer of a token sees it.
type remote struct {
	base  string // without a final slash
	token string
	http  *http.Client
}

// open returns the API that the flags name.
func (f *remoteFlags) open() (*remote, error) {
	base, err := apiURL(*f.api, *f.insecure)
	if err != nil {
		return nil, err
	}
	text, err := readToken(cmp.Or(*f.token, os.Getenv(tokenVariable), defaultTokenFile))
	if err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if *f.authorities != "" {
		if transport.TLSClientConfig, err = trusting(*f.authorities); err != nil {
			return nil, err
		}
	}
	transport.ExpectContinueTimeout = 5 * time.Second // a large body is sent only to who may send it
	return &remote{base: base, token: text, http: &http.Client{
		Transport: transport,
		// The token is for the server that was named, and no other.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// trusting returns a configuration by which servers with certificates of the authorities in a
// file are trusted, and no others.
func trusting(file string) (*tls.Config, error) {
	text, err := os.ReadFile(filepath.Clean(file))
	if err != nil {
		return nil, err
	}
	c := &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}
	if !c.RootCAs.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s has no certificate in PEM", file)
	}
	return c, nil
}

// openInstead is open for a command that takes other flags without a server.
func (f *remoteFlags) openInstead(flags *flag.FlagSet, others ...string) (*remote, error) {
	if given := givenOf(flags, others...); len(given) > 0 {
		return nil, usagef("-%s does not go with -api", given[0])
	}
	return f.open()
}

// givenOf returns which of some flags stand on the command line.
func givenOf(flags *flag.FlagSet, names ...string) (given []string) {
	flags.Visit(func(f *flag.Flag) {
		if slices.Contains(names, f.Name) {
			given = append(given, f.Name)
		}
	})
	return given
}

// apiURL returns where the API stands of a server at an URL.
func apiURL(text string, insecure bool) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", usagef("-api takes an URL such as https://dns.example:8443, without user and query")
	}
	addr, err := netip.ParseAddr(u.Hostname())
	loopback := u.Hostname() == "localhost" || err == nil && addr.IsLoopback()
	if u.Scheme == "http" && !loopback && !insecure {
		return "", usagef("over plain HTTP others can read the token on its way to %s; use https, or -insecure if nobody is on the way", u.Host)
	}
	base := strings.TrimSuffix(u.String(), "/")
	return strings.TrimSuffix(base, apiPath) + apiPath, nil
}

// readToken returns the token of a file.
func readToken(file string) (string, error) {
	f, err := os.Open(filepath.Clean(file))
	if err != nil {
		return "", fmt.Errorf("there is no API token: %w; name its file with -token or in %s", err, tokenVariable)
	}
	defer f.Close()
	octets, err := io.ReadAll(io.LimitReader(f, maxTokenFile))
	if err != nil {
		return "", err
	}
	text := strings.TrimSpace(string(octets))
	if text == "" || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r >= 0x7f }) || token.Malformed(text) {
		return "", fmt.Errorf("%s holds no API token: one line is needed, whole", file)
	}
	return text, nil
}

// answer is what every answer of the API is wrapped in.
type answer struct {
	Success  bool            `json:"success"`
	Errors   []remoteMessage `json:"errors"`
	Messages []remoteMessage `json:"messages"`
	Result   json.RawMessage `json:"result"`
	Info     struct {
		TotalPages int `json:"total_pages"`
	} `json:"result_info"`
}

// remoteMessage is an error or a note of an answer.
type remoteMessage struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Source  struct {
		Pointer string `json:"pointer"`
	} `json:"source"`
}

// refusal says that a server refused a call, and why.
type refusal struct {
	status int
	errors []remoteMessage
}

// Error implements error.
func (r *refusal) Error() string {
	var b strings.Builder
	for i, e := range r.errors {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "%s (code %d", e.Message, e.Code)
		if e.Source.Pointer != "" {
			b.WriteString(", at " + e.Source.Pointer)
		}
		b.WriteString(")")
	}
	return b.String()
}

// isStatus reports whether a server answered with one of some status codes.
func isStatus(err error, codes ...int) bool {
	r, ok := errors.AsType[*refusal](err)
	for _, code := range codes {
		if ok && r.status == code {
			return true
		}
	}
	return false
}

// do sends a request, and a GET again when the server says that it may be: a token may make
// so many calls in a time. The caller closes the body.
func (r *remote) do(ctx context.Context, method, path, kind string, body io.Reader, size int64) (*http.Response, error) {
	for {
		got, err := r.send(ctx, method, path, kind, body, size)
		if err != nil || got.StatusCode != http.StatusTooManyRequests || method != http.MethodGet {
			return got, err
		}
		wait, err := strconv.Atoi(got.Header.Get("Retry-After"))
		if deadline, ok := ctx.Deadline(); err != nil || wait < 0 || ok && time.Until(deadline) < time.Duration(wait)*time.Second {
			return got, nil
		}
		got.Body.Close()
		select {
		case <-time.After(time.Duration(wait) * time.Second):
		case <-ctx.Done():
			return nil, r.unreachable(ctx.Err())
		}
	}
}

// send sends a request once.
func (r *remote) send(ctx context.Context, method, path, kind string, body io.Reader, size int64) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, r.base+path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+r.token)
	req.Header.Set("User-Agent", "internaldns/"+suite.Version)
	if kind != "" {
		req.Header.Set("Content-Type", kind)
		req.ContentLength = size
	}
	if size < 0 || size > 1<<20 {
		req.Header.Set("Expect", "100-continue")
	}
	got, err := r.http.Do(req)
	if failed, ok := errors.AsType[*url.Error](err); ok {
		return nil, r.unreachable(failed.Err)
	}
	return got, err
}

// unreachable words why there is no answer.
func (r *remote) unreachable(err error) error {
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return fmt.Errorf("%s does not answer: %w; is that what `listen` says, and does the server run?", r.base, err)
	}
	return fmt.Errorf("%s does not answer: %w", r.base, err)
}

// read reads the answer of a call.
func (r *remote) read(got *http.Response, into any) (*answer, error) {
	defer got.Body.Close()
	const most = 64 << 20
	text, err := io.ReadAll(io.LimitReader(got.Body, most))
	if err != nil {
		return nil, fmt.Errorf("%s: the answer ends early: %w", r.base, err)
	}
	a := new(answer)
	if json.Unmarshal(text, a) != nil || !a.Success && len(a.Errors) == 0 {
		if to := got.Header.Get("Location"); to != "" && got.StatusCode/100 == 3 {
			return nil, fmt.Errorf("%s leads on to %s; name that with -api if it is the same server", r.base, to)
		}
		return nil, fmt.Errorf("%s answers %s, and not as internaldns does; is that the address of its API?", r.base, got.Status)
	}
	if !a.Success {
		return nil, &refusal{got.StatusCode, a.Errors}
	}
	if into == nil {
		return a, nil
	}
	if err := json.Unmarshal(a.Result, into); err != nil {
		return nil, fmt.Errorf("%s answers what this version cannot read: %w", r.base, err)
	}
	return a, nil
}

// call makes a call with a JSON body, or none, and reads the result.
func (r *remote) call(method, path string, body, into any) (*answer, error) {
	return r.callFor(callTime, method, path, body, into)
}

// callFor is call for one that may take as long as d.
func (r *remote) callFor(d time.Duration, method, path string, body, into any) (*answer, error) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	if body == nil {
		got, err := r.do(ctx, method, path, "", nil, 0)
		if err != nil {
			return nil, err
		}
		return r.read(got, into)
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	got, err := r.do(ctx, method, path, "application/json", bytes.NewReader(text), int64(len(text)))
	if err != nil {
		return nil, err
	}
	return r.read(got, into)
}

// download writes the text that a call is answered with.
func (r *remote) download(path string, w io.Writer) error {
	ctx, cancel := context.WithTimeout(context.Background(), largeTime)
	defer cancel()
	got, err := r.do(ctx, http.MethodGet, path, "", nil, 0)
	if err != nil {
		return err
	}
	if got.StatusCode != http.StatusOK {
		_, err := r.read(got, nil)
		return err
	}
	defer got.Body.Close()
	if _, err := io.Copy(w, got.Body); err != nil {
		return fmt.Errorf("%s: the answer ends early: %w", r.base, err)
	}
	return nil
}

// upload makes a call with a body that is read from body; size is -1 if it is not known.
func (r *remote) upload(path, kind string, body io.Reader, size int64, into any) (*answer, error) {
	ctx, cancel := context.WithTimeout(context.Background(), largeTime)
	defer cancel()
	got, err := r.do(ctx, http.MethodPost, path, kind, body, size)
	if err != nil {
		return nil, err
	}
	return r.read(got, into)
}

// collect reads all pages of a list.
func collect[T any](r *remote, path string, query url.Values) (all []T, err error) {
	if query == nil {
		query = url.Values{}
	}
	for page := 1; ; page++ {
		query.Set("per_page", "1000")
		query.Set("page", fmt.Sprint(page))
		var part []T
		a, err := r.call(http.MethodGet, path+"?"+query.Encode(), nil, &part)
		if err != nil {
			return nil, err
		}
		all = append(all, part...)
		if page >= a.Info.TotalPages {
			return all, nil
		}
	}
}
