package etcd

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// layout is what stands where in etcd, below the path:
//
//	account/head/ACCOUNT               which commit is the last
//	account/log/ACCOUNT/REVISION-ID    a commit
//	account/snapshot/ACCOUNT           which snapshot there is
//	part/ACCOUNT/REVISION/STAGE/N      what a large commit consists of
//	snapshot/ACCOUNT/STAGE/N           what a snapshot consists of
//	lock/ACCOUNT                       who writes a snapshot
//	server/NAME                        a server, while it lives
//
// All that is watched begins with account/. Numbers are hexadecimal, of 16 digits.
type layout struct{ root string }

func newLayout(path string) layout { return layout{root: "/" + strings.Trim(path, "/") + "/"} }

func (l layout) watched() string { return l.root + "account/" }
func (l layout) heads() string   { return l.root + "account/head/" }
func (l layout) logs() string    { return l.root + "account/log/" }
func (l layout) shots() string   { return l.root + "account/snapshot/" }
func (l layout) servers() string { return l.root + "server/" }

func (l layout) head(account string) string { return l.heads() + url.PathEscape(account) }
func (l layout) log(account string) string  { return l.logs() + url.PathEscape(account) + "/" }
func (l layout) shot(account string) string { return l.shots() + url.PathEscape(account) }
func (l layout) lock(account string) string { return l.root + "lock/" + url.PathEscape(account) }
func (l layout) server(name string) string  { return l.servers() + url.PathEscape(name) }

func (l layout) entry(account string, revision, id uint64) string {
	return fmt.Sprintf("%s%016x-%016x", l.log(account), revision, id)
}

// after returns the least key that entries of later revisions can have.
func (l layout) after(account string, revision uint64) string {
	return fmt.Sprintf("%s%016x.", l.log(account), revision) // a point comes after the hyphen
}

func (l layout) parts(account string) string {
	return l.root + "part/" + url.PathEscape(account) + "/"
}

func (l layout) stage(account string, revision, stage uint64) string {
	return fmt.Sprintf("%s%016x/%016x/", l.parts(account), revision, stage)
}

func (l layout) shotParts(account string) string {
	return l.root + "snapshot/" + url.PathEscape(account) + "/"
}

func (l layout) shotStage(account string, stage uint64) string {
	return fmt.Sprintf("%s%016x/", l.shotParts(account), stage)
}

// part returns the key of a part of a stage.
func part(stage string, n int) string { return fmt.Sprintf("%s%08d", stage, n) }

// nameIn returns the account that a key of heads or snapshots is of.
func nameIn(key []byte, prefix string) (string, bool) {
	escaped, ok := strings.CutPrefix(string(key), prefix)
	name, err := url.PathUnescape(escaped)
	return name, ok && err == nil && name != "" && !strings.Contains(escaped, "/")
}

// entryIn returns what the key of an entry says.
func (l layout) entryIn(key []byte) (account string, c commitID, ok bool) {
	rest, ok := strings.CutPrefix(string(key), l.logs())
	if !ok {
		return "", c, false
	}
	name, numbers, _ := strings.Cut(rest, "/")
	revision, id, _ := strings.Cut(numbers, "-")
	account, err := url.PathUnescape(name)
	if err != nil || account == "" || len(revision) != 16 || len(id) != 16 {
		return "", c, false
	}
	if c.revision, err = strconv.ParseUint(revision, 16, 64); err != nil {
		return "", c, false
	}
	c.id, err = strconv.ParseUint(id, 16, 64)
	return account, c, err == nil
}
