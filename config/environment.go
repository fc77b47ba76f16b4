package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"reflect"
	"regexp"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
	"github.com/joho/godotenv"
)

// Prefix begins the name of every variable.
const Prefix = "PAVILION_"

const (
	fileVariable  = Prefix + "CONFIG" // names the file with the settings for variables that are not set
	cacheVariable = Prefix + "CACHE"  // belongs to the tests: the folder of the servers that they install
)

// serviceLink matches the variables that Kubernetes and Docker links set in every container beside services whose names begin with pavilion.
var serviceLink = regexp.MustCompile(`^PAVILION_(.+_)?(SERVICE_(HOST|PORT)(_|$)|PORT($|_\d)|NAME$|ENV_)`)

// readValues merges the file and the environment and returns one error for each variable that is no setting.
func readValues(environ []string) (values map[string]string, errs []error, err error) {
	set := map[string]string{}
	for _, line := range environ {
		name, value, _ := strings.Cut(line, "=")
		set[name] = value
	}
	values = map[string]string{}
	if file := set[fileVariable]; file != "" {
		if values, err = godotenv.Read(file); err != nil {
			return nil, nil, fmt.Errorf("%s: the file cannot be read as NAME=value lines", fileVariable) // the parser's error quotes lines, which contain secrets
		}
	}
	fields, err := env.GetFieldParams(&Config{})
	if err != nil {
		return nil, nil, fmt.Errorf("settings: %w", err)
	}
	known := map[string]bool{}
	for _, f := range fields {
		known[Prefix+f.Key] = true
	}
	for name := range values {
		if !known[name] {
			errs = append(errs, unknownError(name))
		}
	}
	for name, value := range set {
		switch {
		case known[name]:
			if value != "" {
				values[name] = value
			}
		case !strings.HasPrefix(name, Prefix), name == fileVariable, name == cacheVariable, serviceLink.MatchString(name):
		default:
			errs = append(errs, unknownError(name))
		}
	}
	return values, errs, nil
}

func unknownError(name string) error { return fmt.Errorf("%s: there is no such setting", name) }

// parseErrors returns one error for each variable that cannot be parsed, without its value.
func parseErrors(err error) []error {
	if err == nil {
		return nil
	}
	all := env.AggregateError{Errors: []error{err}}
	errors.As(err, &all)
	var out []error
	for _, e := range all.Errors {
		var missing env.VarIsNotSetError
		var empty env.EmptyVarError
		var parse env.ParseError
		switch {
		case errors.As(e, &missing):
			out = append(out, fmt.Errorf("%s: must be set", missing.Key))
		case errors.As(e, &empty):
			out = append(out, fmt.Errorf("%s: must not be empty", empty.Key))
		case errors.As(e, &parse):
			out = append(out, parseError(parse.Name))
		default:
			out = append(out, errors.New("a setting cannot be read"))
		}
	}
	return out
}

// parseError says which form the variable of a field of Config has.
func parseError(field string) error {
	f, _ := reflect.TypeFor[Config]().FieldByName(field)
	key, _, _ := strings.Cut(f.Tag.Get("env"), ",")
	form := "cannot be read"
	switch f.Type {
	case reflect.TypeFor[int](), reflect.TypeFor[int32](), reflect.TypeFor[int64]():
		form = "is a whole number"
	case reflect.TypeFor[float64]():
		form = "is a number"
	case reflect.TypeFor[bool]():
		form = "is true or false"
	case reflect.TypeFor[time.Duration]():
		form = "is a duration: 20s, 1m30s"
	case reflect.TypeFor[slog.Level]():
		form = "is debug, info, warn or error"
	case reflect.TypeFor[[]int64]():
		form = "is a list of whole numbers, apart by commas"
	case reflect.TypeFor[[]netip.Prefix]():
		form = "is a list of address ranges, apart by commas: 10.0.0.0/8,fd00::/8; one address ends in /32 or /128"
	case reflect.TypeFor[map[string]int64]():
		form = "is a list of NAME:number, apart by commas: INR:150"
	}
	return fmt.Errorf("%s%s: %s", Prefix, key, form)
}
