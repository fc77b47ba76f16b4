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

// Versioned is the If-Match header of a change that would overwrite another person's decision. It is embedded in the inputs of such routes. The
// feature compares the version in the transaction of its change; huma's package conditional would compare before it.
type Versioned struct {
	IfMatch string `header:"If-Match" doc:"Required. The ETag, or version, of the thing as it was seen. After a change by another the answer is 409." example:"\"3\""`
}

// Version is the version that the client saw.
func (v Versioned) Version() (int, error) {
	if v.IfMatch == "" {
		return 0, errNoVersion
	}
	return parseVersion(v.IfMatch)
}

func (Versioned) requiresVersion() {}

// MaybeVersioned is the If-Match header of a change that the present state alone allows or refuses, so that a client may leave it out.
type MaybeVersioned struct {
	IfMatch string `header:"If-Match" doc:"The ETag, or version, of the thing as it was seen. After a change by another the answer is 409. Not compared where it is missing." example:"\"3\""`
}

// Version is the version that the client saw; named is false where it named none.
func (v MaybeVersioned) Version() (version int, named bool, err error) {
	if v.IfMatch == "" {
		return 0, false, nil
	}
	version, err = parseVersion(v.IfMatch)
	return version, true, err
}

// parseVersion reads one entity tag, quoted or not. Proxies that compress mark a tag as weak, and clients send it back so.
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

// tagged is a body with a version. Its answers have the ETag header.
type tagged interface{ ETag() string }
