package nets

import (
	"testing"

	"pavilion/sandbox/golden"
)

// Clients are generated from the description: a change of it must show in review.
func TestDescription_IsTheOneInReview(t *testing.T) {
	t.Parallel()
	golden.CheckJSON(t, "openapi", setup(t, nil).Do(request{Path: "/api/openapi.json"}).Body)
}
