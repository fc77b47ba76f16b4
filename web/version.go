package web

import (
	"net/http"
	"strconv"
	"strings"

	"pavilion/internal/fault"
)

const (
	tagHeader   = "ETag"
	matchHeader = "If-Match"
)

// Errors of If-Match.
var (
	errNoVersion   = WithStatus(fault.New(fault.Invalid, "version_missing"), http.StatusPreconditionRequired)
	errVersionForm = WithStatus(fault.New(fault.Invalid, "version_form"), http.StatusBadRequest)
)

// Versioned is a required If-Match header. It is embedded in the inputs of changes that would overwrite another person's decision. The feature compares
// the version in the transaction of the change. huma's package conditional cannot be used, because it compares before the transaction.
type Versioned struct {
	IfMatch string `header:"If-Match" doc:"Required. The ETag, or version, of the thing as it was seen. After a change by another the answer is 409." example:"\"3\""`
}

// Version parses the header.
func (v Versioned) Version() (int, error) {
	if v.IfMatch == "" {
		return 0, errNoVersion
	}
	return parseVersion(v.IfMatch)
}

func (Versioned) requiresVersion() {}

// MaybeVersioned is an optional If-Match header. It is for changes that the present state alone can allow or refuse.
type MaybeVersioned struct {
	IfMatch string `header:"If-Match" doc:"The ETag, or version, of the thing as it was seen. After a change by another the answer is 409. Not compared where it is missing." example:"\"3\""`
}

// Version parses the header. named is false if it is missing.
func (v MaybeVersioned) Version() (version int, named bool, err error) {
	if v.IfMatch == "" {
		return 0, false, nil
	}
	version, err = parseVersion(v.IfMatch)
	return version, true, err
}

// parseVersion reads one entity tag, with or without quotes. It accepts weak tags, because proxies that compress mark tags as weak.
func parseVersion(header string) (int, error) {
	tag := strings.TrimPrefix(strings.TrimSpace(header), "W/")
	if inner, ok := strings.CutPrefix(tag, `"`); ok {
		if tag, ok = strings.CutSuffix(inner, `"`); !ok {
			return 0, errVersionForm
		}
	}
	n, err := strconv.ParseUint(tag, 10, 31)
	if err != nil {
		return 0, errVersionForm
	}
	return int(n), nil
}

// ETag is the entity tag of a version.
func ETag(version int) string { return `"` + strconv.Itoa(version) + `"` }

// tagged is a body with a version, which becomes the ETag header of the answer.
type tagged interface{ ETag() string }
