package api

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"github.com/internaldns/internaldns/plugin/pkg/record"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

func number(n int) string { return strconv.Itoa(n) }

// routes returns all calls.
func routes() []*route {
	return slices.Concat(zoneRoutes(), recordRoutes(), accountRoutes(), tokenRoutes("/user/tokens"), tokenRoutes("/accounts/{account}/tokens"),
		viewRoutes(), ruleRoutes(), listRoutes(), locationRoutes(), changeRoutes(), statusRoutes(), queryRoutes(), backupRoutes(), sessionRoutes(), harmlessRoutes())
}

// The parameters that several calls have.
func paging() []parameter {
	return []parameter{{"page", "number of the page, from 1"}, {"per_page", "objects of a page"}}
}

func ordering() []parameter {
	return []parameter{{"order", "what to sort by"}, {"direction", "asc or desc"}, {"match", "all or any of the filters"}}
}

func forcing() []parameter {
	return []parameter{{"force", "Extension: true does it whatever uses the object."}}
}

func zoneRoutes() []*route {
	return []*route{
		{method: http.MethodGet, path: "/zones", summary: "List zones", permission: token.ZoneRead, handle: listZones, list: true, result: zoneObject{},
			query: slices.Concat(paging(), ordering(), []parameter{{"name", "name of the zone, or OPERATOR:NAME"}, {"type", "internal is the only one here"},
				{"status", "active is the only one here"}, {"account.id", "id of the account"}, {"account.name", "name of the account"}})},
		{method: http.MethodPost, path: "/zones", summary: "Create a zone", permission: token.ZoneWrite, scope: ofNewObject, joins: true, handle: createZone, body: zoneBody{}, result: zoneObject{}},
		{method: http.MethodGet, path: "/zones/{zone}", summary: "Get a zone", permission: token.ZoneRead, scope: ofZone, handle: getZone, result: zoneObject{}, form: zoneForm()},
		{method: http.MethodPatch, path: "/zones/{zone}", summary: "Edit a zone", permission: token.ZoneWrite, scope: ofZone, joins: true, handle: patchZone, body: zonePatch{}, result: zoneObject{}},
		{method: http.MethodDelete, path: "/zones/{zone}", summary: "Delete a zone", permission: token.ZoneWrite, scope: ofZone, joins: true, handle: deleteZone, result: idObject{}, query: forcing()},
		{method: http.MethodGet, path: "/zones/{zone}/dns_settings", summary: "Get the DNS settings of a zone", permission: token.ZoneDNSSettingsRead, scope: ofZone, handle: getDNSSettings, result: settingsShown{}, form: settingsForm()},
		{method: http.MethodPatch, path: "/zones/{zone}/dns_settings", summary: "Edit the DNS settings of a zone", permission: token.ZoneDNSSettingsWrite, scope: ofZone, joins: true, handle: patchDNSSettings, body: settingsBody{}, result: settingsShown{}},
	}
}

func recordRoutes() []*route {
	const all, one = "/zones/{zone}/dns_records", "/zones/{zone}/dns_records/{record}"
	return []*route{
		{method: http.MethodGet, path: all, summary: "List records", permission: token.DNSRead, scope: ofZone, handle: listRecords, list: true, result: record.Object{}, query: recordParameters()},
		{method: http.MethodPost, path: all, summary: "Create a record", permission: token.DNSWrite, scope: ofZone, joins: true, handle: createRecord, body: record.Fields{}, result: record.Object{}},
		{method: http.MethodPost, path: all + "/batch", summary: "Delete, patch, put and create records in one change", permission: token.DNSWrite, scope: ofZone, joins: true, handle: batchRecords, body: batchBody{}, result: batchObject{}},
		{method: http.MethodPost, path: all + "/import", summary: "Import a BIND file", permission: token.DNSWrite, scope: ofZone, joins: true, handle: importRecords, body: importBody{}, multipart: true, result: importObject{},
			query: append(forcing(), parameter{"dry_run", "Extension: true tells what the file would do, and does not do it."}, parameter{"skip_refused", "Extension: true leaves records out that are refused; without it they refuse the file."})},
		{method: http.MethodGet, path: all + "/export", summary: "Export a BIND file", permission: token.DNSRead, scope: ofZone, handle: exportRecords, text: true},
		{method: http.MethodGet, path: all + "/usage", summary: "Count the records of a zone", permission: token.DNSRead, scope: ofZone, handle: zoneUsage, result: usageObject{}},
		{method: http.MethodPost, path: all + "/scan", summary: "Nothing is scanned for internal zones", permission: token.DNSWrite, scope: ofZone, handle: scanned, result: scanObject{}},
		{method: http.MethodPost, path: all + "/scan/trigger", summary: "Nothing is scanned for internal zones", permission: token.DNSWrite, scope: ofZone, handle: scanned, result: scanObject{}},
		{method: http.MethodGet, path: all + "/scan/review", summary: "Nothing is scanned for internal zones", permission: token.DNSRead, scope: ofZone, handle: empty, list: true, result: record.Object{}},
		{method: http.MethodPost, path: all + "/scan/review", summary: "Nothing is scanned for internal zones", permission: token.DNSWrite, scope: ofZone, handle: scanned, result: scanObject{}},
		{method: http.MethodGet, path: one, summary: "Get a record", permission: token.DNSRead, scope: ofZone, handle: getRecord, result: record.Object{}, form: dnsRecordForm()},
		{method: http.MethodPatch, path: one, summary: "Edit a record", permission: token.DNSWrite, scope: ofZone, joins: true, handle: patchRecord, body: record.Fields{}, result: record.Object{}},
		{method: http.MethodPut, path: one, summary: "Replace a record", permission: token.DNSWrite, scope: ofZone, joins: true, handle: putRecord, body: record.Fields{}, result: record.Object{}},
		{method: http.MethodDelete, path: one, summary: "Delete a record", permission: token.DNSWrite, scope: ofZone, joins: true, handle: deleteRecord, result: idObject{}},
		{method: http.MethodGet, path: "/accounts/{account}/internal_dns/records", summary: "Search the records of all zones", permission: token.DNSRead, handle: findRecords, result: foundObject{}, query: append(paging(), recordFilters()...)},
		{method: http.MethodGet, path: "/accounts/{account}/dns_records/usage", summary: "Count the records of the account", permission: token.AccountSettingsRead, scope: ofAccount, handle: accountUsage, result: usageObject{}},
	}
}

func recordParameters() []parameter {
	return slices.Concat(paging(), ordering()[:2], recordFilters(), []parameter{{"include_shadow_metadata", "true tells which records an NS record hides"},
		{"shadowed_by_name", "only records that NS records of this name hide"}, {"shadowing_name", "only NS records that hide this name"}})
}

// recordFilters are the parameters of record.ParseFilter.
func recordFilters() []parameter {
	out := []parameter{{"match", "all or any of the filters"}}
	for _, field := range []string{"name", "content", "comment", "tag"} {
		out = append(out, parameter{field, "the same, without case"})
		for _, how := range []string{"exact", "contains", "startswith", "endswith"} {
			out = append(out, parameter{field + "." + how, "without case"})
		}
	}
	return append(out, parameter{"comment.present", ""}, parameter{"comment.absent", ""}, parameter{"tag.present", "name of a tag"}, parameter{"tag.absent", "name of a tag"},
		parameter{"tag_match", "all or any of the conditions on tags"}, parameter{"type", "one or several"}, parameter{"only_type", "Extension: one or several, whatever match says"}, parameter{"proxied", "no internal record is"},
		parameter{"search", "text in any part of a record"})
}

func accountRoutes() []*route {
	return []*route{
		{method: http.MethodGet, path: "/accounts", summary: "List accounts", scope: anyToken, handle: listAccounts, list: true, result: accountObject{}, query: append(paging(), parameter{"name", "name of the account"})},
		{method: http.MethodGet, path: "/accounts/{account}", summary: "Get an account", scope: anyToken, handle: getAccount, result: accountObject{}},
		{method: http.MethodGet, path: "/user", summary: "Get the bearer of the token", scope: anyToken, handle: getUser, result: userObject{}},
		{method: http.MethodGet, path: "/accounts/{account}/dns_settings", summary: "Get the DNS settings of the account", permission: token.AccountDNSSettingsRead, scope: ofAccount, handle: getAccountDNSSettings, result: accountSettingsObject{}, form: accountSettingsForm()},
		{method: http.MethodPatch, path: "/accounts/{account}/dns_settings", summary: "Edit the DNS settings of the account", permission: token.AccountDNSSettingsWrite, scope: ofAccount, joins: true, handle: patchAccountDNSSettings, body: accountSettingsBody{}, result: accountSettingsObject{}},
		{method: http.MethodGet, path: "/openapi.json", summary: "This document", open: true, handle: openAPI, result: json.RawMessage{}},
	}
}

func tokenRoutes(all string) []*route {
	one := all + "/{token}"
	return []*route{
		{method: http.MethodGet, path: all + "/verify", summary: "Tell whether the token can be used", scope: anyToken, handle: verifyToken, result: verifyObject{}},
		{method: http.MethodGet, path: all + "/permission_groups", summary: "List permission groups", permission: token.APITokensRead, scope: ofAccount, handle: listGroups, list: true, result: groupObject{}, query: []parameter{{"name", "name of the group"}, {"scope", "what it is granted on"}}},
		{method: http.MethodGet, path: all, summary: "List tokens", permission: token.APITokensRead, scope: ofAccount, handle: listTokens, list: true, result: tokenObject{}, query: append(paging(), parameter{"direction", "asc or desc"})},
		{method: http.MethodPost, path: all, summary: "Create a token", permission: token.APITokensWrite, scope: ofAccount, handle: createToken, body: tokenBody{}, result: tokenObject{}},
		{method: http.MethodGet, path: one, summary: "Get a token", permission: token.APITokensRead, scope: ofAccount, handle: getToken, result: tokenObject{}, form: tokenForm(all)},
		{method: http.MethodPut, path: one, summary: "Replace a token but for its value", permission: token.APITokensWrite, scope: ofAccount, handle: putToken, body: tokenBody{}, result: tokenObject{}},
		{method: http.MethodPut, path: one + "/value", summary: "Give a token another value", permission: token.APITokensWrite, scope: ofAccount, handle: rollToken, result: ""},
		{method: http.MethodDelete, path: one, summary: "Delete a token", permission: token.APITokensWrite, scope: ofAccount, handle: deleteToken, result: idObject{}},
	}
}

func viewRoutes() []*route {
	const all, one = "/accounts/{account}/dns_settings/views", "/accounts/{account}/dns_settings/views/{view}"
	return []*route{
		{method: http.MethodGet, path: all, summary: "List views", permission: token.DNSViewRead, scope: ofAccount, handle: listViews, list: true, result: viewObject{},
			query: slices.Concat(paging(), ordering(), []parameter{{"name", "name of the view"}, {"name.exact", ""}, {"name.contains", ""}, {"name.startswith", ""}, {"name.endswith", ""},
				{"zone_id", "a zone that it holds"}, {"zone_name", "the name of a zone that it holds"}})},
		{method: http.MethodPost, path: all, summary: "Create a view", permission: token.DNSViewWrite, scope: ofAccount, joins: true, handle: createView, body: viewBody{}, result: viewObject{}},
		{method: http.MethodGet, path: one, summary: "Get a view with the policies that name it", permission: token.DNSViewRead, scope: ofAccount, handle: getView, result: viewObject{}, form: viewForm()},
		{method: http.MethodPatch, path: one, summary: "Edit a view", permission: token.DNSViewWrite, scope: ofAccount, joins: true, handle: patchView, body: viewBody{}, result: viewObject{}},
		{method: http.MethodDelete, path: one, summary: "Delete a view", permission: token.DNSViewWrite, scope: ofAccount, joins: true, handle: deleteView, result: idObject{}, query: forcing()},
	}
}

func ruleRoutes() []*route {
	const all, one = "/accounts/{account}/gateway/rules", "/accounts/{account}/gateway/rules/{rule}"
	return []*route{
		{method: http.MethodGet, path: all, summary: "List resolver policies", permission: token.ResolverPoliciesRead, handle: listRules, list: true, result: ruleObject{}},
		{method: http.MethodPost, path: all, summary: "Create a resolver policy", permission: token.ResolverPoliciesWrite, scope: ofAccount, joins: true, handle: createRule, body: ruleBody{}, result: ruleObject{}},
		{method: http.MethodGet, path: one, summary: "Get a resolver policy", permission: token.ResolverPoliciesRead, handle: getRule, result: ruleObject{}, form: ruleForm()},
		{method: http.MethodPut, path: one, summary: "Replace a resolver policy", permission: token.ResolverPoliciesWrite, joins: true, handle: putRule, body: ruleBody{}, result: ruleObject{}},
		{method: http.MethodPatch, path: one, summary: "Edit a resolver policy", permission: token.ResolverPoliciesWrite, joins: true, handle: patchRule, body: ruleBody{}, result: ruleObject{}},
		{method: http.MethodPut, path: "/accounts/{account}/internal_dns/rules/order", summary: "Put resolver policies into an order among themselves", permission: token.ResolverPoliciesWrite, joins: true, handle: orderRules, body: orderBody{}, list: true, result: ruleObject{}},
		{method: http.MethodDelete, path: one, summary: "Delete a resolver policy", permission: token.ResolverPoliciesWrite, joins: true, handle: deleteRule, result: struct{}{}},
		{method: http.MethodPost, path: one + "/reset_expiration", summary: "Have a resolver policy that has a duration expire that long from now", permission: token.ResolverPoliciesWrite, joins: true, handle: resetExpiration, result: ruleObject{}},
	}
}

func sessionRoutes() []*route {
	const one = "/session"
	return []*route{
		{method: http.MethodPost, path: one, summary: "Sign in: begin a session, whose cookie does for a token", scope: ofBody, handle: postSession, body: signInBody{}, result: sessionObject{}},
		{method: http.MethodGet, path: one, summary: "Get the session", scope: ofSession, handle: getSession, result: sessionObject{}},
		{method: http.MethodDelete, path: one, summary: "Sign out: end the session", scope: ofSession, handle: deleteSession, result: struct{}{}},
	}
}

func listRoutes() []*route {
	const all, one = "/accounts/{account}/gateway/lists", "/accounts/{account}/gateway/lists/{list}"
	return []*route{
		{method: http.MethodGet, path: all, summary: "List lists", permission: token.ListsRead, handle: listLists, list: true, result: listObject{}, query: []parameter{{"type", "one or several"}}},
		{method: http.MethodPost, path: all, summary: "Create a list", permission: token.ListsWrite, scope: ofAccount, joins: true, handle: createList, body: listBody{}, result: listObject{}},
		{method: http.MethodGet, path: one, summary: "Get a list with its items", permission: token.ListsRead, handle: getList, result: listObject{}, form: listForm()},
		{method: http.MethodPut, path: one, summary: "Replace a list", permission: token.ListsWrite, joins: true, handle: putList, body: listBody{}, result: listObject{}},
		{method: http.MethodPatch, path: one, summary: "Append items to a list and remove others", permission: token.ListsWrite, joins: true, handle: patchList, body: listPatch{}, result: listObject{}},
		{method: http.MethodDelete, path: one, summary: "Delete a list", permission: token.ListsWrite, joins: true, handle: deleteList, result: struct{}{}, query: forcing()},
		{method: http.MethodGet, path: one + "/items", summary: "List the items of a list: all, or a page", permission: token.ListsRead, handle: listItems, list: true, result: itemObject{}, query: paging()},
	}
}

func locationRoutes() []*route {
	const all, one = "/accounts/{account}/gateway/locations", "/accounts/{account}/gateway/locations/{location}"
	return []*route{
		{method: http.MethodGet, path: all, summary: "List locations", permission: token.LocationsRead, handle: listLocations, list: true, result: locationObject{}},
		{method: http.MethodPost, path: all, summary: "Create a location", permission: token.LocationsWrite, scope: ofAccount, joins: true, handle: createLocation, body: locationBody{}, result: locationObject{}},
		{method: http.MethodGet, path: one, summary: "Get a location", permission: token.LocationsRead, handle: getLocation, result: locationObject{}, form: locationForm()},
		{method: http.MethodPut, path: one, summary: "Replace a location", permission: token.LocationsWrite, joins: true, handle: putLocation, body: locationBody{}, result: locationObject{}},
		{method: http.MethodDelete, path: one, summary: "Delete a location", permission: token.LocationsWrite, joins: true, handle: deleteLocation, result: struct{}{}, query: forcing()},
	}
}

func backupRoutes() []*route {
	const all = "/accounts/{account}/internal_dns"
	return []*route{
		{method: http.MethodGet, path: all + "/backup", summary: "Back the account up: one JSON file, without an envelope", permission: token.APITokensWrite, scope: ofAccount, handle: getBackup, backup: true},
		{method: http.MethodGet, path: all + "/state", summary: "Get what the account held at a revision, as a backup", permission: token.APITokensWrite, scope: ofAccount, handle: getState, backup: true, query: []parameter{{"revision", "the last one by default"}}},
		{method: http.MethodPost, path: all + "/restore", summary: "Put a backup in the place of all that the account holds", permission: token.APITokensWrite, scope: ofAccount, handle: postRestore, backup: true, result: restoreObject{}},
	}
}

func changeRoutes() []*route {
	const all = "/accounts/{account}/internal_dns/changes"
	return []*route{
		{method: http.MethodGet, path: all, summary: "List changes, the newest first", permission: token.AccountSettingsRead, scope: ofAccount, handle: listChanges, list: true, result: changeObject{},
			query: append(paging(), parameter{"actor", "id or name of the token"}, parameter{"object", "id of an object, or of the zone of records"},
				parameter{"since", "time from which on"}, parameter{"until", "time up to which"})},
		{method: http.MethodGet, path: all + "/{revision}", summary: "Get a change with its objects before and after", permission: token.AccountSettingsRead, scope: ofAccount, handle: getChange, result: changeObject{}},
		{method: http.MethodPost, path: all, summary: "Make several calls as one change", permission: token.AccountSettingsRead, scope: ofAccount, handle: postChanges, body: callsBody{}, result: madeObject{}, query: forcing()},
		{method: http.MethodPost, path: "/accounts/{account}/internal_dns/preview", summary: "Tell what several calls would change as one change, without making them", permission: token.AccountSettingsRead, scope: ofAccount, handle: postPreview, body: callsBody{}, result: previewObject{}, query: forcing()},
		{method: http.MethodPost, path: all + "/{revision}/revert", summary: "Undo a change, unless later ones have touched the same objects", permission: token.AccountSettingsRead, scope: ofAccount, handle: revertChange, result: revisionObject{}, query: forcing()},
	}
}

// harmlessRoutes are calls that clients make about what internal zones do not have.
func harmlessRoutes() []*route {
	const gateway = "/accounts/{account}/gateway"
	out := []*route{
		{method: http.MethodGet, path: gateway, summary: "Get the account's Gateway", permission: token.ZeroTrustRead, scope: ofAccount, handle: getGateway, result: gatewayObject{}},
		{method: http.MethodGet, path: gateway + "/logging", summary: "Get what Gateway logs", permission: token.ZeroTrustRead, scope: ofAccount, handle: getLogging, result: loggingObject{}},
		{method: http.MethodGet, path: gateway + "/configuration", summary: "Get Gateway's settings", permission: token.ZeroTrustRead, scope: ofAccount, handle: getConfiguration, result: configurationObject{}},
		{method: http.MethodPut, path: gateway + "/configuration", summary: "Replace Gateway's settings", permission: token.ZeroTrustWrite, scope: ofAccount, joins: true, handle: putConfiguration, body: configurationBody{}, result: configurationObject{}},
		{method: http.MethodPatch, path: gateway + "/configuration", summary: "Edit Gateway's settings", permission: token.ZeroTrustWrite, scope: ofAccount, joins: true, handle: patchConfiguration, body: configurationBody{}, result: configurationObject{}},
	}
	for _, path := range []string{"/categories", "/app_types"} {
		out = append(out, &route{method: http.MethodGet, path: gateway + path, summary: "Always empty here", permission: token.ZeroTrustRead, scope: ofAccount, handle: empty, list: true, result: struct{}{}})
	}
	for _, path := range []string{"/pagerules", "/custom_hostnames", "/addressing/regional_hostnames"} {
		out = append(out, &route{method: http.MethodGet, path: "/zones/{zone}" + path, summary: "Always empty for internal zones", permission: token.ZoneRead, scope: ofZone, handle: empty, list: true, result: struct{}{}})
	}
	return out
}
