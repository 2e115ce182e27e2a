package main

import (
	"net/http"
	"testing"
	"time"

	cloudflare "github.com/cloudflare/cloudflare-go/v7"
	"github.com/cloudflare/cloudflare-go/v7/accounts"
	"github.com/cloudflare/cloudflare-go/v7/dns"
	"github.com/cloudflare/cloudflare-go/v7/shared"
	"github.com/cloudflare/cloudflare-go/v7/user"
	"github.com/cloudflare/cloudflare-go/v7/zones"
)

// group returns the id of a permission group.
func (s *server) group(t *testing.T, name string) shared.TokenPolicyPermissionGroupParam {
	t.Helper()
	all, err := s.User.Tokens.PermissionGroups.List(t.Context(), user.TokenPermissionGroupListParams{Name: cloudflare.F(name)})
	if err != nil || len(all.Result) != 1 || all.Result[0].Name != name {
		t.Fatalf("group %q: %+v, %v", name, all, err)
	}
	return shared.TokenPolicyPermissionGroupParam{ID: cloudflare.F(all.Result[0].ID)}
}

// recordsOf returns what lets a token read a zone and write its records.
func (s *server) recordsOf(t *testing.T, zone string) []shared.TokenPolicyParam {
	t.Helper()
	return []shared.TokenPolicyParam{{
		Effect:           cloudflare.F(shared.TokenPolicyEffectAllow),
		PermissionGroups: cloudflare.F([]shared.TokenPolicyPermissionGroupParam{s.group(t, "Zone Read"), s.group(t, "DNS Write")}),
		Resources: cloudflare.F[shared.TokenPolicyResourcesUnionParam](shared.TokenPolicyResourcesIAMResourcesTypeObjectStringParam{
			"com.cloudflare.api.account.zone." + zone: "*",
		}),
	}}
}

// A token of one zone is made, used, rolled, changed and deleted.
func TestTokens(t *testing.T) {
	s := owner(t)
	mine, other := s.zone(t, "mine.example"), s.zone(t, "other.example")
	made, err := s.User.Tokens.New(t.Context(), user.TokenNewParams{
		Name: cloudflare.F("ci"), Policies: cloudflare.F(s.recordsOf(t, mine.ID)), ExpiresOn: cloudflare.F(time.Now().Add(time.Hour).UTC().Truncate(time.Second)),
	})
	if err != nil || made.Value == "" {
		t.Fatalf("%+v, %v", made, err)
	}
	limited := connect(t, made.Value)
	all, err := limited.Zones.List(t.Context(), zones.ZoneListParams{})
	if err != nil || len(all.Result) != 1 || all.Result[0].ID != mine.ID {
		t.Errorf("a token of one zone sees %+v, %v", all, err)
	}
	limited.add(t, mine.ID, a("www", "192.0.2.1"))
	_, err = limited.DNS.Records.List(t.Context(), dns.RecordListParams{ZoneID: cloudflare.F(other.ID)})
	wantStatus(t, "another zone", err, http.StatusForbidden, 10000)

	value, err := s.User.Tokens.Value.Update(t.Context(), made.ID, user.TokenValueUpdateParams{Body: struct{}{}})
	if err != nil || *value == made.Value {
		t.Fatalf("%v, %v", value, err)
	}
	_, err = limited.User.Tokens.Verify(t.Context())
	wantStatus(t, "the old value", err, http.StatusUnauthorized, 10000)
	rolled := connect(t, *value)
	if got, err := rolled.User.Tokens.Verify(t.Context()); err != nil || got.ID != made.ID || got.Status != user.TokenVerifyResponseStatusActive {
		t.Errorf("verify: %+v, %v", got, err)
	}
	changed, err := s.User.Tokens.Update(t.Context(), made.ID, user.TokenUpdateParams{Token: shared.TokenParam{
		Name: cloudflare.F("ci 2"), Policies: cloudflare.F(s.recordsOf(t, mine.ID)), Status: cloudflare.F(shared.TokenStatusDisabled),
	}})
	if err != nil || changed.Name != "ci 2" || changed.Status != shared.TokenStatusDisabled {
		t.Errorf("update: %+v, %v", changed, err)
	}
	_, err = rolled.Zones.Get(t.Context(), zones.ZoneGetParams{ZoneID: cloudflare.F(mine.ID)})
	wantStatus(t, "a disabled token", err, http.StatusUnauthorized, 10000)
	if deleted, err := s.User.Tokens.Delete(t.Context(), made.ID); err != nil || deleted.ID != made.ID {
		t.Errorf("delete: %+v, %v", deleted, err)
	}
	_, err = s.User.Tokens.Get(t.Context(), made.ID)
	wantStatus(t, "a token that is gone", err, http.StatusNotFound, 1003)
}

// The tokens of the account are the same ones.
func TestAccountTokens(t *testing.T) {
	s := owner(t)
	account := cloudflare.F(s.account)
	z := s.zone(t, "account.example")
	made, err := s.Accounts.Tokens.New(t.Context(), accounts.TokenNewParams{AccountID: account, Name: cloudflare.F("deploy"), Policies: cloudflare.F(s.recordsOf(t, z.ID))})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := connect(t, made.Value).Accounts.Tokens.Verify(t.Context(), accounts.TokenVerifyParams{AccountID: account}); err != nil || got.ID != made.ID {
		t.Errorf("verify: %+v, %v", got, err)
	}
	if got, err := s.User.Tokens.Get(t.Context(), made.ID); err != nil || got.Name != "deploy" {
		t.Errorf("get: %+v, %v", got, err)
	}
	found := false
	pages := s.Accounts.Tokens.ListAutoPaging(t.Context(), accounts.TokenListParams{AccountID: account, PerPage: cloudflare.F(1.)})
	for pages.Next() {
		found = found || pages.Current().ID == made.ID
	}
	if pages.Err() != nil || !found {
		t.Errorf("list: %t, %v", found, pages.Err())
	}
	if _, err := s.Accounts.Tokens.Delete(t.Context(), made.ID, accounts.TokenDeleteParams{AccountID: account}); err != nil {
		t.Error(err)
	}
	if got, err := s.Accounts.Get(t.Context(), accounts.AccountGetParams{AccountID: account}); err != nil || got.ID != s.account {
		t.Errorf("account: %+v, %v", got, err)
	}
	if _, err := s.User.Get(t.Context()); err != nil {
		t.Error(err)
	}
}
