// Package mongouri checks the URIs of MongoDB without the network. The driver resolves the name of a mongodb+srv URI while it parses it, so that it
// cannot tell a wrong URI from a name server that does not answer.
package mongouri

import (
	"errors"
	"strings"

	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/connstring"
)

const (
	srvScheme   = "mongodb+srv://"
	plainScheme = "mongodb://"
)

var errSRVHost = errors.New("a mongodb+srv URI has one host and no port")

// IsSRV reports whether the URI names its servers by an SRV record.
func IsSRV(uri string) bool { return strings.HasPrefix(uri, srvScheme) }

// Check returns an error for a URI that the driver cannot use. The error may quote the password.
func Check(uri string) error {
	if !IsSRV(uri) {
		_, err := connstring.ParseAndValidate(uri)
		return err
	}
	rest := strings.TrimPrefix(uri, srvScheme)
	place, options, _ := strings.Cut(rest, "?")
	authority, _, _ := strings.Cut(place, "/")
	host := authority[strings.LastIndex(authority, "@")+1:]
	if host == "" || strings.ContainsAny(host, ",:") {
		return errSRVHost
	}
	var kept []string // the options that only mongodb+srv has are left to the driver
	for option := range strings.SplitSeq(options, "&") {
		if option != "" && !strings.HasPrefix(strings.ToLower(option), "srv") {
			kept = append(kept, option)
		}
	}
	_, err := connstring.ParseAndValidate(plainScheme + place + "?" + strings.Join(kept, "&"))
	return err
}
