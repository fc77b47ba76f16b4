package caller

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Coverage collects the operations that are described, and those that answered with success.
type Coverage struct {
	described sync.Map
	succeeded sync.Map
}

func (c *Coverage) expect(ops []operation) {
	for _, o := range ops {
		c.described.Store(o.name, true)
	}
}

func (c *Coverage) record(name string) { c.succeeded.Store(name, true) }

// Missing lists the described operations that no test has seen succeed, except those whose path begins with one of the prefixes.
func (c *Coverage) Missing(except ...string) []string {
	var names []string
	c.described.Range(func(key, _ any) bool {
		name, _ := key.(string)
		_, path, _ := strings.Cut(name, " ")
		_, ok := c.succeeded.Load(name)
		if !ok && !slices.ContainsFunc(except, func(prefix string) bool { return strings.HasPrefix(path, prefix) }) {
			names = append(names, name)
		}
		return true
	})
	slices.Sort(names)
	return names
}

// operation is one of a description.
type operation struct {
	name   string // method and path
	method string
	path   *regexp.Regexp
}

// operations reads those of a description.
func operations(description []byte) ([]operation, error) {
	var spec struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(description, &spec); err != nil {
		return nil, err
	}
	var all []operation
	parameter := regexp.MustCompile(`\{[a-z]+\}`)
	for _, path := range slices.Sorted(maps.Keys(spec.Paths)) {
		for method := range spec.Paths[path] {
			method = strings.ToUpper(method)
			all = append(all, operation{method + " " + path, method, regexp.MustCompile("^" + parameter.ReplaceAllString(strings.ReplaceAll(path, ".", `\.`), "[^/]+") + "$")})
		}
	}
	return all, nil
}

// find returns the operation that a request asks for; of several the one with fewest parameters.
func find(all []operation, method, path string) (name string, ok bool) {
	path, _, _ = strings.Cut(path, "?")
	var found []string
	for _, o := range all {
		if o.method == method && o.path.MatchString(path) {
			found = append(found, o.name)
		}
	}
	if len(found) == 0 {
		return "", false
	}
	return slices.MinFunc(found, func(a, b string) int { return strings.Count(a, "{") - strings.Count(b, "{") }), true
}
