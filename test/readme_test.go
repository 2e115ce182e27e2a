package test

import (
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/internaldns/internaldns/test/scenario"
)

// pluginReadmes returns the READMEs of the plugins, by plugin.
func pluginReadmes(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	entries, err := os.ReadDir("../plugin")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !entry.IsDir() || entry.Name() == "pkg" {
			continue
		}
		text, err := os.ReadFile(filepath.Join("../plugin", entry.Name(), "README.md"))
		if err != nil {
			t.Fatal(err)
		}
		out[entry.Name()] = string(text)
	}
	return out
}

// The READMEs have the form of CoreDNS's manual pages.
func TestReadmeSections(t *testing.T) {
	order := []string{"Name", "Description", "Syntax", "Metrics", "Examples", "See Also"}
	heading := regexp.MustCompile(`(?m)^## (.*)$`)
	for plugin, text := range pluginReadmes(t) {
		if !strings.HasPrefix(text, "# "+plugin+"\n") || !strings.Contains(text, "## Name\n\n*"+plugin+"* - ") {
			t.Errorf("%s/README.md does not begin with the plugin's name and what it does", plugin)
		}
		at := 0
		for _, match := range heading.FindAllStringSubmatch(text, -1) {
			for i, name := range order {
				switch {
				case name != match[1]:
				case i < at:
					t.Errorf("%s/README.md: section %s stands too late, the order is %v", plugin, name, order)
				default:
					at = i
				}
			}
		}
		for _, name := range []string{"Name", "Description", "Syntax", "Examples"} {
			if !strings.Contains(text, "\n## "+name+"\n") {
				t.Errorf("%s/README.md has no section %s", plugin, name)
			}
		}
	}
}

// Every Corefile that a README shows starts and answers.
func TestReadmeExamples(t *testing.T) {
	block := regexp.MustCompile("(?ms)^(?:~~~|```) ?corefile\n(.*?)^(?:~~~|```)$")
	prepareExamples(t)
	for _, path := range markdown(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range block.FindAllSubmatch(text, -1) {
			t.Run(path, func(t *testing.T) {
				corefile, _ := ownAPI(t, example(string(match[1])))
				s := startFor(t, corefile)
				if got := answered(t, s); !got {
					t.Errorf("no answer from:\n%s", match[1])
				}
			})
		}
	}
}

// prepareExamples makes the top level the working directory, as for a reader, in
// a copy that also holds the files which examples name.
func prepareExamples(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, exampleFiles{os.DirFS("..")}); err != nil {
		t.Fatal(err)
	}
	if err := makeCertificates(dir, nil); err != nil {
		t.Fatal(err)
	}
	copyGeoDatabase(t, dir)
	for name, text := range map[string]string{
		"identities.yaml": "identities: [{email: alice@example.org, clients: [192.0.2.7]}]\n",
		"locations.yaml":  "locations: [{name: office, clients: [192.0.2.0/24]}]\n",
		"content.txt":     "7 games.example.net\n",
		"security.txt":    "118 bad.example.net\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
}

// exampleFiles is the part of the tree that READMEs and their examples name.
type exampleFiles struct{ fs.FS }

// ReadDir leaves out what no example needs.
func (f exampleFiles) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(f.FS, name)
	var out []fs.DirEntry
	for _, entry := range entries {
		path := filepath.ToSlash(filepath.Join(name, entry.Name()))
		switch {
		case entry.IsDir() && (path == "test" || strings.HasPrefix(path, "test/zones") || path == "plugin" || filepath.Dir(path) == "plugin"):
		case entry.IsDir():
			continue
		case filepath.Ext(path) != ".md" && filepath.Ext(path) != ".zone" && path != "Corefile.example":
			continue
		}
		out = append(out, entry)
	}
	return out, err
}

// markdown lists the READMEs, relative to the top level.
func markdown(t *testing.T) []string {
	t.Helper()
	paths := []string{"README.md"}
	more, err := filepath.Glob("plugin/*/README.md")
	if err != nil || len(more) == 0 {
		t.Fatalf("no README of a plugin: %v", err)
	}
	return append(paths, more...)
}

// example makes a Corefile fit for a test: a port that is free in place of its
// own, and the loopback address only.
func example(corefile string) string {
	port := regexp.MustCompile(`(?m)^(\S+?)(:\d+)?( .*)?\{$`)
	corefile = port.ReplaceAllStringFunc(corefile, func(line string) string {
		keys := strings.Fields(strings.TrimSuffix(line, "{"))
		for i, key := range keys {
			keys[i] = regexp.MustCompile(`:\d+$`).ReplaceAllString(key, "") + ":0"
		}
		line = strings.Join(keys, " ") + " {"
		if !strings.Contains(corefile, "bind ") {
			line += "\n    bind 127.0.0.1"
		}
		return line
	})
	return corefile
}

// answered asks a running server something, to be sure that it serves.
func answered(t *testing.T, s *server) bool {
	t.Helper()
	q, err := scenario.ParseQuery([]string{"www.example.org", "+tcp"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.addr("tcp", netip.Addr{}); err != nil {
		t.Fatal(err)
	}
	lines, err := ask(s, q, "tcp")
	return err == nil && len(lines) > 0 && lines[0] != errNoReply.Error()
}
