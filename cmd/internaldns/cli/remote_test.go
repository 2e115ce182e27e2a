package cli

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// A server with a certificate of one's own authority is asked when that is named, and the
// system's are not trusted then.
func TestAuthorities(t *testing.T) {
	t.Chdir(t.TempDir())
	own := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"success":true,"errors":[],"messages":[],"result":[{"id":"a","name":"n"}],"result_info":{"total_pages":1}}`))
	}))
	defer own.Close()
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: own.Certificate().Raw})
	for name, text := range map[string][]byte{defaultTokenFile: []byte("secret\n"), "ca.pem": certificate, "none.pem": []byte("text")} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for want, args := range map[string][]string{
		"SERIAL":                      {"-cacert", "ca.pem"},
		"x509: ":                      {},
		"none.pem has no certificate": {"-cacert", "none.pem"},
		"lost.pem: no such file":      {"-cacert", "lost.pem"},
	} {
		if out := invoke(false, append([]string{"list", "zones", "-api", own.URL}, args...)...); !strings.Contains(out, want) {
			t.Errorf("%q prints\n%s\nwant %q", args, out, want)
		}
	}
}

// How to ask a server is no flag of a command that asks none.
func TestFlagsOfServer(t *testing.T) {
	for _, command := range [][]string{{"check"}, {"list"}, {"explain", "a.example"}, {"export", "zone"}, {"diff", "a", "b"}, {"import", "zone", "file"}, {"backup", "file"}} {
		for _, name := range []string{"token", "cacert", "insecure"} {
			args := append(command, "-"+name)
			if name != "insecure" {
				args = append(args, "file")
			}
			if out := invoke(false, args...); !strings.HasPrefix(out, "internaldns "+command[0]+": -"+name+" goes with -api\n") || !strings.HasSuffix(out, "[exit 2]\n") {
				t.Errorf("%q prints\n%s", args, out)
			}
		}
	}
}
