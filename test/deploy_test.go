package test

import (
	"cmp"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	goyaml "go.yaml.in/yaml/v3"
)

func deployText(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(deploy, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The image is built by the Go of go.mod, from files that there are, and is nobody's that is root.
func TestDockerfile(t *testing.T) {
	text := deployText(t, "Dockerfile")
	module, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	minor := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindSubmatch(module)
	if minor == nil || !strings.Contains(text, "ARG GO=golang:"+string(minor[1])+"-") {
		t.Errorf("the Dockerfile has another Go than go.mod: %s", minor)
	}
	for _, line := range regexp.MustCompile(`(?m)^COPY ([^-\n].*) \S+$`).FindAllStringSubmatch(text, -1) {
		for _, name := range strings.Fields(line[1]) {
			if _, err := os.Stat(filepath.Join("..", name)); err != nil {
				t.Errorf("COPY: %v", err)
			}
		}
	}
	last := text[strings.LastIndex(text, "\nFROM "):]
	for _, want := range []string{"\nUSER 65532:65532\n", "\nVOLUME " + stateDir + "\n", "\nWORKDIR " + stateDir + "\n", "CMD [\"-conf\", \"/etc/internaldns/Corefile\"]"} {
		if !strings.Contains(last, want) {
			t.Errorf("the image has no %q", want)
		}
	}
	if regexp.MustCompile(`(?m)^RUN`).MatchString(last) {
		t.Error("there is nothing in the image that could RUN")
	}
}

// What is embedded in the program gets into what the image is built from.
func TestDockerignore(t *testing.T) {
	embedded := regexp.MustCompile(`(?m)^//go:embed (.*)$`)
	n := 0
	for _, s := range sources(t) {
		if s.isTest() || !strings.HasPrefix(s.path, "cmd/") && !strings.HasPrefix(s.path, "plugin/") {
			continue
		}
		text, err := os.ReadFile(filepath.Join("..", s.path))
		if err != nil {
			t.Fatal(err)
		}
		for _, names := range embedded.FindAllStringSubmatch(string(text), -1) {
			n++
			if strings.Contains(names[1], "testdata") || strings.Contains(names[1], "node_modules") {
				t.Errorf("%s embeds %s, which .dockerignore leaves out", s.path, names[1])
			}
		}
	}
	if n == 0 {
		t.Error("nothing is embedded")
	}
}

// exposure is the most that systemd may find exposed of the unit, as the page for operators
// says it.
const exposure = "1.5"

// The unit is one that systemd takes, and is as closed as the page for operators says.
func TestUnit(t *testing.T) {
	if !strings.Contains(deployText(t, "README.md"), "`"+exposure+"`") {
		t.Errorf("the page for operators does not say that the exposure is %s", exposure)
	}
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("no systemd-analyze in the PATH: apt-get install systemd")
	}
	unit := filepath.Join(deploy, "systemd", "internaldns.service")
	tenths := "--threshold=" + strings.ReplaceAll(exposure, ".", "")
	if out, err := exec.Command(analyze, "security", "--offline=true", "--no-pager", tenths, unit).CombinedOutput(); err != nil {
		t.Errorf("%v, want %s at most:\n%s", err, exposure, out)
	}
	// The program is not installed here, which is all that verify may say.
	out, _ := exec.Command(analyze, "verify", "--man=no", unit).CombinedOutput()
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "internaldns") && !strings.Contains(line, "Command /usr/lib/internaldns/coredns is not executable") {
			t.Error(line)
		}
	}
}

// Every file that the packages hold exists, and all of them get what the unit names.
func TestPackageFiles(t *testing.T) {
	var config struct {
		Contents []struct{ Src, Dst, Type string }
		Scripts  map[string]string
	}
	if err := goyaml.Unmarshal([]byte(deployText(t, "nfpm.yaml")), &config); err != nil {
		t.Fatal(err)
	}
	installed := make(map[string]bool)
	for _, f := range config.Contents {
		installed[f.Dst] = true
		if f.Type == "symlink" || strings.Contains(f.Src, "$") {
			continue
		}
		if _, err := os.Stat(filepath.Join("..", f.Src)); err != nil {
			t.Error(err)
		}
	}
	for _, name := range config.Scripts {
		if info, err := os.Stat(filepath.Join("..", name)); err != nil || info.Mode()&0o111 == 0 {
			t.Errorf("script %s: %v", name, err)
		}
	}
	start := regexp.MustCompile(`(?m)^ExecStart=(\S+) -conf (\S+)$`).FindStringSubmatch(deployText(t, "systemd/internaldns.service"))
	if start == nil || !installed[start[1]] || !installed[start[2]] {
		t.Errorf("the unit starts %q, installed are %v", start, installed)
	}
}

// The page for operators names every file of the folder, and what it names exists: files,
// words of the command line, and pages that it leads to.
func TestDeployReadme(t *testing.T) {
	text := deployText(t, "README.md")
	err := filepath.WalkDir(deploy, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() && entry.Name() == "chart" {
			return cmp.Or(err, error(fs.SkipDir))
		}
		name, _ = filepath.Rel(deploy, name)
		if !entry.IsDir() && name != "README.md" && !strings.Contains(text, "`"+filepath.ToSlash(name)+"`") {
			t.Errorf("the page does not name %s", name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range regexp.MustCompile(`\]\(([^)#]+)`).FindAllStringSubmatch(text, -1) {
		if strings.Contains(link[1], "://") {
			continue
		}
		if _, err := os.Stat(filepath.Join(deploy, link[1])); err != nil {
			t.Error(err)
		}
	}
	commands := regexp.MustCompile(`internaldns (check|explain|list|export|diff|import|backup|restore|migrate|token) (-.*)`).FindAllStringSubmatch(text, -1)
	if len(commands) < 4 {
		t.Fatalf("the page shows %d commands", len(commands))
	}
	for _, command := range commands {
		manual, err := os.ReadFile("../cmd/internaldns/cli/manual/" + command[1] + ".md")
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range strings.Fields(command[2]) {
			if flag, _, _ := strings.Cut(word, "="); strings.HasPrefix(flag, "-") && !strings.Contains(string(manual), "`"+flag) {
				t.Errorf("internaldns %s has no %s: %s", command[1], flag, command[0])
			}
		}
	}
}
