package expr

import "testing"

func TestTypes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typ, elem Type
		name      string
	}{
		{Bool, 0, "boolean"},
		{Int, 0, "integer"},
		{String, 0, "string"},
		{IP, 0, "ip"},
		{ArrayOf(String), String, "array of string"},
		{MapOf(ArrayOf(String)), ArrayOf(String), "map of array of string"},
		{ArrayOf(ArrayOf(MapOf(IP))), ArrayOf(MapOf(IP)), "array of array of map of ip"},
		{0, 0, "no type"},
	} {
		if got := c.typ.Elem(); got != c.elem {
			t.Errorf("elements of %s are %s, want %s", c.name, got, c.elem)
		}
		if got := c.typ.String(); got != c.name {
			t.Errorf("type is named %q, want %q", got, c.name)
		}
	}
	if ArrayOf(String) == MapOf(String) || ArrayOf(Int) == ArrayOf(IP) {
		t.Error("different types are equal")
	}
}

func TestSchema(t *testing.T) {
	t.Parallel()
	s := testSchema()
	for i := range s.Len() {
		if got, ok := s.Index(s.Field(i).Name); i != claimTexts && (!ok || got != i) {
			t.Errorf("%s has index %d, want %d", s.Field(i).Name, got, i)
		}
	}
	if _, ok := s.Index("identity.groups"); ok {
		t.Error("an array of records is a field")
	}
	for name, want := range map[string]string{
		"net.dst.ip":         "write dns.src_ip",
		"http.x":             "write a dns.* field",
		"http.x.y.z":         "write a dns.* field",
		"http":               "",
		"httpx.y":            "",
		"net.dst.ip.extra":   "",
		"http.request.host":  "write dns.fqdn",
		"http.response":      "nothing is known of the answer",
		"http.response.code": "nothing is known of the answer",
		"http.response_code": "nothing is known of the answer",
	} {
		if got, _ := s.hint(name); got != want {
			t.Errorf("hint for %s is %q, want %q", name, got, want)
		}
	}
}

func TestSchemaRefusesProgramErrors(t *testing.T) {
	t.Parallel()
	for name, fields := range map[string][]Field{
		"declared twice":    {{Name: "a", Type: Int}, {Name: "a", Type: Int}},
		"three of a name":   {{Name: "a", Type: MapOf(ArrayOf(String))}, {Name: "a", Type: ArrayOf(String)}, {Name: "a", Type: ArrayOf(String)}},
		"array before map":  {{Name: "a", Type: ArrayOf(String)}, {Name: "a", Type: MapOf(ArrayOf(String))}},
		"integers of a map": {{Name: "a", Type: MapOf(ArrayOf(String))}, {Name: "a", Type: ArrayOf(Int)}},
		"boolean":           {{Name: "a", Type: Bool}},
		"no type":           {{Name: "a"}},
		"map of scalars":    {{Name: "a", Type: MapOf(String)}},
		"member, no array":  {{Name: "a[*].b", Type: String}},
		"array of booleans": {{Name: "a", Type: ArrayOf(Bool)}},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			NewSchema(fields, nil)
		})
	}
}

func TestUses(t *testing.T) {
	t.Parallel()
	p, err := Compile(`any(identity.groups[*].name == "x") or len(dns.fqdn) == 3 and starts_with("x", identity.email)`, testSchema(), nil)
	if err != nil {
		t.Fatal(err)
	}
	used := map[int]bool{groupName: true, fqdn: true, email: true}
	for f := range testSchema().Len() {
		if p.Uses(f) != used[f] {
			t.Errorf("uses %s: %t", testSchema().Field(f).Name, p.Uses(f))
		}
	}
	if p.Uses(-1) || p.Uses(1000) {
		t.Error("uses fields that do not exist")
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	names := []string{"dns.fqdn", "dns.domains", "dns.src_ip", "identity.email"}
	for word, want := range map[string]string{
		"dns.fqnd":       "dns.fqdn", // a swap is one edit
		"dns.domain":     "dns.domains",
		"dns.scr_ip":     "dns.src_ip",
		"email":          "identity.email",
		"identity":       "identity.email",
		"Identity.Email": "identity.email",
		"something":      "",
		"":               "",
	} {
		if got := nearest(word, names); got != want {
			t.Errorf("nearest to %q is %q, want %q", word, got, want)
		}
	}
}

func TestListsAreLive(t *testing.T) {
	t.Parallel()
	lists := testLists()
	p, err := Compile("dns.src_port in $ports", testSchema(), lists)
	if err != nil {
		t.Fatal(err)
	}
	if !p.Match(office()) {
		t.Error("5353 is in the list")
	}
	lists["ports"].ints = nil
	if p.Match(office()) {
		t.Error("5353 is in the list no more")
	}
	if _, ok := p.Require(port); ok {
		t.Error("a live list gives a condition")
	}
	if _, err := Compile("dns.src_port in $ports", testSchema(), nil); err == nil {
		t.Error("a list of no lists is found")
	}
}
