package api

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"reflect"
	"strconv"
	"strings"

	"github.com/internaldns/internaldns/plugin/pkg/asker"
)

// queryFilter is which queries are wanted: those that all conditions hold for.
type queryFilter []func(*queryObject) bool

func (f queryFilter) match(o *queryObject) bool {
	for _, holds := range f {
		if !holds(o) {
			return false
		}
	}
	return true
}

// maxConditions bounds what each query is held against.
const maxConditions = 100

// queryFields returns the names of a query's fields, in their order.
func queryFields() (fields []string) {
	for _, f := range reflect.VisibleFields(reflect.TypeFor[queryObject]()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		fields = append(fields, name)
	}
	return fields
}

// queryParameters returns the filters of queries, and what streams read.
func queryParameters() []parameter {
	all := []parameter{
		{"stream", "true answers with a stream, as Accept: text/event-stream does"},
		{"last_event_id", "where a stream goes on, in place of the header Last-Event-ID"},
		{"name", "name asked for"}, {"type", "type asked for"}, {"rcode", "name or number of the reply's response code"},
		{"client", "address or network"}, {"policy", "id or name"}, {"view", "id or name"}, {"zone", "id or name"},
		{"fallback", "public_dns, none, or the internal outcome it was for"},
	}
	for _, field := range queryFields() {
		all = append(all, parameter{field, "the same, without case; several stand for any of them"}, parameter{field + ".contains", "without case"})
	}
	return all
}

// readQueryFilter reads the filters of queries. Several values of one are alternatives.
func (c *call) readQueryFilter() (f queryFilter, bad *Error) {
	q := c.req.URL.Query()
	count := 0
	add := func(name string, condition func(value string) (func(*queryObject) bool, error)) {
		var alternatives []func(*queryObject) bool
		for _, value := range q[name] {
			if count++; count > maxConditions {
				bad = errorf(http.StatusBadRequest, codeInvalid, "more than %d conditions", maxConditions)
				return
			}
			holds, err := condition(value)
			if err != nil {
				bad = errorf(http.StatusBadRequest, codeInvalid, "%s %q: %s", name, clip(value), err)
				return
			}
			alternatives = append(alternatives, holds)
		}
		if len(alternatives) > 0 {
			f = append(f, func(o *queryObject) bool { return anyHolds(alternatives, o) })
		}
	}
	for i, field := range queryFields() {
		add(field, func(value string) (func(*queryObject) bool, error) {
			return func(o *queryObject) bool { return strings.EqualFold(fieldText(o, i), value) }, nil
		})
		add(field+".contains", func(value string) (func(*queryObject) bool, error) {
			value = strings.ToLower(value)
			return func(o *queryObject) bool { return strings.Contains(strings.ToLower(fieldText(o, i)), value) }, nil
		})
	}
	for name, condition := range conditions() {
		add(name, condition)
	}
	return f, bad
}

func anyHolds(conditions []func(*queryObject) bool, o *queryObject) bool {
	for _, holds := range conditions {
		if holds(o) {
			return true
		}
	}
	return false
}

// fieldText returns the value of a field as a parameter has it, "" of one that is null.
func fieldText(o *queryObject, i int) string {
	v := reflect.ValueOf(o).Elem().Field(i)
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return ""
		}
		v = v.Elem()
	}
	return fmt.Sprint(v)
}

// conditions returns the filters that take names or ids, by name.
func conditions() map[string]func(value string) (func(*queryObject) bool, error) {
	text := func(of func(o *queryObject) []string) func(string) (func(*queryObject) bool, error) {
		return func(value string) (func(*queryObject) bool, error) {
			return func(o *queryObject) bool {
				for _, have := range of(o) {
					if sameName(have, value) {
						return true
					}
				}
				return false
			}, nil
		}
	}
	return map[string]func(string) (func(*queryObject) bool, error){
		"name":     text(func(o *queryObject) []string { return []string{o.QueryName} }),
		"policy":   text(func(o *queryObject) []string { return []string{o.ResolverPolicyID, o.ResolverPolicyName} }),
		"view":     text(func(o *queryObject) []string { return []string{o.InternalDNSViewID, o.InternalDNSViewName} }),
		"zone":     text(func(o *queryObject) []string { return []string{o.InternalDNSZoneID, o.InternalDNSZoneName} }),
		"rcode":    text(func(o *queryObject) []string { return []string{strconv.Itoa(o.RCode), rcodeName(o.RCode)} }),
		"fallback": text(fallbackWords),
		"type":     ofType,
		"client":   ofClient,
	}
}

// fallbackWords returns what a fallback, or that there was none, can be called.
func fallbackWords(o *queryObject) []string {
	if o.InternalDNSFallbackStrategy == "" {
		return []string{"none"}
	}
	return []string{o.InternalDNSFallbackStrategy, o.InternalDNSFallbackTrigger}
}

func ofType(value string) (func(*queryObject) bool, error) {
	qtype, err := asker.ParseType(value)
	return func(o *queryObject) bool { return o.QueryType == qtype }, err
}

func ofClient(value string) (func(*queryObject) bool, error) {
	network, err := netip.ParsePrefix(value)
	if err != nil {
		var addr netip.Addr
		if addr, err = netip.ParseAddr(value); err == nil {
			network, err = addr.Prefix(addr.BitLen())
		}
	}
	if err != nil {
		return nil, errors.New("neither an address nor a network such as 192.0.2.0/24")
	}
	return func(o *queryObject) bool {
		addr, err := netip.ParseAddr(o.SrcIP)
		return err == nil && network.Contains(addr)
	}, nil
}
