package config

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/netip"
	"os"
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
	// fileSuffix ends the name of a variable with the path of a file that holds the setting, as Docker and systemd hand secrets out.
	fileSuffix      = "_FILE"
	mostSecretBytes = 64 << 10
)

var errSecretFile = errors.New("names no readable file of at most 64 kB")

// serviceLink matches the variables that Kubernetes and Docker links set in every container beside services whose names begin with pavilion.
var serviceLink = regexp.MustCompile(`^PAVILION_(.+_)?(SERVICE_(HOST|PORT)(_|$)|PORT($|_\d)|NAME$|ENV_)`)

// readValues merges the file and the environment and returns one error for each variable that is no setting or names a file that cannot be read.
// A variable of the environment replaces the file's, and so does its _FILE form.
func readValues(environ []string) (values map[string]string, errs []error, err error) {
	set := map[string]string{}
	for _, line := range environ {
		name, value, _ := strings.Cut(line, "=")
		set[name] = value
	}
	listed := map[string]string{}
	if file := set[fileVariable]; file != "" {
		if listed, err = godotenv.Read(file); err != nil {
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
	maps.DeleteFunc(set, func(name, value string) bool {
		if isSetting(known, name) {
			return value == "" // compose sets each variable, also the ones without a value
		}
		return !strings.HasPrefix(name, Prefix) || name == fileVariable || name == cacheVariable || serviceLink.MatchString(name)
	})
	values, errs = readSource(known, listed)
	over, overErrs := readSource(known, set)
	maps.Copy(values, over)
	return values, append(errs, overErrs...), nil
}

// isSetting reports whether a variable is a setting or its _FILE form.
func isSetting(known map[string]bool, name string) bool {
	return known[name] || known[strings.TrimSuffix(name, fileSuffix)]
}

// readSource returns the settings of one source, the file or the environment, with the content of the files that its _FILE variables name.
func readSource(known map[string]bool, source map[string]string) (values map[string]string, errs []error) {
	values = map[string]string{}
	for name, value := range source {
		base := strings.TrimSuffix(name, fileSuffix)
		switch {
		case known[name]:
			if value != "" || source[name+fileSuffix] == "" {
				values[name] = value
			}
		case !known[base]:
			errs = append(errs, unknownError(name))
		case value == "":
		case source[base] != "":
			errs = append(errs, fmt.Errorf("%s: %s is set as well; keep one of the two", name, base))
		default:
			content, err := readSecret(value)
			if err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", name, err))
				continue
			}
			values[base] = content
		}
	}
	return values, errs
}

// readSecret reads a file that holds one value, without the line end that editors add. Its errors do not quote the path: somebody may have put the
// secret itself there.
func readSecret(path string) (string, error) {
	f, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return "", errSecretFile
	}
	defer f.Close() //nolint:errcheck // it was only read
	content, err := io.ReadAll(io.LimitReader(f, mostSecretBytes+1))
	if err != nil || len(content) > mostSecretBytes {
		return "", errSecretFile
	}
	return strings.TrimRight(string(content), "\r\n"), nil
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

// runtimeSettings returns the settings of Go's runtime that have a value. Go takes an empty one for none.
func runtimeSettings(environ []string) map[string]bool {
	set := map[string]bool{}
	for _, line := range environ {
		if name, value, _ := strings.Cut(line, "="); name == "GOGC" || name == "GOMEMLIMIT" {
			set[name] = value != ""
		}
	}
	return set
}
