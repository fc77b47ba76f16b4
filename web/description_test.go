package web

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

var update = flag.Bool("update", false, "write the golden files anew") //nolint:gochecknoglobals // a flag

// Clients are made from the description; a change of it must be seen in review.
func TestDescription_IsTheOneInReview(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	var got bytes.Buffer
	if err := json.Indent(&got, b.do(request{path: "/api/openapi.json"}).body, "", "  "); err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/openapi.json"
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("the description changed; if it should, run: go test ./web -run Description -update")
	}
}

func TestTraces_NameRoutesAndNotPaths(t *testing.T) {
	t.Parallel()
	spans := tracetest.NewSpanRecorder()
	provider := trace.NewTracerProvider(trace.WithSpanProcessor(spans))
	b := setup(t, func(d *Deps, _ *Options) { d.Tracing = provider })
	token := b.member()
	b.do(request{path: apiPath + "/clubs/99/bookings/12345", token: token})
	b.stop() // a span ends after its answer was sent
	found := false
	for _, s := range spans.Ended() {
		found = found || s.Name() == "GET /api/v1/clubs/{club}/bookings/{id}"
		for _, a := range s.Attributes() {
			if bytes.Contains([]byte(a.Value.String()), []byte(token)) {
				t.Errorf("%s holds the token", a.Key)
			}
		}
	}
	if !found {
		t.Errorf("no span of the route among %d", len(spans.Ended()))
	}
}
